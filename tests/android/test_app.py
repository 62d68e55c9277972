"""What Python and the Android app must agree on: the manifest of the models, and the recipes that make them."""

import hashlib
import importlib.util
import json
import subprocess
import sys

import pytest

from albert_tf.export import TFLiteRunner
from albert_tf.tasks import demo_data, read_squad, write_table
from tests.android.host_tools import DEMO, needs_models
from tests.shipped import MODELS, examples_of, shipped_models

RESOURCES = DEMO / "app" / "src" / "main" / "res"


@pytest.fixture(scope="module")
def make_assets():
    sys.path.insert(0, str(DEMO / "tools"))  # as for a script
    spec = importlib.util.spec_from_file_location("make_assets", DEMO / "tools" / "make_assets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.remove(str(DEMO / "tools"))
    return module


def test_recipes_name_data_that_exist_in_every_language(make_assets):
    languages = {folder.name.removeprefix("values-") for folder in RESOURCES.glob("values-??")} | {
        "en"
    }
    for name, recipe in make_assets.RECIPES.items():
        assert set(recipe.title) == set(recipe.about) == languages, name
        assert recipe.companion is None or recipe.companion in make_assets.RECIPES, name
        if recipe.data is None:
            assert len(recipe.passages) >= 2, name
            continue
        labels = set(demo_data(recipe.data).labels)
        assert set(recipe.names) in (set(), labels), name
        assert len(set(recipe.examples)) == len(recipe.examples) >= 2, name
        assert name in make_assets.QUICK_SHARE


def test_questions_of_the_recipes_have_their_answers(make_assets, tmp_path):
    """Each stands once in its passage, so that a quick model can learn them."""
    passages = make_assets.RECIPES["questions"].passages
    for passage in passages:
        for answer in passage.questions.values():
            assert passage.text.count(answer) == 1, answer
    path = tmp_path / "own.json"
    path.write_text(json.dumps(make_assets.own_questions(passages)), "utf-8")
    own = {(question.question, question.answers[0]) for question in read_squad(path)}
    assert own == {pair for passage in passages for pair in passage.questions.items()}


def test_what_is_made(make_assets, tmp_path, capsys):
    (tmp_path / "spam.tflite").write_bytes(b"")
    options = make_assets.parse(["--missing", "--quick", "--output", str(tmp_path)])
    assert options.names == [name for name in make_assets.RECIPES if name != "spam"]
    assert make_assets.parse(["--only", "slots", "spam"]).names == ["slots", "spam"]
    trained = ["--only", "questions", "--trained", f"questions={tmp_path}"]
    assert dict(make_assets.parse(trained).trained) == {"questions": tmp_path}
    for wrong, message in (
        ([], "the model questions is trained by python -m benchmarks.squad --train-only"),
        (["--squad", "train.json"], "name its folder with --trained questions=DIR"),
        (["--trained", "questions=/nowhere"], "expected NAME=FOLDER"),
        (["--only", "none"], "invalid choice: 'none'"),
    ):
        with pytest.raises(SystemExit):
            make_assets.parse(wrong)
        assert message in capsys.readouterr().err


@pytest.mark.slow
def test_what_cannot_be_made_is_one_line(tmp_path):
    command = [sys.executable, DEMO / "tools" / "make_assets.py", "--only", "spam"]
    command += ["--output", tmp_path / "out", "--trained", f"spam={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"make_assets.py: error: {tmp_path}")


def test_tables_have_names_for_labels(tmp_path):
    table = demo_data("uci_sentences").subset([0, 1, 2])
    write_table(tmp_path / "t.csv", table, {"0": "negative", "1": "positive"})
    lines = (tmp_path / "t.csv").read_text("utf-8").splitlines()
    assert lines[0] == "text,label"
    assert [line.rsplit(",", 1)[1] for line in lines[1:]] == [
        {"0": "negative", "1": "positive"}[label] for label in table.labels
    ]


def test_the_manifest_tells_size_and_hash(make_assets, tmp_path):
    names = [name for name in make_assets.RECIPES if name != "spam"]  # which is left out
    for name in names:
        (tmp_path / f"{name}.tflite").write_bytes(name.encode())
    manifest = make_assets.manifest(tmp_path, quick=True)
    assert manifest["quick"] is True
    assert [entry["name"] for entry in manifest["models"]] == names
    for entry in manifest["models"]:
        assert entry["bytes"] == len(entry["name"])
        assert entry["sha256"] == hashlib.sha256(entry["name"].encode()).hexdigest()


@needs_models
def test_shipped_models_are_those_of_the_manifest():
    for entry in shipped_models():
        content = (MODELS / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert entry["sha256"] in (MODELS / entry["card"]).read_text("utf-8")
        runner = TFLiteRunner(MODELS / entry["file"])
        lowest = tuple(map(int, runner.metadata["runtime"]["lowest"].split(".")[:2]))
        assert lowest <= (2, 16), f"{entry['file']} needs TensorFlow Lite {lowest}"
        assert not runner.head.startswith("text") or entry["screen"] == "classify"
        assert len(runner(*examples_of(entry))) >= 2


def test_every_screen_is_pictured():
    pictures = {path.name for path in (DEMO.parent / "docs" / "images" / "android").glob("*.png")}
    for screen in (
        "classify",
        "details",
        "queries",
        "ask",
        "ask-alternatives",
        "ask-reading",
        "commands",
        "your-model",
        "benchmark",
        "about",
    ):
        assert {f"{screen}-light.png", f"{screen}-dark.png"} <= pictures
