"""The type checker over the package, laid out as it is installed: `python -m tests.type_check`, a part of `make lint`.

mypy finds modules by their files, and `albert_tf.export` and `albert_tf.configs` lie in a checkout beside `albert_tf`.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def check_types(program: str | None = None) -> subprocess.CompletedProcess:
    """Runs mypy as pyproject.toml says.

    Args:
        program: the text of a program that uses the package, to be checked too.

    Returns:
        The process, with what it has printed.
    """
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "albert_tf")
        for source, target in (("albert_tf", "."), ("export", "export"), ("configs", "configs")):
            leave_out = shutil.ignore_patterns("__pycache__", "presets", "assets")
            shutil.copytree(ROOT / source, package / target, ignore=leave_out)
        settings = ["--config-file", str(ROOT / "pyproject.toml")]
        settings += ["--cache-dir", str(ROOT / ".mypy_cache")]
        if program is not None:
            Path(folder, "program.py").write_text(program, "utf-8")
            settings += ["--module", "program"]
        command = [sys.executable, "-m", "mypy", "--package", "albert_tf", *settings]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    done = check_types()
    print(done.stdout + done.stderr, end="")
    sys.exit(done.returncode)
