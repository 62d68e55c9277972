"""What setup.py declares can be installed, from wheels, wherever docs/platforms.md says so.

`uv` resolves for another platform than this one, its markers included, which pip evaluates for the machine it runs on.
"""

import re

import pytest

from tests.requirements import declared
from tests.resolving import uv

PLATFORMS = {
    "win_amd64": "x86_64-pc-windows-msvc",
    "macosx_12_0_arm64": "aarch64-apple-darwin",
    "manylinux_2_28_x86_64": "x86_64-manylinux_2_28",
    "manylinux_2_28_aarch64": "aarch64-manylinux_2_28",
}
"""uv's name of each platform; the version of macOS is told apart."""
PYTHONS = ("3.11", "3.12", "3.13")


def resolve(extras, platform, python, *options):
    """Returns the version of each distribution that an installation on a platform would bring, from wheels only."""
    lines = "\n".join(str(line) for extra in ("", *extras) for line in declared()[extra])
    target = ["--python-platform", PLATFORMS[platform], "--python-version", python]
    printed = uv(
        *("pip", "compile", "--quiet", "--no-header", "--no-annotate"),
        *("--only-binary", ":all:", *target, *options, "-"),
        stdin=lines,
        MACOSX_DEPLOYMENT_TARGET="12.0",
    )
    return dict(line.split("==") for line in printed.split())


@pytest.mark.slow
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_base_installs(platform, python):
    found = resolve((), platform, python)
    assert {"numpy", "ai-edge-litert"} <= set(found)
    assert not {"tensorflow", "keras", "pandas", "scikit-learn", "rich"} & set(found)


@pytest.mark.slow
@pytest.mark.parametrize("resolution", ["highest", "lowest-direct"])
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_trains_and_exports_installs(platform, python, resolution):
    found = resolve(["tensorflow"], platform, python, "--resolution", resolution)
    release = {"highest": "2.21", "lowest-direct": "2.20"}[resolution]
    assert re.match(rf"{release}\.", found["tensorflow"])
    # tensorflow-text has no wheels for Windows; elsewhere it must be of TensorFlow's own release.
    text = found.get("tensorflow-text", "none")
    assert text == "none" if platform == "win_amd64" else text.startswith(f"{release}.")
