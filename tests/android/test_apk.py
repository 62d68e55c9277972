"""The APK that `make android` builds without Android Studio."""

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.android.host_tools import DEMO, needs_models
from tests.shipped import MODELS

TOOLS = ("mvn", "java", "aapt2", "aapt", "apksigner", "zipalign", "dexdump", "zip")
MOST_BYTES = 60_000_000
MOST_CODE_BYTES = 400_000

missing = [tool for tool in TOOLS if not shutil.which(tool)]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(missing),
        reason=f"{', '.join(missing)} not found: android_demo/tools/install-android-tools",
    ),
]


def output(*command) -> str:
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout


@pytest.fixture(scope="module")
def apk(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("apk") / "albert.apk"
    result = subprocess.run(
        [DEMO / "tools" / "make-apk", path], capture_output=True, encoding="utf-8", check=False
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return path


@pytest.fixture(scope="module")
def members(apk) -> dict[str, zipfile.ZipInfo]:
    with zipfile.ZipFile(apk) as archive:
        return {info.filename: info for info in archive.infolist()}


def test_signature(apk):
    told = output("apksigner", "verify", "--verbose", "--min-sdk-version", "26", apk)
    assert "Verified using v2 scheme (APK Signature Scheme v2): true" in told
    assert "Verified using v3 scheme (APK Signature Scheme v3): true" in told


def test_badging(apk):
    told = output("aapt", "dump", "badging", apk)
    assert "uses-permission" not in told
    assert "package: name='io.github.alberttf.app'" in told
    assert "sdkVersion:'26'" in told
    assert "launchable-activity: name='io.github.alberttf.app.classify.ClassifyActivity'" in told
    assert re.search(r"^native-code: 'arm64-v8a' 'x86_64'$", told, re.M)
    assert re.search(r"^locales:.*'zh'", told, re.M)


def test_libraries_are_stored_and_aligned_and_models_compressed(apk, members):
    libraries = [name for name in members if name.endswith(".so")]
    assert sorted(libraries) == [
        f"lib/{abi}/libtensorflowlite_jni.so" for abi in ("arm64-v8a", "x86_64")
    ]
    for name in libraries:
        assert members[name].compress_type == zipfile.ZIP_STORED, name
    for name in [name for name in members if name.endswith(".tflite")]:
        assert members[name].compress_size < 0.85 * members[name].file_size, name
    output("zipalign", "-c", "-p", "4", apk)


def test_code(apk, members, tmp_path):
    code = [info for name, info in members.items() if name.endswith(".dex")]
    assert sum(info.file_size for info in code) <= MOST_CODE_BYTES
    told = output("dexdump", apk)
    classes = set(re.findall(r"Class descriptor  : 'L([^;]+);'", told))
    kept = {
        "io/github/alberttf/app/AlbertApplication",
        "io/github/alberttf/app/classify/ClassifyActivity",
        "io/github/alberttf/app/classify/TokenChipsView",
        "io/github/alberttf/app/ask/AskActivity",
        "io/github/alberttf/app/commands/CommandsActivity",
        "io/github/alberttf/app/opened/OpenedModelActivity",
        "io/github/alberttf/app/benchmark/BenchmarkActivity",
        "io/github/alberttf/app/benchmark/LatencyChartView",
        "io/github/alberttf/app/benchmark/ReportProvider",
        "io/github/alberttf/app/about/AboutActivity",
        "org/tensorflow/lite/Interpreter",
    }
    assert kept <= classes
    # The host's interpreter is for tests only, and Android has org.json itself.
    assert not [
        name for name in classes if name.startswith(("org/bytedeco", "org/json", "org/robolectric"))
    ]
    assert {f"io/github/alberttf/text/{name}.txt" for name in ("unicode", "words")} <= set(members)


@needs_models
def test_models(apk, members):
    with zipfile.ZipFile(apk) as archive:
        manifest = json.loads(archive.read("assets/models/manifest.json"))
        for model in manifest["models"]:
            name = f"assets/models/{model['file']}"
            assert members[name].file_size == model["bytes"]
            assert archive.read(name) == (MODELS / model["file"]).read_bytes()
    assert apk.stat().st_size <= MOST_BYTES
