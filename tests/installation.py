"""The package as a person has it: a wheel of this checkout in an environment of its own, and commands typed there.

Nothing here imports the package, and nothing runs from the checkout: a test sees of a command what a person sees.
"""

import dataclasses
import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT_VARIABLE = "ALBERT_TF_ENVIRONMENT"
"""Names an environment with the declared dependencies only, as `make test` creates it; the wheel is put into it."""


def copy_of_the_tree(folder: Path) -> Path:
    """Copies what git tracks, or would track, to `folder`: building in the checkout would leave files there."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in names.rstrip("\0").split("\0"):
        if (ROOT / name).is_file():  # a file that was deleted is still in the index
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


def build_wheel(source: Path, folder: Path) -> Path:
    """Builds the wheel of a source tree without asking any index."""
    build = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder]
    subprocess.run([sys.executable, "-m", "pip", *build, source], check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    return file


def install(wheel: Path, environment: Path) -> Path:
    """Puts a wheel alone into an environment, in place of any earlier one, and returns its folder of commands."""
    python = environment / "bin" / "python"
    options = ["--quiet", "--no-deps", "--no-index", "--force-reinstall"]
    subprocess.run([python, "-m", "pip", "install", *options, wheel], check=True)
    return environment / "bin"


def borrowing_environment(folder: Path) -> Path:
    """Creates an environment that sees the dependencies of this one, but not its editable install of the project.

    A path that a .pth file adds does not have its own .pth files read.
    """
    venv.create(folder, with_pip=True)
    paths = {"base": str(folder), "platbase": str(folder)}
    site = Path(sysconfig.get_path("purelib", vars=paths))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return folder


@dataclasses.dataclass(frozen=True)
class Done:
    """A process that has ended: its exit status, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of standard output."""
        return self.out.splitlines()

    @property
    def rows(self) -> list[dict]:
        """The JSON objects of standard output, one a line."""
        return [json.loads(line) for line in self.lines]

    @property
    def error(self) -> str:
        """The line of the error, which is the only one of its kind, without a traceback."""
        assert "Traceback" not in self.err, self.err
        (line,) = [line for line in self.err.splitlines() if "error:" in line]
        return line


@dataclasses.dataclass(frozen=True)
class Shell:
    """A person's shell in a folder, with the installed package's environment active.

    Attributes:
        bin: the environment's folder of commands.
        folder: where commands are typed.
    """

    bin: Path
    folder: Path

    def environment(self, **changes) -> dict[str, str]:
        """Returns the variables of a process: none of those that this test run was given for itself."""
        own = ("PYTHON", "TF_", "KERAS_", "PYTEST_", "ALBERT_TF_", "VIRTUAL_ENV")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        return {**kept, "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}", **changes}

    def start(self, *words, **options) -> subprocess.Popen:
        """Starts `albert-tf` with arguments, its output piped; `env` holds changes of the environment."""
        environment = self.environment(**options.pop("env", {}))
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        options = {"cwd": self.folder, "encoding": "utf-8", **pipes, **options}
        command = [self.bin / "albert-tf", *map(str, words)]
        return subprocess.Popen(command, env=environment, **options)

    def albert_tf(
        self, *words, stdin: str | bytes = "", status: int | None = 0, streams: str = "", **options
    ) -> Done:
        """Runs `albert-tf` with arguments as a process of its own.

        Args:
            *words: the arguments.
            stdin: what is piped in.
            status: the exit status that must come of it; None for any.
            streams: where bash leads its streams, such as `2>&-` or `| head -n 1`.
            **options: `env`, changes of the environment; `cwd`.
        """
        options = {"encoding": "utf-8", "cwd": self.folder, **options}
        if isinstance(stdin, bytes):
            stdin = stdin.decode("latin-1")
            options["encoding"] = "latin-1"
        command = [self.bin / "albert-tf", *map(str, words)]
        if streams:
            command = ["bash", "-o", "pipefail", "-c", f'"$@" {streams}', "bash", *command]
        environment = self.environment(**options.pop("env", {}))
        done = subprocess.run(
            command, input=stdin, capture_output=True, env=environment, check=False, **options
        )
        typed = shlex.join(["albert-tf", *map(str, words)])
        assert status in (None, done.returncode), f"{typed}\n{done.stdout}\n{done.stderr}"
        return Done(done.returncode, done.stdout, done.stderr)

    def type(self, script: str) -> Done:
        """Runs lines as typed into bash; the first that fails ends them."""
        command = ["bash", "-euo", "pipefail", "-c", script]
        return self._run(command, script)

    def python(self, script: str) -> Done:
        """Runs a Python script as a file of its own."""
        file = self.folder / "script.py"
        file.write_text(script, "utf-8")
        return self._run([self.bin / "python", file.name], script)

    def _run(self, command, shown) -> Done:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, f"{shown}\n{done.stdout}\n{done.stderr}"
        return Done(done.returncode, done.stdout, done.stderr)
