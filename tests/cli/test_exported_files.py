"""Every kind of file that `albert-tf export` writes, read by all that reads files; each a process of its own."""

import dataclasses
import itertools
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from albert_tf.export import FORMS, QUANTIZATIONS
from albert_tf.export.task_metadata import CLIENTS
from tests.android.host_tools import answers, needs_java
from tests.cli.conftest import BAD, COLUMNS, GOOD, LEARNED, write
from tests.installation import Shell

pytestmark = pytest.mark.slow

TEXTS = [*GOOD, *BAD, ", ".join(GOOD), ", ".join(BAD)]
"""The last two are longer than the models read."""

FIXED = ("--length", "16")
ON_TEXTS = ("--texts", "{files}/reviews.csv", "--text", "review")


@dataclasses.dataclass(frozen=True)
class Written:
    """A way of exporting.

    Attributes:
        options: of `albert-tf export`.
        said: what the description inside the file must say of it.
        preset: the kind of preset that is exported; see `presets`.
        module: what the export imports of an extra.
    """

    options: tuple[str, ...] = ()
    said: dict = dataclasses.field(default_factory=dict)
    preset: str = "classifier"
    module: str | None = None


EACH = {
    *(("loop", "none"), ("loop", "int4"), ("unrolled", "fp16"), ("unrolled", "int8-static")),
    ("signatures", "int8"),
}
"""Each form and each quantization at least once; `make test-whole` tries all of both."""


def matrix():
    """Every form with every quantization that it can have: a loop cannot have static ranges, an unrolled file can where
    its length is fixed."""
    every = set(itertools.product(FORMS, QUANTIZATIONS)) - {("loop", "int8-static")}
    assert every >= EACH
    for form, quantization in itertools.product(FORMS, QUANTIZATIONS):
        if (form, quantization) in (every if os.environ.get("ALBERT_TF_WHOLE") else EACH):
            module = "ai_edge_quantizer" if quantization in ("int4", "int8-static") else None
            options = ("--form", form, "--quantization", quantization)
            said = {"form": form, "quantization": quantization}
            if form == "unrolled":
                options, said = (*options, *FIXED), {**said, "length": 16}
            if module:
                # They show the ranges; and on sample texts, strange to so small a model, four bits are too few.
                options = (*options, *ON_TEXTS)
            yield f"{form} {quantization}", Written(options, said, module=module)


KINDS = {
    **dict(matrix()),
    "by default": Written(said={"quantization": "int8", "form": "loop", "length": None}),
    "by another name": Written(("--quantize", "fp16"), said={"quantization": "fp16"}),
    "loop of one length": Written(FIXED, said={"form": "loop", "length": 16}),
    "unrolled of any length": Written(("--form", "unrolled"), said={"length": None}),
    "for an old runtime": Written(("--runtime", "2.16"), said={"quantization": "int8"}),
    "checked on texts": Written(ON_TEXTS),
    "after a comparison": Written(("--compare", "{files}/reviews.csv", *COLUMNS)),
    "early exits": Written(preset="exits"),
    "several labels": Written(preset="multi_label"),
    "regression": Written(preset="regression"),
    "task-library": Written(("--client", "task-library", "--quantization", "none", *FIXED)),
    "task-library unrolled": Written(
        ("--client", "task-library", "--form", "unrolled", "--quantization", "fp16", *FIXED)
    ),
    "mediapipe": Written(("--client", "mediapipe", "--form", "unrolled", *FIXED)),
}


def test_every_client_is_tried():
    assert set(CLIENTS) <= set(KINDS)


# === The presets, and the files written from them ===


@pytest.fixture(scope="session")
def presets(files, exits, installed, made_once):
    """Fine-tuned presets by kind."""

    def fill(folder):
        shell = Shell(installed, folder)
        rows = [*((t, ["praise"], 4.5) for t in GOOD * 6), *((t, ["blame"], 1) for t in BAD * 6)]
        tables = {
            "multi_label": [{"text": t, "label": labels} for t, labels, _ in rows],
            "regression": [{"text": t, "label": score} for t, _, score in rows],
        }
        for kind, table in tables.items():
            write(folder / f"{kind}.jsonl", "".join(json.dumps(row) + "\n" for row in table))
            start = ["--task", kind, "--preset", f"{files}/small", "--output", kind, *LEARNED]
            shell.albert_tf("finetune", f"{kind}.jsonl", *start)

    folder = made_once("presets", fill)
    return {
        "classifier": files / "run" / "model",
        "exits": exits / "run" / "model",
        "multi_label": folder / "multi_label" / "model",
        "regression": folder / "regression" / "model",
    }


@pytest.fixture
def file(kind, files, presets, installed, made_once, needs) -> Path:
    """The file of a kind, written once a test run."""
    written = KINDS[kind]
    if written.module:
        needs(written.module)
    options = [option.format(files=files) for option in written.options]
    export = ["export", presets[written.preset], "model.tflite", *options]

    def fill(folder):
        said = Shell(installed, folder).albert_tf(*export).err
        write(folder / "said.txt", said)

    return made_once(f"exported {kind}", fill) / "model.tflite"


@pytest.fixture
def expected(kind, presets, run_once) -> list[dict]:
    """What `albert-tf predict` answers from the preset of a kind of file."""
    preset = KINDS[kind].preset
    return run_once(f"answers of {preset}", "predict", presets[preset], "--json", *TEXTS).rows


def assert_same(found: list[dict], expected: list[dict]) -> None:
    """Checks that answers have the labels of others; of regression, that their values are close."""
    for row, other in zip(found, expected, strict=True):
        if "value" in other:
            assert row["value"] == pytest.approx(other["value"], abs=0.05)
        else:
            assert list(row["scores"]) == list(other["scores"])
            for name in {"label", "labels"} & set(other):
                assert row[name] == other[name], other["text"]


every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
def test_the_archive_holds_tokenizer_and_labels(kind, file, presets):
    preset = presets[KINDS[kind].preset]
    description = json.loads((preset / "albert_tf.json").read_text("utf-8"))
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        assert archive.read("tokenizer.model") == (preset / "tokenizer.model").read_bytes()
        if KINDS[kind].preset != "regression":
            labels = archive.read("labels.txt").decode().splitlines()
            assert labels == description["head_config"]["class_names"]
        said = json.loads(archive.read("albert_tf.json"))
    assert {name: said[name] for name in KINDS[kind].said} == KINDS[kind].said
    lowest = tuple(map(int, said["runtime"]["lowest"].split(".")))
    assert (2, 9) <= lowest <= ((2, 16) if "--runtime" in KINDS[kind].options else (2, 20, 99))
    assert ("task_tokenizer.model" in names) == ("--client" in KINDS[kind].options)


@every_kind
def test_predict_gives_the_answers_of_the_preset(kind, file, expected, shell):
    found = shell.albert_tf("predict", file, "--json", *TEXTS).rows
    assert [row["text"] for row in found] == TEXTS
    assert_same(found, expected)


@every_kind
def test_benchmark_reads_the_file(kind, file, shell):
    (found,) = shell.albert_tf("benchmark", file, "--runs", 2, "--json").rows
    assert found["latency_ms"]
    assert all(times["median"] > 0 for times in found["latency_ms"].values())


@needs_java
@every_kind
def test_the_app_gives_the_answers_of_the_preset(kind, file, expected):
    assert_same(answers(file, TEXTS), expected)


# === Other things that export writes ===


@pytest.mark.parametrize("kind", ["after a comparison"])
def test_a_comparison_shows_every_quantization(file, needs):
    needs("ai_edge_quantizer")
    said = (file.parent / "said.txt").read_text("utf-8")
    rows = [line.split("│")[1].strip() for line in said.splitlines() if line.startswith("│")]
    assert rows[0] == "the Keras model"
    assert {row.split(",")[0] for row in rows[1:]} >= {"none", "fp16", "int8", "int4"}


def test_a_file_of_vectors(files, shell):
    shell.albert_tf("export", f"{files}/small", "vectors.tflite", "--embedder")
    with zipfile.ZipFile(shell.folder / "vectors.tflite") as archive:
        tokenizer = archive.read("tokenizer.model")
        assert "labels.txt" not in archive.namelist()
    assert tokenizer == (files / "small" / "tokenizer.model").read_bytes()
    keras, tflite = (
        np.array([row["vector"] for row in shell.albert_tf("embed", "--model", model, *TEXTS).rows])
        for model in (f"{files}/small", "vectors.tflite")
    )
    assert (keras * tflite).sum(axis=1).min() > 0.99
    (found,) = shell.albert_tf("benchmark", "vectors.tflite", "--runs", 2, "--json").rows
    assert found["latency_ms"]


CLIENT = """
import json, sys
import tensorflow as tf
import tensorflow_text

served = tf.saved_model.load("served/1")
outputs = served.signatures["serving_default"](texts=tf.constant({texts!r}))
assert not any(name.startswith("albert_tf") for name in sys.modules), "a process of TensorFlow alone"
print(json.dumps([label.decode() for label in outputs["label"].numpy()]))
"""


def test_a_process_of_tensorflow_alone_reads_the_saved_model(files, run_once, presets, shell):
    preset = presets["classifier"]
    shell.albert_tf("export", preset, "served/1", "--saved-model")
    labels = json.loads(shell.python(CLIENT.format(texts=TEXTS)).lines[-1])
    answered = run_once("answers of classifier", "predict", preset, "--json", *TEXTS).rows
    assert labels == [row["label"] for row in answered]
