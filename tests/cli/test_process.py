"""The `albert-tf` command as a process: what it imports, and what signals and closed pipes do to it."""

import json
import signal

import pytest

from albert_tf.cli import commands
from tests.cli.conftest import save_random_preset, wait_for

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


def test_help_does_not_wait_for_tensorflow(shell):
    shell.python(HELP.format(names=["", *(command.NAME for command in commands.ALL)]))


@pytest.mark.slow
def test_reader_that_goes_away_gets_no_error(shell):
    process = shell.start("tokenize")
    process.stdout.close()
    process.stdin.write("a line\n" * 3)
    process.stdin.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 141


@pytest.fixture
def table_and_preset(shell):
    save_random_preset(shell.folder / "small", embedding_size=128, intermediate_size=64)
    rows = "".join(f"a good film {i},good\na bad film {i},bad\n" for i in range(200))
    (shell.folder / "films.csv").write_text("text,label\n" + rows, "utf-8")
    return [shell.folder / "films.csv", "--preset", shell.folder / "small"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_signal_in_training_keeps_and_names_a_checkpoint(number, table_and_preset, shell):
    run_dir = shell.folder / "run"
    options = ["--epochs", 500, "--batch-size", 4, "--early-stopping-patience", 500]
    process = shell.start("finetune", *table_and_preset, "--output", run_dir, *options)
    log = run_dir / "training.jsonl"
    wait_for(process, log, '"step"')
    process.send_signal(number)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors
    newest = max((run_dir / "checkpoints").glob("checkpoint-*.safetensors"))
    last = errors.splitlines()[-1]
    assert f"checkpoint: {newest}" in last
    assert f"albert-tf finetune --resume {run_dir}" in last

    # Resumed from another folder, and killed: the checkpoint is still the one that was named.
    (shell.folder / "elsewhere").mkdir()
    process = shell.start("finetune", "--resume", run_dir, cwd=shell.folder / "elsewhere")
    wait_for(process, log, '"resume"')
    resumed = [json.loads(line) for line in log.read_text("utf-8").splitlines()][-1]
    process.kill()
    process.communicate()
    assert newest.name == f"checkpoint-{resumed['batch']:08d}.safetensors"


FRAMES = """
import sys, traceback
import albert_tf, albert_tf_command
from albert_tf.runtime.interpreter import load_interpreter

Interpreter = type(load_interpreter({file!r}, 1))
invoke, home = Interpreter.invoke, albert_tf.__path__[0]
own = lambda frame: frame.filename.startswith((home, albert_tf_command.__file__))

def told(self):
    print(sum(map(own, traceback.extract_stack())), file=sys.stderr)
    invoke(self)

Interpreter.invoke = told
sys.argv = ["albert-tf", "predict", {file!r}, "a lovely film"]
albert_tf_command.main()
"""


def test_a_prediction_is_few_calls_deep(files, shell):
    """From the command to the graph, so that a reader sees through."""
    done = shell.python(FRAMES.format(file=f"{files}/reviews.tflite"))
    assert done.out.startswith("good\t")
    assert [int(line) for line in done.err.splitlines() if line.isdigit()] == [6]
