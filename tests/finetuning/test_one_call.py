"""`albert_tf.finetune` as a person calls it, and what it leaves."""

import dataclasses
import json
import sys

import keras
import numpy as np
import pytest

import albert_tf
from albert_tf import AlbertTextClassifier
from albert_tf.errors import CheckpointError, ConfigError, DataError
from albert_tf.finetuning import ModelStart, Watcher
from albert_tf.reports import tfidf_baseline
from albert_tf.tasks import evaluate_scores, read_table, split_table
from albert_tf.training import FineTuningRecipe, TrainingInterrupted
from tests.finetuning.conftest import LABELS, QUICK, TEXTS

LEARNING = {
    **QUICK,
    "epochs": 20,
    "learning_rate": 3e-3,
    "decay": "constant",
    "early_stopping_patience": None,
}


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("table") / "reviews.csv"
    rows = "".join(f"{text},{label}\n" for text, label in zip(TEXTS, LABELS, strict=True))
    path.write_text(f"review,stars\n{rows}", "utf-8")
    return path


@pytest.fixture(scope="module")
def finetuned(start, table, tmp_path_factory):
    return albert_tf.finetune(
        table, preset=start, run_dir=tmp_path_factory.mktemp("runs") / "a", **LEARNING
    )


def test_it_learns_and_leaves_everything_that_a_run_has(finetuned):
    model, result = finetuned
    assert result is finetuned
    assert (result.task, model.class_names) == ("classification", ["bad", "good"])
    assert result.metrics["accuracy"] == 1.0
    assert result.predictions == result.validation.labels
    assert [each.name for each in result.baselines][1].startswith("TF-IDF")
    left = {path.name for path in result.run_dir.iterdir()}
    assert {"model", "report.md", "training.jsonl", "checkpoints", "recipe.json"} <= left
    assert result.report.path == result.run_dir / "report.md"
    assert "the text is column 'review'" in " ".join(result.notes)


def test_the_saved_model_answers_alike_and_knows_its_training(finetuned, table):
    again = AlbertTextClassifier.from_preset(str(finetuned.preset))
    logits = again.predict(TEXTS, verbose=0)
    np.testing.assert_allclose(finetuned.model.predict(TEXTS, verbose=0), logits, atol=1e-5)
    record = again.training_record
    assert record["data"]["file"] == "reviews.csv"
    assert record["metrics"]["this model"]["accuracy"] == 1.0
    assert (record["epochs"], record["data"]["training_texts"]) == (20, 43)


def test_metrics_and_baselines_are_of_the_texts_set_aside(finetuned, table):
    split = split_table(read_table(table), 0.1, seed=0)
    assert finetuned.validation.texts == split.validation.texts
    scores = keras.ops.convert_to_numpy(
        keras.ops.softmax(finetuned.model.predict(split.validation.texts, verbose=0))
    )
    targets = np.array([["bad", "good"].index(label) for label in split.validation.labels])
    expected = evaluate_scores("classification", targets, scores)
    assert finetuned.metrics == pytest.approx(expected, abs=1e-5)
    baseline = tfidf_baseline(split.train, split.validation)
    assert finetuned.baselines[1].metrics == pytest.approx(baseline.metrics)


@pytest.mark.parametrize(
    ("labels", "task", "predicted"),
    [
        ([int(label == "good") for label in LABELS], "classification", str),
        (np.array([3.5 + (label == "good") for label in LABELS]), "regression", float),
        ([[label] if label == "good" else [] for label in LABELS], "multi-label", list),
        (
            np.array([[label == "good", label == "bad"] for label in LABELS], "int32"),
            "multi-label",
            list,
        ),
    ],
    ids=["numbers", "values", "lists", "indicators"],
)
def test_data_in_memory_tell_their_task(start, tmp_path, labels, task, predicted):
    data = ((TEXTS, TEXTS[::-1]), labels)
    model, result = albert_tf.finetune(
        data, preset=start, run_dir=tmp_path / "run", baselines=False, **QUICK
    )
    assert result.task == task
    assert result.baselines == []
    assert {type(each) for each in result.predictions} == {predicted}
    assert len(result.predictions) == len(result.validation) == len(result.validation.pairs)
    assert model.training_record["data"]["file"] is None
    assert "Fine-tuning on data" in result.report.path.read_text("utf-8")


def test_validation_data_are_taken_as_they_are(start, tmp_path):
    validation = (["I love it", "I hate it"], ["good", "bad"])
    result = albert_tf.finetune(
        (TEXTS, LABELS), validation_data=validation, preset=start, run_dir=tmp_path / "r", **QUICK
    )
    assert result.validation.texts == validation[0]
    assert result.training.history[-1]["epoch"] == 1
    with pytest.raises(DataError, match=r"^validation_data:2: the label 'so so' does not occur"):
        albert_tf.finetune(
            (TEXTS, LABELS),
            validation_data=(["a", "b"], ["good", "so so"]),
            preset=start,
            run_dir=tmp_path / "s",
            **QUICK,
        )
    assert not (tmp_path / "s").exists()


class Stop(keras.callbacks.Callback):
    """Stops the process's training as Ctrl-C does."""

    def on_train_batch_end(self, batch, logs=None):
        import signal

        signal.raise_signal(signal.SIGINT)


def test_a_stopped_run_goes_on(start, tmp_path):
    options = {**QUICK, "epochs": 3, "preset": start, "run_dir": tmp_path / "run"}
    with pytest.raises(TrainingInterrupted, match="checkpoint: "):
        albert_tf.finetune((TEXTS, LABELS), callbacks=Stop(), **options)
    with pytest.raises(CheckpointError, match="holds a run already"):
        albert_tf.finetune((TEXTS, LABELS), **options)
    stopped = albert_tf.finetune((TEXTS, LABELS), resume=True, **options)
    whole = albert_tf.finetune((TEXTS, LABELS), **{**options, "run_dir": tmp_path / "whole"})
    losses = [
        [row["loss"] for row in each.training.history if "loss" in row] for each in (stopped, whole)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert stopped.metrics == pytest.approx(whole.metrics, rel=1e-4)
    with pytest.raises(CheckpointError, match="holds a run already"):
        albert_tf.finetune((TEXTS, LABELS), **options)
    again = albert_tf.finetune((TEXTS, LABELS), resume=True, **options)
    assert "was finished already" in " ".join(again.notes)
    assert again.metrics == pytest.approx(stopped.metrics)


def test_a_folder_of_its_own_where_none_is_named(start, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("data", "data-2"):
        result = albert_tf.finetune((TEXTS, LABELS), preset=start, baselines=False, **QUICK)
        assert result.run_dir.as_posix() == f"runs/{name}"
    with pytest.raises(CheckpointError, match="resume=True needs the run_dir"):
        albert_tf.finetune((TEXTS, LABELS), preset=start, resume=True, **QUICK)


class Heard(Watcher):
    def __init__(self):
        super().__init__(0)
        self.heard = []

    def say(self, line):
        self.heard.append(line)

    def in_words(self, line):
        return line.replace("flatter", "PRETTIFY")

    def begins(self, run_dir):
        assert not run_dir.exists()
        self.heard.append("begins")


def test_a_watcher_is_told_in_order_and_nothing_is_printed(start, tmp_path, capfd):
    heard = Heard()
    repeated = ([text[:-2] for text in TEXTS], LABELS)
    result = albert_tf.finetune(
        repeated,
        preset=start,
        run_dir=tmp_path / "run",
        watcher=heard,
        baselines=False,
        **QUICK,
    )
    assert capfd.readouterr().out == ""
    at = heard.heard.index("begins")
    assert "43 training and 5 validation texts; AlbertTextClassifier" in heard.heard[at - 1]
    assert heard.heard[-1].startswith("Kept epoch 1 of 1: accuracy ")
    said = " ".join(heard.heard)
    assert "note: validation texts that also stand in the training data: " in said
    assert "they PRETTIFY the scores" in said
    assert "they PRETTIFY the scores" in " ".join(result.notes)


def test_what_is_told_goes_to_standard_output(capsys):
    Watcher().note("so and so")
    Watcher(0).say("nothing")
    assert capsys.readouterr().out == "note: so and so\n"


def test_recipes_by_name_file_and_field(start, tmp_path):
    (tmp_path / "mine.json").write_text(json.dumps({"epochs": 2, "batch_size": 8}))
    common = {"preset": start, "sequence_length": 16, "verbose": 0, "baselines": False}
    for number, (recipe, epochs) in enumerate(
        [("small-data", 1), (FineTuningRecipe(epochs=7), 1), (tmp_path / "mine.json", None)]
    ):
        changes = {} if epochs is None else {"epochs": epochs}
        run = albert_tf.finetune(
            (TEXTS, LABELS), recipe=recipe, run_dir=tmp_path / str(number), **common, **changes
        )
        assert run.training.epochs == (epochs or 2)


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        ((TEXTS, LABELS), {"epoch": 2}, "finetune takes no 'epoch' for .*; did you mean 'epochs'"),
        (
            (TEXTS, LABELS),
            {"task": "ner"},
            "task is 'ner'; expected one of classification, multi-l",
        ),
        (
            (TEXTS, LABELS),
            {"task": "multiple-choice"},
            "^data is of type tuple; expected the path of a file of que",
        ),
        ((TEXTS, LABELS), {"text_column": "a"}, "text_column says how a file is read, but data is"),
        ((TEXTS, LABELS), {"recipe": "fast"}, "unknown recipe 'fast'"),
        ((TEXTS, LABELS[1:]), {}, "data has 48 texts and 47 labels"),
        ((TEXTS, [1.0, 0.0] * 24), {}, 'pass task="classification" or task="regression"'),
        ((TEXTS, [None, "a"] * 24), {}, "^data:1: the label is None; expected a class"),
        ((TEXTS, [float("nan"), 1.5] * 24), {}, "^data:1: the label is nan; expected a finite"),
        (
            (TEXTS, ["a", "b"] * 24),
            {"task": "regression"},
            "^data:1: the label is 'a'; expected a n",
        ),
        ((TEXTS, [["a"], "b"] * 24), {}, "^data:2: the label is 'b'; expected a list of words"),
        ((TEXTS, ["a"] * 48), {}, "only the class 'a'"),
        ((TEXTS, LABELS, LABELS), {}, "data is a tuple of 3; expected"),
        ({"texts": TEXTS}, {}, "data is of type dict; expected the path of a table, a TextTable"),
        (([], []), {}, "data holds no text"),
        ("absent.csv", {}, "absent.csv: no such file"),
    ],
)
def test_mistakes_are_named_before_anything_is_written(data, options, message, tmp_path):
    with pytest.raises((ConfigError, DataError), match=message):
        albert_tf.finetune(data, run_dir=tmp_path / "run", verbose=0, **options)
    assert not (tmp_path / "run").exists()


def test_starts_that_cannot_be(tmp_path):
    with pytest.raises(ConfigError, match="name one of them"):
        ModelStart(preset="a", size="tiny")
    albert_tf.AlbertBackbone(albert_tf.AlbertConfig.named("tiny")).save_to_preset(tmp_path / "bare")
    with pytest.raises(
        CheckpointError, match=r"bare carries no tokenizer; .* ModelStart\.tokenizer"
    ):
        albert_tf.finetune((TEXTS, LABELS), preset=str(tmp_path / "bare"), run_dir=tmp_path / "run")


def test_random_weights_are_a_start(tmp_path):
    start = ModelStart(size="tiny", early_exit=True)
    assert (start.recipe, start.described) == ("from-scratch", "random weights of size tiny")
    model, _ = albert_tf.finetune(
        (TEXTS, LABELS), preset=start, run_dir=tmp_path / "run", baselines=False, **QUICK
    )
    assert model.early_exit
    assert model.preprocessor.sequence_length == 16


def test_the_training_has_the_dropout_that_the_start_names(tmp_path, start):
    """Of a preset that has none; an answer has none either way."""
    steps = []
    for name, rate in (("none", None), ("some", 0.4)):
        begun = dataclasses.replace(start, hidden_dropout_prob=rate)
        model, result = albert_tf.finetune(
            (TEXTS, LABELS), preset=begun, run_dir=tmp_path / name, baselines=False, **QUICK
        )
        assert model.config.hidden_dropout_prob == (rate or 0.0)
        steps.append(result.training.history[-1]["loss"])
        first, second = model.answer(TEXTS[:4]), model.answer(TEXTS[:4])
        assert first == second
    assert steps[0] != steps[1]
    wrong = dataclasses.replace(start, hidden_dropout_prob=1.5)
    with pytest.raises(ConfigError, match=r"hidden_dropout_prob.*1\.5"):
        albert_tf.finetune((TEXTS, LABELS), preset=wrong, run_dir=tmp_path / "wrong", **QUICK)


def test_the_name_costs_nothing_before_it_is_touched(shell):
    shell.python(
        "import sys, albert_tf\n"
        "assert 'finetune' in dir(albert_tf)\n"
        "assert 'keras' not in sys.modules\n"
        "assert callable(albert_tf.finetune)\n"
        "assert callable(albert_tf.finetuning.finetune)\n"
    )
    assert "albert_tf" in sys.modules
