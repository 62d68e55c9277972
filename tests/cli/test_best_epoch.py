"""Which epoch `albert-tf finetune` keeps, and what it says of it."""

import json

import pytest

from albert_tf import AlbertBackbone, AlbertTextClassifier, AlbertTextRegressor
from albert_tf.tasks import MAIN_METRIC
from albert_tf.training import FineTuningRecipe
from albert_tf.training.monitor import choose_monitor
from tests.cli.conftest import random_model, write
from tests.tiny import tiny_config

STILL = ["--epochs", "4", "--learning-rate", "1e-12", "--early-stopping-patience", "1"]
"""A recipe that changes nothing of a model that knows the classes, so that every epoch is like the first."""


@pytest.fixture
def finetune(shell):
    """A function that runs `albert-tf finetune` on 120 texts, of which an eighth are of one class."""
    rows = [
        f"you won {i} pounds,spam" if i % 8 == 0 else f"see you at {i} then,ham" for i in range(120)
    ]
    write(shell.folder / "spam.csv", "text,label\n" + "\n".join(rows))
    random_model(class_names=["ham", "spam"]).save_to_preset(shell.folder / "preset")
    start = ["--preset", "preset", "--sequence-length", "16", "--validation-share", "0.4"]

    def run(*options, **expected):
        table = ["finetune", "spam.csv", "--output", "run", "--no-baselines", *start]
        return shell.albert_tf(*table, *options, **expected)

    return run


def last_event(run) -> dict:
    *_, last = (run / "training.jsonl").read_text("utf-8").splitlines()
    return json.loads(last)


@pytest.mark.slow
def test_an_early_stop_and_what_was_kept_are_told_everywhere(finetune, shell):
    said = finetune(*STILL).err
    unequal = (
        "The classes are very unequal: 'ham' has 88 % of the validation texts, 7.0 times as many"
    )
    stopped = "Stopped after epoch 2 of 4: macro F1 has not risen since epoch 1 ("
    kept = "Kept epoch 1 of 2: macro F1 "
    assert f"note: {unequal}" in said
    assert "--monitor 'val_accuracy' has accuracy decide" in said
    assert f"note: {stopped}" in said
    assert f"\n{kept}" in said
    assert "this model (epoch 1)" in said
    report = (shell.folder / "run" / "report.md").read_text("utf-8")
    training = report.split("## Training")[1].split("## Data")[0]
    assert f"- {kept}" in training
    assert f"- {stopped}" in training
    assert "--monitor 'val_accuracy' has accuracy decide" in training
    assert report.split("\n")[2].startswith("Validation macro F1 **")
    event = last_event(shell.folder / "run")
    assert (event["event"], event["epoch"], event["monitor"]) == ("early_stop", 2, "val_macro_f1")
    assert len(event["values"]) == 2


@pytest.mark.slow
def test_a_bare_name_is_the_number_of_the_validation_texts(finetune, shell):
    said = finetune(*STILL, "--monitor", "accuracy").err
    assert "\nKept epoch 1 of 2: accuracy " in said
    assert "of the training" not in said
    assert "unequal" not in said
    assert last_event(shell.folder / "run")["monitor"] == "val_accuracy"


@pytest.mark.slow
def test_a_wrong_monitor_is_named_before_the_training(finetune, shell):
    assert finetune("--monitor", "val_f1", status=2).error == (
        "albert-tf: error: --monitor is 'val_f1'; the logs hold loss, accuracy, val_loss, val_accuracy"
    )
    assert not (shell.folder / "run" / "training.jsonl").exists()


@pytest.mark.parametrize("task", MAIN_METRIC)
def test_the_report_judges_by_the_metric_that_decides(task):
    """The training must not import the tasks; so both name the metric, and this holds them together."""
    backbone = AlbertBackbone(tiny_config(num_hidden_layers=1))
    if task == "regression":
        model = AlbertTextRegressor(backbone)
    else:
        model = AlbertTextClassifier(backbone, 3, multi_label=task == "multi_label")
    assert choose_monitor(model, None, FineTuningRecipe()).name == f"val_{MAIN_METRIC[task]}"
