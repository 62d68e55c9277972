"""Which epoch `albert-tf finetune` keeps, and what it says of it, by the command as a process of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier, AlbertTokenizer
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from albert_tf.tasks import MAIN_METRIC
from albert_tf.training import FineTuningRecipe
from albert_tf.training.monitor import choose_monitor
from tests.tiny import randomize, tiny_config

ROOT = Path(__file__).resolve().parents[2]
STILL = ["--epochs", "4", "--learning-rate", "1e-9", "--early-stopping-patience", "1"]


@pytest.fixture(scope="module")
def spam(tmp_path_factory):
    """A folder with a small preset, and tables of 120 texts of which an eighth are of one class."""
    folder = tmp_path_factory.mktemp("spam")
    config = AlbertConfig.named(
        "tiny",
        hidden_size=32,
        embedding_size=16,
        num_attention_heads=4,
        intermediate_size=48,
        num_hidden_layers=1,
    )
    model = AlbertTextClassifier(
        AlbertBackbone(config),
        preprocessor=AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=32),
    )
    randomize(model)
    model.save_to_preset(folder / "preset")
    rows = [
        f"you won {i} pounds,spam" if i % 8 == 0 else f"see you at {i} then,ham" for i in range(120)
    ]
    (folder / "spam.csv").write_text("text,label\n" + "\n".join(rows), "utf-8")
    return folder


def finetune(folder, *options):
    """Runs `albert-tf finetune` on the table; returns its status and what it said."""
    command = [
        sys.executable,
        "-m",
        "albert_tf_command",
        "finetune",
        "spam.csv",
        "--preset",
        "preset",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "1"}
    done = subprocess.run(
        [*command, "--sequence-length", "16", "--validation-share", "0.4", *options],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr


@pytest.mark.slow
def test_an_early_stop_and_what_was_kept_are_told_everywhere(spam):
    """The learning rate changes nothing, so every epoch is like the first, at the same macro F1."""
    status, said = finetune(spam, *STILL, "--output", "run", "--no-baselines")
    assert status == 0
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
    report = (spam / "run" / "report.md").read_text("utf-8")
    training = report.split("## Training")[1].split("## Data")[0]
    assert f"- {kept}" in training
    assert f"- {stopped}" in training
    assert report.split("\n")[2].startswith("Validation macro F1 **")
    *_, last = (spam / "run" / "training.jsonl").read_text("utf-8").splitlines()
    event = json.loads(last)
    assert (event["event"], event["epoch"], event["monitor"]) == ("early_stop", 2, "val_macro_f1")
    assert len(event["values"]) == 2


@pytest.mark.slow
def test_another_monitor_decides_and_a_wrong_one_is_named_before_the_training(spam):
    status, said = finetune(
        spam, *STILL, "--output", "loss", "--no-baselines", "--monitor", "val_loss"
    )
    assert status == 0
    assert re.search(r"^Kept epoch \d of \d: loss \d\.\d{4}", said, re.MULTILINE)
    assert "unequal" not in said
    status, said = finetune(spam, "--output", "f1", "--monitor", "val_f1")
    assert status == 2
    assert said.splitlines()[-1] == (
        "albert-tf: error: --monitor is 'val_f1'; the logs hold loss, accuracy, val_loss, val_accuracy"
    )
    assert not (spam / "f1" / "training.jsonl").exists()


@pytest.mark.parametrize("task", MAIN_METRIC)
def test_the_report_judges_by_the_metric_that_decides(task):
    """The training must not import the tasks; so both name the metric, and this holds them together."""
    from albert_tf import AlbertTextRegressor

    backbone = AlbertBackbone(tiny_config(num_hidden_layers=1))
    if task == "regression":
        model = AlbertTextRegressor(backbone)
    else:
        model = AlbertTextClassifier(backbone, 3, multi_label=task == "multi_label")
    assert choose_monitor(model, None, FineTuningRecipe()).name == f"val_{MAIN_METRIC[task]}"
