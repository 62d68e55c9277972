"""`albert-tf distill`: from texts to a preset, stopped and resumed."""

import csv
import json

import pytest

from albert_tf import AlbertTextClassifier
from albert_tf.cli.distill import _read_texts
from albert_tf.cli.main import main
from tests.distillation.conftest import SENTENCES, teacher_folder  # noqa: F401

QUICK = ["--groups", "2", "--embedding-size", "8", "--batch-size", "8", "--validation-texts", "4"]


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("".join(f"{a}, {b}\n" for a in SENTENCES for b in SENTENCES[:3]), "utf-8")
    return str(path)


def test_texts_to_a_preset_that_recommends_the_mean(texts, teacher_folder, tmp_path, capsys):  # noqa: F811
    run = tmp_path / "run"
    arguments = [texts, "--teacher", str(teacher_folder), "--output", str(run), *QUICK]
    assert main(["distill", *arguments]) == 0
    assert "1 - cosine to the teacher" in capsys.readouterr().err
    model = AlbertTextClassifier.from_preset(run / "model", num_classes=3)
    assert model.pooling == "mean"
    assert model.preprocessor.tokenizer.encode("card")
    assert main(["distill", *arguments]) == 2
    assert f"continue it with --resume {run}" in " ".join(capsys.readouterr().err.split())
    assert main(["distill", "--resume", str(run)]) == 0
    assert "was finished already" in capsys.readouterr().err


def test_goes_on_from_an_earlier_students_preset(texts, teacher_folder, tmp_path):  # noqa: F811
    first, second = tmp_path / "first", tmp_path / "second"
    teacher = [texts, "--teacher", str(teacher_folder), "--cache", str(tmp_path / "cache")]
    assert main(["distill", *teacher, "--output", str(first), *QUICK]) == 0
    preset = ["--preset", str(first / "model"), *QUICK[4:]]
    assert main(["distill", *teacher, "--output", str(second), *preset]) == 0
    assert AlbertTextClassifier.from_preset(second / "model").config.num_hidden_groups == 2


def test_resumes_from_another_folder(texts, teacher_folder, tmp_path, monkeypatch, capsys):  # noqa: F811
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    arguments = ["texts.txt", "--teacher", str(teacher_folder), "--output", "run", *QUICK]
    assert main(["distill", *arguments, "--cache", "cache"]) == 0
    monkeypatch.chdir(tmp_path / "elsewhere")
    capsys.readouterr()
    assert main(["distill", texts, "--resume", "../run"]) == 0
    assert "was finished already" in capsys.readouterr().err
    assert not list((tmp_path / "elsewhere").iterdir()), "the teacher read nothing again"


def test_labels_are_learned_beside(texts, teacher_folder, tmp_path):  # noqa: F811
    table = tmp_path / "reviews.csv"
    rows = [
        (f"{text}, said {n}", "film" if "film" in text else "other")
        for n in "ab"
        for text in SENTENCES
    ]
    # A text of the plain file has a label here, and one stands twice with different labels.
    rows += [(f"{SENTENCES[0]}, {SENTENCES[1]}", "other"), rows[2], (rows[2][0], "other")]
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    run = tmp_path / "run"
    arguments = [texts, "--teacher", str(teacher_folder), "--output", str(run), *QUICK]
    assert main(["distill", *arguments, "--labelled", str(table), "--label-weight", "2"]) == 0
    found, classes = _read_texts([texts], str(table))
    assert len(found) == len(set(found)) == 30 + 20
    assert classes[found.index(f"{SENTENCES[0]}, {SENTENCES[1]}")] == 1
    assert classes[found.index(rows[2][0])] == 0
    assert (classes[:30] >= 0).sum() == 1
    records = [
        json.loads(line) for line in (run / "training.jsonl").read_text("utf-8").splitlines()
    ]
    assert "val_class_logits_accuracy" in records[-1]
    model = AlbertTextClassifier.from_preset(run / "model", num_classes=3)
    assert model.config.num_hidden_groups == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{texts}", "--labelled", "nowhere.csv"], "nowhere.csv"),
        (["{texts}", "--labelled", "{texts}"], "label"),
        ([], "there are no TEXTS"),
        (["nowhere.txt"], "nowhere.txt: no such file"),
        (["{texts}", "--teacher", "nobody"], "there is no teacher nobody"),
        (["{texts}", "--epochs", "0"], "--epochs is 0"),
    ],
)
def test_bad_input_is_one_line(texts, tmp_path, capsys, arguments, message):
    arguments = [argument.format(texts=texts) for argument in arguments]
    assert main(["distill", *arguments, "--output", str(tmp_path / "run")]) == 2
    error = capsys.readouterr().err
    assert message in " ".join(error.split())
    assert len(error.strip().splitlines()) == 1
