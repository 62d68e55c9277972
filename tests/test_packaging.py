"""The wheel holds the package with its data, and works in an environment that has nothing else of the project."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = (
    "albert_tf/tokenizer/assets/30k-clean.model",
    "albert_tf/tasks/assets/sms_spam.csv.gz",
    "albert_tf/configs/models/base.json",
    "albert_tf/configs/recipes/default.json",
    "albert_tf/configs/pretraining/albert.json",
    "albert_tf/configs/distillation/default.json",
    "albert_tf/presets/albert_small_en/albert_tf.json",
    "albert_tf/presets/albert_small_en/model.safetensors",
    "albert_tf/presets/albert_small_en/README.md",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The project's wheel, built from a copy of its tracked files without asking any index."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    subprocess.run(["git", "checkout-index", "--all", f"--prefix={source}/"], cwd=ROOT, check=True)
    build = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder]
    subprocess.run([sys.executable, "-m", "pip", *build, source], check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    return file


@pytest.mark.slow
def test_the_wheel_is_complete(wheel):
    tracked = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    modules = {
        f"albert_tf/{path}" if path.split("/")[0] in ("export", "configs") else path
        for path in tracked
        if path.split("/")[0] in ("albert_tf", "export", "configs", "albert_tf_command.py")
    }
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in names if name.endswith(".py")} == modules
    assert set(DATA) <= names
    licences = {Path(name).name for name in names if "/licenses/" in name}
    assert licences == {"LICENSE", "NOTICE"}
    assert {name.split("/")[0].split("-")[0] for name in names} == {
        "albert_tf",
        "albert_tf_command.py",
    }


@pytest.mark.slow
def test_the_wheel_works_in_a_clean_environment(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", wheel], check=True)
    # The dependencies of this environment, without its editable install of the project: a path that
    # a .pth file adds does not have its own .pth files read.
    site = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
    )
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    command = tmp_path / "env" / "bin" / "albert-tf"
    answer = subprocess.run(
        [command, "tokenize", "--json", "Hello, World!"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "10975, 15, 126, 187" in answer
    where = "import albert_tf.export, albert_tf.configs; print(albert_tf.export.__file__)"
    # Not from the repository's folder, which Python would search first.
    found = subprocess.run(
        [python, "-c", where], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert found.stdout.strip().startswith(str(site))
