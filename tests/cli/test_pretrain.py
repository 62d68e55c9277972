"""`albert-tf pretrain`: from records to a preset that fine-tuning starts from."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import pytest

from albert_tf import AlbertConfig, AlbertPretrainer, AlbertTextClassifier, AlbertTokenizer
from albert_tf.cli.main import main
from albert_tf.cli.pretrain import progress_line
from albert_tf.pretraining import ExampleRecipe, PretrainingRecords, build_records

ROOT = Path(__file__).resolve().parents[2]
QUICK = ["--recipe", "one-machine", "--steps", "4", "--batch-size", "8", "--warmup-steps", "1"]
QUICK += ["--log-every", "2", "--evaluate-every", "2", "--evaluation-batches", "2"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Records in four files, records in one file, and the configuration of a very small model."""
    folder = tmp_path_factory.mktemp("pretrain")
    lines = [
        f"The number {i} is odd. It comes after {i - 1}, and before {i + 1}." for i in range(300)
    ]
    (folder / "corpus.txt").write_text("\n\n".join(lines), "utf-8")
    recipe = ExampleRecipe(sequence_length=32, seed=1)
    for name, shards in (("records", 4), ("one_file", 1)):
        build_records(
            [folder / "corpus.txt"], folder / name, AlbertTokenizer(), recipe, shards=shards
        )
    config = AlbertConfig.named(
        "tiny",
        hidden_size=16,
        embedding_size=8,
        num_attention_heads=2,
        intermediate_size=16,
        num_hidden_layers=1,
    )
    (folder / "config.json").write_text(config.to_json(), "utf-8")
    return folder


def command(data, *options):
    return [
        "pretrain",
        f"{data}/records",
        "--config",
        f"{data}/config.json",
        *QUICK,
        *map(str, options),
    ]


def test_a_run_ends_with_a_preset_and_a_report(data, tmp_path, capsys):
    run_dir = tmp_path / "run"
    assert main(command(data, "--output", run_dir)) == 0
    errors = capsys.readouterr().err
    total, held_out = (
        PretrainingRecords.find(data / "records").num_examples,
        PretrainingRecords.find(data / "records" / "part-00003-of-00004.tfrecord").num_examples,
    )
    assert f"{total - held_out} training and {held_out} held-out examples of 32" in errors
    assert "step 4/4  loss " in errors
    assert "tokens/s  0 min 00 s left" in errors
    assert "held out at step 2:  loss " in errors
    report = (run_dir / "report.md").read_text("utf-8")
    assert "## Held-out examples" in report
    assert "| optimizer | adamw |" in report
    model = AlbertPretrainer.from_preset(run_dir / "model")
    assert model.config == AlbertConfig.from_json(data / "config.json")
    classifier = AlbertTextClassifier.from_preset(run_dir / "model")
    assert classifier.preprocessor.tokenizer.encode("a film") == AlbertTokenizer().encode("a film")

    assert main(["pretrain", "--resume", str(run_dir)]) == 0
    assert "was finished already" in capsys.readouterr().err

    more = command(data, "--output", tmp_path / "more", "--validation", data / "one_file")
    more[2:4] = ["--preset", f"{run_dir}/model"]
    assert main(more) == 0
    assert f"{total} training and {total} held-out examples" in capsys.readouterr().err


BAD_INPUT = {
    "no RECORDS": (["pretrain"], "there is no RECORDS; expected a folder of records"),
    "no such folder": (["pretrain", "absent", "--size", "tiny"], "absent: no such file"),
    "one file": (
        ["pretrain", "{data}/one_file", "--size", "tiny"],
        "has one file of records, of which none can be held out",
    ),
    "share": (
        ["pretrain", "{data}/records", "--size", "tiny", "--validation-share", "1.5"],
        "--validation-share is 1.5; expected a number from 0 to below 1",
    ),
    "no model": (["pretrain", "{data}/records"], "name one with --size, --preset or --config"),
    "size": (["pretrain", "{data}/records", "--size", "huge"], "unknown ALBERT size 'huge'"),
    "learning rate": (
        ["pretrain", "{data}/records", "--size", "tiny", "--learning-rate", "0"],
        "--learning-rate is 0.0; expected a number above 0",
    ),
    "accumulation": (
        ["pretrain", "{data}/records", "--size", "tiny", "--accumulation-steps", "3"],
        "--batch-size is 4096, which accumulation_steps 3 does not divide",
    ),
    "recipe": (
        ["pretrain", "{data}/records", "--size", "tiny", "--recipe", "mine"],
        "unknown recipe 'mine'; expected one of albert, one-machine",
    ),
    "larger vocabulary": (
        ["pretrain", "{data}/records", "--config", "{data}/small_vocabulary.json"],
        "the records were made with 30000 pieces, the model's vocab_size is 100",
    ),
    "nothing to resume": (["pretrain", "--resume", "{data}"], "holds no run to resume"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_one_line(data, name, capsys):
    (data / "small_vocabulary.json").write_text('{"vocab_size": 100}', "utf-8")
    arguments, message = BAD_INPUT[name]
    assert main([argument.format(data=data) for argument in arguments]) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    assert message in errors


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="there it would wait for the other")
def test_several_processes_need_jax(data, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")  # which the command would set for good
    processes = ["--num-processes", 2, "--process-id", 0, "--coordinator", "localhost:1"]
    assert main(command(data, "--output", tmp_path / "run", *processes)) == 2
    assert "set the environment variable KERAS_BACKEND=jax" in capsys.readouterr().err


def test_progress_of_the_first_line_knows_no_time_left():
    names = ("loss", "mlm_loss", "sop_loss", "mlm_accuracy", "sop_accuracy", "tokens_per_second")
    record = {**dict.fromkeys(names, 0.5), "step": 1000, "seconds_left": None}
    line = progress_line(record, 12_000)
    assert line == (
        "step 1,000/12,000  loss 0.500  MLM 0.500 (50.0 % right)  SOP 0.500 (50.0 % right)  0 tokens/s"
    )
    assert progress_line({**record, "seconds_left": 3700}, 12_000) == f"{line}  1 h 01 min left"


@pytest.mark.slow
def test_ctrl_c_names_the_checkpoint_and_the_way_on(data, tmp_path):
    run_dir = tmp_path / "run"
    arguments = command(data, "--output", run_dir, "--steps", 5000)
    process = subprocess.Popen(
        [sys.executable, ROOT / "albert_tf_command.py", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    log = run_dir / "training.jsonl"
    while not (log.exists() and '"step"' in log.read_text("utf-8")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors
    last = errors.splitlines()[-1]
    assert " of 5000; checkpoint: " in last
    assert f"albert-tf pretrain --resume {run_dir}" in last
    steps = [json.loads(line).get("step", 0) for line in log.read_text("utf-8").splitlines()]
    assert max(steps) > 0
