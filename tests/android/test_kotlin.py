"""Every Kotlin test of the demo, the app's screens under Robolectric among them, and its lint."""

import os
import re
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from tests.android.host_tools import DEMO, needs_java
from tests.conftest import SHARED

pytestmark = [
    pytest.mark.slow,
    needs_java,
    pytest.mark.skipif(
        not shutil.which("aapt2"),
        reason="aapt2 not found: android_demo/tools/install-android-tools tests",
    ),
]

MODULES = ("text", "engine", "app")


def test_all_kotlin_tests_and_lint_pass(tmp_path):
    # In a copy: other tests build in the same folders at the same time.
    demo = tmp_path / "android_demo"
    shutil.copytree(DEMO, demo, ignore=shutil.ignore_patterns("target", "build", ".gradle"))
    (tmp_path / "albert_tf").symlink_to(DEMO.parent / "albert_tf")
    result = subprocess.run(
        [demo / "tools" / "test-android", sys.executable],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=os.environ | {"ALBERT_TF_SHARED": str(SHARED)},
    )
    told = result.stdout + result.stderr
    assert result.returncode == 0, "\n".join(
        line for line in told.splitlines() if re.match(r"\[ERROR\]|.*FAILURE", line)
    )
    for module in MODULES:
        reports = (demo / "maven" / module / "target" / "surefire-reports").glob("TEST-*.xml")
        suites = [ElementTree.parse(report).getroot() for report in reports]
        count = {
            name: sum(int(suite.get(name)) for suite in suites)
            for name in ("tests", "failures", "errors", "skipped")
        }
        assert count["tests"] > 0, module
        assert not count["failures"] + count["errors"], (module, count)
        if SHARED.is_dir():
            assert not count["skipped"], (module, count)
