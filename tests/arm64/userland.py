"""An arm64 Debian without a kernel: Debian's Python and the base install, run by QEMU on another processor.

Debian's packages are downloaded and unpacked, never installed, so neither root nor binfmt_misc nor a chroot is needed:
QEMU looks up every path under its prefix first (`-L`), the dynamic loader and the files of `/proc` included.
"""

import dataclasses
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

QEMU = ("qemu-aarch64-static", "qemu-aarch64")
TOOLS = ("apt-get", "dpkg-deb")
PACKAGES = ("python3", "libstdc++6")
SAME_VERSIONS = ("numpy", "ai-edge-litert")  # as here, where the answers are compared with
PLATFORMS = ["manylinux2014_aarch64", *(f"manylinux_2_{minor}_aarch64" for minor in range(17, 37))]

APT_SETTINGS = """
APT::Architecture "arm64";
APT::Architectures {{ "arm64"; }};
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
Dir::State "{folder}/state";
Dir::State::status "{folder}/state/status";
Dir::Cache "{folder}/cache";
"""

# QEMU before 8.1 shows the host's file, from which LiteRT cannot tell which processor this is, and crashes.
CPUINFO = """processor\t: {number}
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm crc32 cpuid
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: 0xd08
CPU revision\t: 3

"""


def missing_tools() -> list[str]:
    """Names what is needed and not there."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    return missing if find_qemu() else [QEMU[0], *missing]


def find_qemu() -> str | None:
    """Returns the path of QEMU's user mode for arm64."""
    return next(filter(None, map(shutil.which, QEMU)), None)


@dataclasses.dataclass(frozen=True)
class Userland:
    """A root with Python, and the base install beside it."""

    root: Path
    site: Path

    @property
    def python(self) -> Path:
        """Debian's Python for arm64."""
        return (self.root / "usr/bin/python3").resolve()

    def run(self, processor: str, *arguments) -> subprocess.CompletedProcess:
        """Runs Python on a processor that QEMU knows, as in `-cpu`; raises when it fails."""
        command = [find_qemu(), "-cpu", processor, "-L", self.root, self.python, *arguments]
        return _run(*command, PYTHONPATH=str(self.site), PYTHONDONTWRITEBYTECODE="1")


def make_userland(folder: Path, wheel: Path) -> Userland:
    """Unpacks Debian's packages, and what pip would install of the wheel on arm64."""
    made = Userland(folder / "root", folder / "site")
    _unpack_debian(folder, made.root)
    for number in range(os.cpu_count()):
        made.root.joinpath("proc").mkdir(exist_ok=True)
        with made.root.joinpath("proc/cpuinfo").open("a") as file:
            file.write(CPUINFO.format(number=number))
    platforms = [f"--platform={platform}" for platform in PLATFORMS]
    version = made.python.name.removeprefix("python")
    pins = [f"{name}=={metadata.version(name)}" for name in SAME_VERSIONS]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary=:all:", *platforms]
    _run(*pip, f"--python-version={version}", f"--target={made.site}", wheel, *pins)
    return made


def _unpack_debian(folder, root):
    for name in ("state/lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    (folder / "state/status").touch()  # nothing is installed yet
    settings = folder / "apt.conf"
    settings.write_text(APT_SETTINGS.format(folder=folder))
    _run("apt-get", "--quiet", "update", APT_CONFIG=str(settings))
    install = ("apt-get", "--quiet", "--yes", "--download-only", "install")
    _run(*install, *PACKAGES, APT_CONFIG=str(settings))
    for package in sorted((folder / "cache/archives").glob("*.deb")):
        _run("dpkg-deb", "--extract", package, root)
    if not (root / "lib").exists():  # where the packages know no other place than /usr
        (root / "lib").symlink_to("usr/lib")


def _run(*command, **variables):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | variables
    words = list(map(str, command))
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done
