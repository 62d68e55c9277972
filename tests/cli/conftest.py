"""What commands read, made by commands; only the weights that they start from, random ones, are made here."""

import dataclasses
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installation import Done, Shell
from tests.tiny import english_model

GOOD = ["a lovely film", "well worth the money", "great sound and a fair price", "I love it"]
BAD = ["a waste of time", "it broke after a week", "poor sound at a high price", "I hate it"]
QUICK = ["--epochs", "1", "--batch-size", "16", "--sequence-length", "16"]
COLUMNS = ["--text", "review", "--label", "stars"]
LEARNED = [*QUICK[2:], "--epochs", "20", "--early-stopping-patience", "20", "--no-baselines"]
LEARNED += ["--learning-rate", "3e-3", "--layer-decay-rate", "1", "--scale-embedding", "1"]
LEARNED += ["--decay", "constant"]
"""A recipe by which the small model learns GOOD and BAD, so that no answer hangs on the last digit."""


def in_slow_process(*values, id=None):
    """The values of a parametrized test whose process imports TensorFlow, which takes some seconds."""
    return pytest.param(*values, marks=pytest.mark.slow, id=id)


def write(path, text) -> str:
    """Writes a text file and returns its path."""
    path.write_text(text, "utf-8")
    return str(path)


def write_reviews(path) -> str:
    """Writes a table of 48 reviews with their stars, and returns its path."""
    rows = [*((text, "good") for text in GOOD * 6), *((text, "bad") for text in BAD * 6)]
    return write(path, "review,stars\n" + "".join(f"{text},{label}\n" for text, label in rows))


def random_model(sizes=None, **options):
    """A classifier of random weights, a few thousand beside its word table, which can read texts of 512 tokens."""
    sizes = {"num_hidden_layers": 2, "max_position_embeddings": 512, **(sizes or {})}
    return english_model(sequence_length=32, sizes=sizes, **options)


def save_random_preset(folder, **sizes) -> None:
    """Saves a `random_model` of two classes."""
    random_model(sizes, class_names=["bad", "good"]).save_to_preset(folder)


@pytest.fixture(scope="session")
def small(made_once) -> Path:
    """A preset of random weights, from which tests of tables of their own start."""
    return made_once("small", save_random_preset)


@pytest.fixture(scope="session")
def files(installed, made_once) -> Path:
    """A table, a preset of random weights, one that was fine-tuned from it, and the TFLite file of that.

    All workers share the folder, so tests only read it.
    """

    def fill(folder):
        shell = Shell(installed, folder)
        write_reviews(folder / "reviews.csv")
        save_random_preset(folder / "small")
        start = ["--preset", "small", "--output", "run", *LEARNED]
        shell.albert_tf("finetune", "reviews.csv", *COLUMNS, *start)
        shell.albert_tf("export", "run/model", "reviews.tflite")

    return made_once("files", fill)


@pytest.fixture(scope="session")
def run_once(installed, made_once) -> Callable[..., Done]:
    """A function that runs a command once a test run, in a folder of its own, and tells what came of it.

    It takes the folder's name, and what `Shell.albert_tf` takes.
    """

    def run(name, *words, **options):
        def fill(folder):
            done = Shell(installed, folder).albert_tf(*words, **options)
            (folder / "done.json").write_text(json.dumps(dataclasses.asdict(done)), "utf-8")

        return Done(**json.loads((made_once(name, fill) / "done.json").read_text("utf-8")))

    return run


@pytest.fixture(scope="session")
def keras_answers(files, run_once) -> list[dict]:
    """What the fine-tuned preset answers to GOOD and BAD, by `albert-tf predict --json`."""
    return run_once("answers", "predict", f"{files}/run/model", "--json", *GOOD, *BAD).rows


@pytest.fixture(scope="session")
def hugging_face(files, installed, made_once) -> Path:
    """The fine-tuned preset as a Hugging Face folder."""
    command = ["import", f"{files}/run/model", "hf", "--to", "huggingface"]
    folder = made_once("hugging_face", lambda folder: Shell(installed, folder).albert_tf(*command))
    return folder / "hf"


@pytest.fixture(scope="session")
def exits(files, installed, made_once) -> Path:
    """A fine-tuned preset with early exits (`run/model`), and its file."""

    def fill(folder):
        shell = Shell(installed, folder)
        start = ["--preset", f"{files}/small", "--early-exit", "--head-start", "linear"]
        run = ["--output", "run", *start, *LEARNED]
        shell.albert_tf("finetune", f"{files}/reviews.csv", *COLUMNS, *run)
        shell.albert_tf("export", "run/model", "model.tflite")

    return made_once("exits", fill)


def wait_for(process: subprocess.Popen, log: Path, word: str) -> None:
    """Waits until a running command has written a word into its log."""
    while not (log.exists() and word in log.read_text("utf-8")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.1)
