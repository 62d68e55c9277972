"""`albert-tf pretrain`: from records to a preset that fine-tuning starts from."""

import json
import signal

import pytest

from albert_tf import AlbertConfig, AlbertPretrainer, AlbertTextClassifier, AlbertTokenizer
from albert_tf.cli.pretrain import progress_line
from albert_tf.pretraining import ExampleRecipe, PretrainingRecords, build_records
from tests.cli.conftest import in_slow_process, wait_for

QUICK = ["--recipe", "one-machine", "--steps", "4", "--batch-size", "8", "--warmup-steps", "1"]
QUICK += ["--log-every", "2", "--evaluate-every", "2", "--evaluation-batches", "2"]


@pytest.fixture(scope="module")
def data(made_once):
    """Records in four files, records in one file, and the configuration of a very small model."""
    return made_once("pretraining", fill)


def fill(folder):
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
    (folder / "small_vocabulary.json").write_text('{"vocab_size": 100}', "utf-8")


def command(data, *options):
    return [
        "pretrain",
        f"{data}/records",
        "--config",
        f"{data}/config.json",
        *QUICK,
        *map(str, options),
    ]


@pytest.mark.slow
def test_a_run_ends_with_a_preset_and_a_report(data, shell):
    run_dir = shell.folder / "run"
    errors = shell.albert_tf(*command(data, "--output", run_dir)).err
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

    assert "was finished already" in shell.albert_tf("pretrain", "--resume", run_dir).err

    more = command(data, "--output", "more", "--validation", data / "one_file")
    more[2:4] = ["--preset", f"{run_dir}/model"]
    errors = shell.albert_tf(*more).err
    assert f"{total} training and {total} held-out examples" in errors


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


SOON = {"no RECORDS", "nothing to resume"}
"""Those that are found before TensorFlow is imported."""


@pytest.mark.parametrize(
    "name", [name if name in SOON else in_slow_process(name) for name in BAD_INPUT]
)
def test_bad_input_is_one_line(data, name, shell):
    arguments, message = BAD_INPUT[name]
    arguments = [argument.format(data=data) for argument in arguments]
    (line,) = shell.albert_tf(*arguments, status=2).err.splitlines()
    assert message in line


@pytest.mark.slow
def test_several_processes_need_jax(data, shell):
    processes = ["--num-processes", 2, "--process-id", 0, "--coordinator", "localhost:1"]
    words = command(data, "--output", "run", *processes)
    done = shell.albert_tf(*words, status=2, env={"KERAS_BACKEND": "tensorflow"})
    assert "set the environment variable KERAS_BACKEND=jax" in done.error


def test_progress_of_the_first_line_knows_no_time_left():
    names = ("loss", "mlm_loss", "sop_loss", "mlm_accuracy", "sop_accuracy", "tokens_per_second")
    record = {**dict.fromkeys(names, 0.5), "step": 1000, "seconds_left": None}
    line = progress_line(record, 12_000)
    assert line == (
        "step 1,000/12,000  loss 0.500  MLM 0.500 (50.0 % right)  SOP 0.500 (50.0 % right)  0 tokens/s"
    )
    assert progress_line({**record, "seconds_left": 3700}, 12_000) == f"{line}  1 h 01 min left"


@pytest.mark.slow
def test_ctrl_c_names_the_checkpoint_and_the_way_on(data, shell):
    run_dir = shell.folder / "run"
    process = shell.start(*command(data, "--output", run_dir, "--steps", 5000))
    log = run_dir / "training.jsonl"
    wait_for(process, log, '"step"')
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors
    last = errors.splitlines()[-1]
    assert " of 5000; checkpoint: " in last
    assert f"albert-tf pretrain --resume {run_dir}" in last
    steps = [json.loads(line).get("step", 0) for line in log.read_text("utf-8").splitlines()]
    assert max(steps) > 0
