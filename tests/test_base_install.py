"""The base install in clean environments, outside of the checkout: what answers from a file needs NumPy and LiteRT."""

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.installation import ROOT, Shell, copy_of_the_tree
from tests.resolving import python_of, uv
from tests.shipped import MODELS

README = ROOT / "README.md"
SENTIMENT = MODELS / "sentiment.tflite"
ABSENT = ("tensorflow", "keras", "pandas", "sklearn", "scipy", "rich", "safetensors", "h5py")
EXPORT_AN_EMBEDDER = """
import sys
from albert_tf import AlbertTextEmbedder
from albert_tf.export import export_tflite
export_tflite(AlbertTextEmbedder.from_preset("albert_small_en"), sys.argv[1])
"""
RUN = f"""
import sys
import numpy as np
from albert_tf import AlbertTokenizer, TFLiteRunner
from albert_tf.export import TFLiteRunner as same
assert same is TFLiteRunner
answers = TFLiteRunner({str(SENTIMENT)!r})(["what a lovely week", "it bored me to tears"])
print([answer.label for answer in answers], AlbertTokenizer().encode("Hello, World!"))
print([name for name in {ABSENT!r} if name in sys.modules])
"""
MISSING = 'which is not installed; run: pip install "albert-tf[tensorflow]"'


@pytest.fixture(scope="module")
def sdist(made_once) -> Path:
    """The source distribution of this checkout, built once a test run without asking an index."""

    def build(folder):
        code = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
        source = folder.parent / "source"
        subprocess.run(
            [sys.executable, "-c", code, folder], cwd=source, check=True, capture_output=True
        )

    (file,) = made_once("sdist", build).glob("*.tar.gz")
    return file


@pytest.fixture(scope="module")
def embedder(made_once) -> Path:
    """A file that gives sentence vectors, exported by this environment."""

    def export(folder):
        command = [sys.executable, "-c", EXPORT_AN_EMBEDDER, folder / "embedder.tflite"]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)

    return made_once("embedder", export) / "embedder.tflite"


@pytest.fixture(scope="module", params=["3.11", "3.12", "3.13", "3.11 lowest-direct"])
def base(request, wheel, made_once):
    """The commands of a clean environment that holds the wheel and what it requires, the newest or the oldest."""
    version, _, resolution = request.param.partition(" ")
    python = python_of(version)
    options = ["--resolution", resolution or "highest"]

    def fill(folder):
        uv("venv", "--quiet", "--python", python, folder / "venv")
        uv("pip", "install", "--quiet", *options, "--python", folder / "venv", wheel)

    return made_once(f"base-{request.param}", fill) / "venv" / "bin"


@pytest.fixture
def person(base, tmp_path):
    """A person's shell in that environment."""
    return Shell(base, tmp_path)


@pytest.mark.slow
def test_the_environment_is_small(base):
    listed = json.loads(uv("pip", "list", "--quiet", "--format", "json", "--python", base.parent))
    names = {row["name"].replace("-", "_") for row in listed}
    assert {"albert_tf", "numpy", "ai_edge_litert"} <= names
    assert not {*ABSENT, "scikit_learn"} & names
    size = sum(path.lstat().st_size for path in base.parent.rglob("*") if not path.is_symlink())
    assert size < 200e6


@pytest.mark.slow
def test_a_file_answers(person, embedder):
    person.folder.joinpath("texts.csv").write_text(
        "text\nwhat a lovely week\nit bored me to tears\n"
    )
    rows = person.albert_tf("predict", SENTIMENT, "--file", "texts.csv", "--json").rows
    assert [row["label"] for row in rows] == ["positive", "negative"]
    assert person.albert_tf("tokenize", "--json", "Hello, World!").rows[0]["ids"] == [
        10975,
        15,
        126,
        187,
    ]
    (row,) = person.albert_tf("embed", "--model", embedder, "what a lovely week").rows
    assert sum(x * x for x in row["vector"]) == pytest.approx(1, abs=1e-3)
    nearest = person.albert_tf(
        "embed", "--model", embedder, "--nearest", "texts.csv", "a lovely week"
    )
    assert "what a lovely week" in nearest.lines[0]
    (measured,) = person.albert_tf("benchmark", SENTIMENT, "--json", "--runs", 2).rows
    assert set(measured["latency_ms"]) == {"16", "32", "64", "128"}
    assert measured["extra_rss_mb"] > 0
    person.albert_tf("export", SENTIMENT, "--web", "site")
    assert (person.folder / "site/model.tflite").read_bytes() == SENTIMENT.read_bytes()


@pytest.mark.slow
def test_the_library_answers(person):
    assert person.python(RUN).lines == ["['positive', 'negative'] [10975, 15, 126, 187]", "[]"]


@pytest.mark.slow
def test_what_trains_says_what_to_install(person):
    person.folder.joinpath("texts.csv").write_text("text,label\na,b\n")
    for words in (["finetune", "texts.csv"], ["predict", "albert_small_en", "a text"]):
        assert MISSING in person.albert_tf(*words, status=2).error
    done = person.python(
        "import albert_tf\ntry:\n    albert_tf.AlbertTextClassifier\nexcept ImportError as e:\n    print(e)"
    )
    assert MISSING in done.lines[0]


@pytest.mark.slow
def test_a_prediction_loads_nothing_else(shell):
    """Also where everything is installed."""
    command = [shell.bin / "python", "-X", "importtime", "-m", "albert_tf_command"]
    done = subprocess.run(
        [*command, "predict", SENTIMENT, "what a lovely week"],
        cwd=shell.folder,
        env=shell.environment(),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.startswith("positive")
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    assert {"numpy", "albert_tf"} <= loaded
    assert not {*ABSENT, "tensorflow_text", "jax"} & loaded


@pytest.mark.slow
def test_the_source_distribution_makes_the_same_wheel(wheel, sdist, tmp_path):
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    for name in ("LICENSE", "NOTICE", "README.md", "setup.py", "pyproject.toml"):
        assert (source / name).is_file()
    build = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", tmp_path]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(
        [sys.executable, "-m", "pip", *build, source],
        check=True,
        capture_output=True,
        env=environment,
    )
    (again,) = tmp_path.glob("*.whl")
    assert zipfile.ZipFile(again).namelist() == zipfile.ZipFile(wheel).namelist()


@pytest.mark.slow
def test_the_lines_of_the_readme_install(tmp_path):
    """Typed in a checkout, into a clean environment, as they stand; what would bring TensorFlow is resolved only."""
    base, *others = re.findall(
        r"^ {4}(pip install [^#\n]+?) *(?:#|$)", README.read_text("utf-8"), re.M
    )
    uv("pip", "compile", "--quiet", "-", stdin="numpy")  # skips where there is no index
    uv("venv", "--quiet", "--seed", "--python", sys.executable, tmp_path / "venv")
    checkout = copy_of_the_tree(tmp_path / "checkout")
    there = Shell(tmp_path / "venv" / "bin", checkout)
    there.type(base)
    assert there.albert_tf("predict", SENTIMENT, "what a lovely week").out.startswith("positive")
    assert there.python("import albert_tf.export as e; print(e.__file__)").lines == [
        f"{checkout}/export/__init__.py"
    ]
    assert others
    for line in others:
        assert "tensorflow-2." in there.type(f"{line} --dry-run").lines[-1]
