"""The wheel holds the package with its data, and works in an environment that has nothing else of the project."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.installation import ROOT, Shell, copy_of_the_tree

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
    "albert_tf/web/runtime/worker.js",
    "albert_tf/web/runtime/wasm/litert_wasm_compat_internal.wasm.gz",
)


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


WHERE = "import albert_tf.export, albert_tf.configs; print(albert_tf.export.__file__)"


@pytest.mark.slow
def test_the_wheel_works_in_an_environment_of_its_own(shell):
    done = shell.albert_tf("tokenize", "--json", "Hello, World!")
    assert done.rows[0]["ids"] == [10975, 15, 126, 187]
    (where,) = shell.python(WHERE).lines
    assert where.startswith(str(shell.bin.parent))


@pytest.mark.slow
def test_a_checkout_works_beside_an_installed_package(shell, tmp_path):
    checkout = copy_of_the_tree(tmp_path / "checkout")
    (where,) = Shell(shell.bin, checkout).python(WHERE).lines
    assert where == f"{checkout}/export/__init__.py"


@pytest.mark.slow
def test_a_checkout_works_where_nothing_is_installed(tmp_path):
    checkout = copy_of_the_tree(tmp_path / "checkout")
    # -S leaves out the environment's packages, the editable install among them.
    code = "import albert_tf.configs; print(albert_tf.configs.__file__)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"{checkout}/configs/__init__.py"
