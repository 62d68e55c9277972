"""`albert-tf distill`: from texts to a preset, stopped and resumed."""

import csv
import json
import shutil

import pytest

from albert_tf import AlbertTextClassifier
from albert_tf.cli.distill import _read_texts
from tests.cli.conftest import in_slow_process
from tests.distillation.conftest import (
    CHINESE_SENTENCES,
    SENTENCES,
    chinese_teacher_folder,  # noqa: F401
    teacher_folder,  # noqa: F401
)
from tests.installation import Shell

QUICK = ["--groups", "2", "--embedding-size", "8", "--batch-size", "8", "--validation-texts", "4"]


@pytest.fixture(autouse=True)
def extra(needs):
    needs("tokenizers")


@pytest.fixture(scope="module")
def distilled(teacher_folder, installed, made_once):  # noqa: F811
    """A folder with 30 texts, and a distillation of them (`run`) whose teacher's answers are in `cache`."""

    def fill(folder):
        lines = (f"{a}, {b}\n" for a in SENTENCES for b in SENTENCES[:3])
        (folder / "texts.txt").write_text("".join(lines), "utf-8")
        start = ["texts.txt", "--teacher", teacher_folder, "--cache", "cache", "--output", "run"]
        done = Shell(installed, folder).albert_tf("distill", *start, *QUICK)
        (folder / "said.txt").write_text(done.err, "utf-8")

    return made_once("distilled", fill)


@pytest.mark.slow
def test_texts_to_a_preset_that_recommends_the_mean(distilled):
    assert "1 - cosine to the teacher" in (distilled / "said.txt").read_text("utf-8")
    model = AlbertTextClassifier.from_preset(distilled / "run" / "model", num_classes=3)
    assert model.pooling == "mean"
    assert model.preprocessor.tokenizer.encode("card")


@pytest.mark.slow
def test_a_run_is_not_started_again_but_resumed(distilled, shell):
    shutil.copytree(distilled / "run", shell.folder / "run")
    again = [distilled / "texts.txt", "--output", "run", *QUICK]
    error = shell.albert_tf("distill", *again, status=2).error
    assert "continue it with --resume run" in error
    # From another folder than it was started in, and with the arguments of then.
    (shell.folder / "elsewhere").mkdir()
    options = ["--resume", "../run", "--cache", distilled / "cache"]
    done = Shell(shell.bin, shell.folder / "elsewhere").albert_tf(
        "distill", distilled / "texts.txt", *options
    )
    assert "was finished already" in done.err
    assert not list((shell.folder / "elsewhere").iterdir()), "the teacher read nothing again"


@pytest.mark.slow
def test_goes_on_from_an_earlier_students_preset(distilled, teacher_folder, shell):  # noqa: F811
    teacher = [distilled / "texts.txt", "--teacher", teacher_folder, "--cache", "cache"]
    preset = ["--preset", distilled / "run" / "model", *QUICK[4:]]
    shutil.copytree(distilled / "cache", shell.folder / "cache")
    shell.albert_tf("distill", *teacher, "--output", "second", *preset)
    second = AlbertTextClassifier.from_preset(shell.folder / "second" / "model")
    assert second.config.num_hidden_groups == 2


@pytest.mark.slow
def test_labels_are_learned_beside(distilled, teacher_folder, shell):  # noqa: F811
    table, texts = shell.folder / "reviews.csv", str(distilled / "texts.txt")
    rows = [
        (f"{text}, said {n}", "film" if "film" in text else "other")
        for n in "ab"
        for text in SENTENCES
    ]
    # A text of the plain file has a label here, and one stands twice with different labels.
    rows += [(f"{SENTENCES[0]}, {SENTENCES[1]}", "other"), rows[2], (rows[2][0], "other")]
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    labelled = ["--labelled", "reviews.csv", "--label-weight", "2"]
    start = [texts, "--teacher", teacher_folder, "--output", "run", *QUICK]
    shell.albert_tf("distill", *start, *labelled)
    found, classes = _read_texts([texts], str(table))
    assert len(found) == len(set(found)) == 30 + 20
    assert classes[found.index(f"{SENTENCES[0]}, {SENTENCES[1]}")] == 1
    assert classes[found.index(rows[2][0])] == 0
    assert (classes[:30] >= 0).sum() == 1
    run = shell.folder / "run"
    records = [
        json.loads(line) for line in (run / "training.jsonl").read_text("utf-8").splitlines()
    ]
    assert "val_class_logits_accuracy" in records[-1]
    model = AlbertTextClassifier.from_preset(run / "model", num_classes=3)
    assert model.config.num_hidden_groups == 2


@pytest.mark.slow
def test_a_chinese_teacher_and_word_pieces_of_ones_own(chinese_teacher_folder, shell):  # noqa: F811
    lines = (f"{a}，{b}\n" for a in CHINESE_SENTENCES for b in CHINESE_SENTENCES[:3])
    (shell.folder / "reviews.txt").write_text("".join(lines), "utf-8")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces += sorted({*"".join(CHINESE_SENTENCES).lower(), "，"} - {" "})
    (shell.folder / "vocab.txt").write_text("\n".join(pieces), "utf-8")
    start = ["reviews.txt", "--teacher", chinese_teacher_folder, "--tokenizer", "vocab.txt"]
    done = shell.albert_tf("distill", *start, "--output", "run", *QUICK)
    assert "1 - cosine to the teacher" in done.err
    kept = (shell.folder / "run" / "model" / "vocab.txt").read_text("utf-8")
    assert kept.split("\n") == pieces
    vectors = shell.albert_tf("embed", "--model", "run/model", "牛肉面很好吃").rows
    assert len(vectors[0]["vector"]) == 16
    both = [*start, "--preset", "run/model", "--output", "second"]
    assert "leave one of them out" in shell.albert_tf("distill", *both, status=2).error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "there are no TEXTS"),
        in_slow_process(["texts.txt", "--labelled", "nowhere.csv"], "nowhere.csv"),
        in_slow_process(["texts.txt", "--labelled", "texts.txt"], "label"),
        in_slow_process(["nowhere.txt"], "nowhere.txt: no such file"),
        in_slow_process(["texts.txt", "--teacher", "nobody"], "there is no teacher nobody"),
        in_slow_process(["texts.txt", "--epochs", "0"], "--epochs is 0"),
    ],
)
def test_bad_input_is_one_line(shell, arguments, message):
    (shell.folder / "texts.txt").write_text("".join(f"{text}\n" for text in SENTENCES), "utf-8")
    done = shell.albert_tf("distill", *arguments, "--output", "run", status=2)
    (line,) = done.err.splitlines()
    assert message in line
