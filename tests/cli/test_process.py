"""The `albert-tf` command as a process: what it imports, and what signals and closed pipes do to it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier, AlbertTokenizer
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (
    "demo",
    "finetune",
    "evaluate",
    "predict",
    "export",
    "import",
    "benchmark",
    "tokenize",
    "pretraining-data",
    "pretrain",
)
HELP = """
import sys, albert_tf_command
for name in {names}:
    sys.argv = ["albert-tf", *name.split(), "--help"]
    try:
        albert_tf_command.main()
    except SystemExit as end:
        assert end.code == 0
slow = {{"tensorflow", "keras", "sklearn", "pandas"}} & set(sys.modules)
assert not slow, slow
import albert_tf
assert albert_tf.AlbertConfig.__name__ in albert_tf.__all__, "the package is whole when it is asked for"
"""


def start(*arguments, **options):
    """Starts `albert-tf` with arguments."""
    return subprocess.Popen(
        [sys.executable, ROOT / "albert_tf_command.py", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        **options,
    )


def test_help_does_not_wait_for_tensorflow():
    code = HELP.format(names=["", *COMMANDS])
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_reader_that_goes_away_gets_no_error():
    process = start("tokenize", stdin=subprocess.PIPE)
    process.stdout.close()
    process.stdin.write("a line\n" * 3)
    process.stdin.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 141


@pytest.fixture
def table_and_preset(tmp_path):
    config = AlbertConfig.named(
        "tiny", hidden_size=32, num_attention_heads=4, intermediate_size=64, num_hidden_layers=2
    )
    model = AlbertTextClassifier(
        AlbertBackbone(config),
        preprocessor=AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=32),
    )
    model.save_to_preset(tmp_path / "small")
    rows = "".join(f"a good film {i},good\na bad film {i},bad\n" for i in range(200))
    (tmp_path / "films.csv").write_text("text,label\n" + rows, "utf-8")
    return [tmp_path / "films.csv", "--preset", tmp_path / "small"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_signal_in_training_keeps_and_names_a_checkpoint(number, table_and_preset, tmp_path):
    run_dir = tmp_path / "run"
    options = ["--epochs", 500, "--batch-size", 4, "--early-stopping-patience", 500]
    process = start("finetune", *table_and_preset, "--output", run_dir, *options)
    log = run_dir / "training.jsonl"
    while not (log.exists() and '"step"' in log.read_text("utf-8")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.1)
    process.send_signal(number)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors
    newest = max((run_dir / "checkpoints").glob("checkpoint-*.safetensors"))
    last = errors.splitlines()[-1]
    assert f"checkpoint: {newest}" in last
    assert f"albert-tf finetune --resume {run_dir}" in last

    # Resumed from another folder, and killed: the checkpoint is still the one that was named.
    process = start("finetune", "--resume", run_dir, cwd=ROOT)
    while '"resume"' not in log.read_text("utf-8"):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.1)
    resumed = [json.loads(line) for line in log.read_text("utf-8").splitlines()][-1]
    process.kill()
    process.communicate()
    assert newest.name == f"checkpoint-{resumed['batch']:08d}.safetensors"
