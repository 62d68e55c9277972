"""Files that Google's Task Library and MediaPipe read: metadata, tokenizer, probabilities.

The clients themselves need environments of their own. Where `ALBERT_TF_TASK_LIBRARY_PYTHON` (tflite-support 0.4.4,
numpy < 2) or `ALBERT_TF_MEDIAPIPE_PYTHON` (mediapipe) names the Python of one, they answer from the file alone.
"""

import json
import os
import subprocess
import zipfile

import flatbuffers
import numpy as np
import pytest

from albert_tf import AlbertBackbone, AlbertTextClassifier, AlbertTextRegressor, AlbertTokenizer
from albert_tf.errors import CheckpointError, ExportError
from albert_tf.export import TFLiteRunner, export_tflite
from albert_tf.export.charsmap import write_charsmap
from albert_tf.export.flatbuffer import read_model
from albert_tf.export.settings import ExportSettings
from albert_tf.export.task_metadata import (
    ENTRY,
    IDENTIFIER,
    PROBABILITIES,
    TASK_TOKENIZER,
    build_metadata,
    check_client,
    make_task_file,
)
from albert_tf.export.task_tokenizer import composed_rules, task_tokenizer
from albert_tf.runtime.graph import LiteRTGraph
from albert_tf.tokenizer.model_file import parse_model
from albert_tf.tokenizer.normalization import Normalizer
from albert_tf.tokenizer.segmentation.character_map import CharacterMap
from albert_tf.version import __version__
from tests.export.conftest import LABELS, text_model
from tests.tiny import tiny_config, tiny_inputs
from tests.tokenizer.reference import Library

TEXTS = [
    "see you at six",
    "WIN a PRIZE now!!",
    "Grüße, naïve Ångström",
    "in 1999, they",
    "ok " * 60,
]


def write_task_file(
    model, path, client="task-library", quantization="none", form="loop", **changes
):
    """Exports `model` as a file for `client`."""
    length = model.preprocessor.sequence_length
    return export_tflite(model, path, quantization, form, length, client=client, **changes).path


@pytest.fixture(scope="module")
def task_file(model, tmp_path_factory):
    return write_task_file(model, tmp_path_factory.mktemp("task") / "task.tflite")


# === The metadata ===


class Table:
    """A table of a flatbuffer, read by field numbers with the library's own reader."""

    def __init__(self, content, position):
        self._table = flatbuffers.table.Table(content, position)

    @classmethod
    def root(cls, content):
        assert flatbuffers.util.BufferHasIdentifier(content, 0, IDENTIFIER)
        return cls(content, flatbuffers.encode.Get(flatbuffers.packer.uoffset, content, 0))

    def _at(self, number):
        return self._table.Offset(4 + 2 * number)

    def text(self, number):
        offset = self._at(number)
        return None if not offset else self._table.String(offset + self._table.Pos).decode("utf-8")

    def byte(self, number):
        offset = self._at(number)
        read = flatbuffers.number_types.Int8Flags
        return 0 if not offset else self._table.Get(read, offset + self._table.Pos)

    def table(self, number):
        position = self._at(number) + self._table.Pos
        return Table(self._table.Bytes, self._table.Indirect(position))

    def tables(self, number):
        offset = self._at(number)
        if not offset:
            return []
        start, size = self._table.Vector(offset), self._table.VectorLen(offset)
        places = range(start, start + 4 * size, 4)
        return [Table(self._table.Bytes, self._table.Indirect(place)) for place in places]


def metadata_of(content):
    model = read_model(content)
    (entry,) = (entry for entry in model.metadata if entry.name == ENTRY)
    return bytes(bytearray(model.buffers[entry.buffer].data))


def test_metadata(task_file):
    root = Table.root(metadata_of(task_file.read_bytes()))
    assert (root.text(0), root.text(1), root.text(2)) == (
        "task",
        f"Classifies a text; none, by albert_tf {__version__}",
        None,
    )
    assert root.text(7) == "1.1.0"
    (subgraph,) = root.tables(3)
    assert [t.text(0) for t in subgraph.tables(2)] == ["ids", "segment_ids", "mask"]
    (output,) = subgraph.tables(3)
    (labels,) = output.tables(6)
    assert (output.text(0), labels.text(0), labels.byte(2)) == ("probability", "labels.txt", 2)
    assert all(t.table(3).byte(0) == 1 for t in [*subgraph.tables(2), output])  # FeatureProperties
    (unit,) = subgraph.tables(5)
    assert unit.byte(0) == 5  # SentencePieceTokenizerOptions
    (tokenizer,) = unit.table(1).tables(0)
    assert (tokenizer.text(0), tokenizer.byte(2)) == (TASK_TOKENIZER, 0)


def test_metadata_names_members_of_the_archive(task_file):
    with zipfile.ZipFile(task_file) as archive:
        assert {"labels.txt", TASK_TOKENIZER, "tokenizer.model"} <= set(archive.namelist())
        assert all(m.compress_type == zipfile.ZIP_STORED for m in archive.infolist())
        assert archive.read("labels.txt").decode("utf-8").split("\n")[:-1] == LABELS


def test_metadata_without_labels():
    (output,) = Table.root(build_metadata("x", has_labels=False)).tables(3)[0].tables(3)
    assert output.tables(6) == []


# === The graph ===


@pytest.mark.parametrize("multi_label", [False, True])
def test_probabilities(tmp_path, multi_label):
    model = text_model(multi_label=multi_label)
    graph = LiteRTGraph(write_task_file(model, tmp_path / "task.tflite"))
    assert graph.outputs == (PROBABILITIES,)
    inputs = tiny_inputs(rows=1, length=40)
    logits = np.asarray(model(inputs), "float64")
    expected = 1 / (1 + np.exp(-logits)) if multi_label else np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(graph.run(inputs)[PROBABILITIES], expected, atol=1e-5)


def test_the_file_answers_texts_in_this_package_too(model, task_file):
    runner = TFLiteRunner(task_file)
    assert runner.metadata["outputs"] == [PROBABILITIES]
    logits = model.predict(TEXTS, verbose=0)
    expected = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(runner.scores(TEXTS), expected, atol=1e-5)


def test_the_clients_runtime_is_the_default(model, tmp_path):
    path = tmp_path / "task.tflite"
    with pytest.raises(ExportError, match=r"needs TensorFlow Lite 2.17.0, .* runtime='2.13.0'"):
        write_task_file(model, path, quantization="int8", runtime="2.17.0")
    write_task_file(model, path, quantization="int8")
    assert TFLiteRunner(path).metadata["runtime"]["lowest"] == "2.9.0"
    with pytest.raises(ExportError, match="runtime is 2.13.0, .* choose form unrolled"):
        write_task_file(model, path, quantization="fp16")
    unrolled = {"quantization": "int8", "form": "unrolled", "client": "mediapipe"}
    write_task_file(model, path, **unrolled)
    assert TFLiteRunner(path).metadata["runtime"]["lowest"] == "2.17.0"


def test_graph_of_free_length(model, exported):
    content = exported.path.read_bytes()[: exported.model_size]
    with pytest.raises(ExportError, match=r"\(1, -1\), .* feeds three of \(1, a fixed length\)"):
        make_task_file(content, model, "task-library", name="x")


@pytest.mark.parametrize(
    ("client", "changes", "message"),
    [
        ("siri", {}, "client is 'siri'; expected one of task-library, mediapipe"),
        ("task-library", {"length": None}, "length is None and batch 1; .* e.g. 40, and batch 1"),
        ("task-library", {"batch": 2}, "batch 2"),
        ("mediapipe", {}, "form is 'loop'; mediapipe runs no loops"),
        ("mediapipe", {"form": "signatures"}, "mediapipe runs no loops"),
    ],
)
def test_settings_that_a_client_cannot_run(model, client, changes, message):
    settings = ExportSettings(**{"quantization": "none", "length": 40, **changes})
    with pytest.raises(ExportError, match=message):
        check_client(model, settings, client)


def test_models_that_have_no_task(model):
    settings = ExportSettings("none", length=40)
    check_client(model, settings, "task-library")
    with pytest.raises(ExportError, match="the model is a text_regressor; task-library takes a"):
        check_client(text_model(AlbertTextRegressor), settings, "task-library")
    bare = AlbertTextClassifier(AlbertBackbone(tiny_config()))
    with pytest.raises(ExportError, match="with a preprocessor"):
        check_client(bare, settings, "task-library")
    with pytest.raises(ExportError, match="the model is a backbone"):
        check_client(AlbertBackbone(tiny_config()), settings, "task-library")


# === The tokenizer ===


@pytest.fixture(scope="module")
def ids():
    """What SentencePiece alone makes of texts, with the model inside a file."""
    library = Library(task_tokenizer(AlbertTokenizer()))

    def encode(texts):
        flat, splits, *_ = library.tokens([ascii_lower(text) for text in texts])
        return [part.tolist() for part in np.split(flat, splits[1:-1])]

    return encode


def ascii_lower(text):
    """What the clients do before SentencePiece."""
    return "".join(c.lower() if c.isascii() else c for c in text)


def test_same_ids_as_the_reference(ids, shared):
    lines = (shared / "fixtures" / "tokenizer_golden.jsonl").read_text("utf-8").splitlines()
    golden = [json.loads(line) for line in lines]
    golden = [case for case in golden if "\0" not in case["text"]]  # a TF string op cuts there
    assert ids([case["text"] for case in golden]) == [case["ids"] for case in golden]


def test_every_block_of_unicode(ids):
    texts = [f"a{chr(code)}b {chr(code + 1)}" for code in range(1, 0xD7F0, 7)]
    assert ids(texts) == AlbertTokenizer().encode_batch(texts)


def test_numbers_with_commas(ids):
    assert ids(["in 1999, and 2,000,"]) == AlbertTokenizer().encode_batch(["in 1999, and 2,000,"])
    # The one kind of text that differs: without the piece `▁21,`, another division scores best.
    assert ids(["21,477"]) != AlbertTokenizer().encode_batch(["21,477"])


def test_newer_sentencepiece_accepts_the_model():
    sentencepiece = pytest.importorskip("sentencepiece")
    content = task_tokenizer(AlbertTokenizer())
    processor = sentencepiece.SentencePieceProcessor(model_proto=content)
    texts = ["Grüße, naïve ÅNGSTRÖM", "ﬁve ½ ² ™ Ⅳ①", "in 1999, then"]
    assert processor.encode(texts) == AlbertTokenizer().encode_batch(texts)


def test_tokenizers_that_the_clients_cannot_follow():
    with pytest.raises(ExportError, match="keeps capital letters"):
        task_tokenizer(AlbertTokenizer(lowercase=False))
    with pytest.raises(ExportError, match=r"\[CLS\] and \[MASK\] .* knows only \[CLS\], \[SEP\]"):
        task_tokenizer(AlbertTokenizer(sep_token="[MASK]"))


def test_charsmap_of_the_bundled_model():
    rules = CharacterMap(parse_model(AlbertTokenizer().model_bytes).charsmap).rules()
    assert (len(rules), rules["ﬁ"], rules["e\u0301"], rules["\u200b"]) == (224711, "fi", "é", " ")
    some = dict(sorted(rules.items())[:5000])
    assert CharacterMap(write_charsmap(some)).rules() == some
    assert write_charsmap(some) == write_charsmap(dict(reversed(some.items())))
    assert CharacterMap(b"").rules() == {}
    with pytest.raises(
        CheckpointError, match="character map of the SentencePiece model is damaged"
    ):
        CharacterMap(write_charsmap(some)[:1000])


def test_composed_rules():
    rules = composed_rules(Normalizer(True, True), {"b": "xy", "xc": "z", "pq": "r"}, "abcdexyz")
    assert (rules["É"], rules["\u0301"], rules["\n"], rules["B"]) == ("e", "", " ", "xy")
    assert "pq" not in rules  # neither is in the alphabet
    assert rules["xc"] == "z"
    assert "a" not in rules


# === The clients ===

TASK_LIBRARY = """
import json, sys
from tflite_support.task import text
classifier = text.BertNLClassifier.create_from_file(sys.argv[1])
for line in sys.stdin:
    categories = classifier.classify(json.loads(line)).classifications[0].categories
    print(json.dumps({c.category_name: c.score for c in categories}))
"""
DISPLAY = """
import sys
from tflite_support import metadata
displayer = metadata.MetadataDisplayer.with_model_file(sys.argv[1])
print(displayer.get_metadata_json())
print("\\n".join(displayer.get_packed_associated_file_list()))
"""
MEDIAPIPE = """
import json, sys
from mediapipe.tasks.python import text
with text.TextClassifier.create_from_model_path(sys.argv[1]) as classifier:
    for line in sys.stdin:
        categories = classifier.classify(json.loads(line)).classifications[0].categories
        print(json.dumps({c.category_name: c.score for c in categories}))
"""


def run_client(variable, script, path, texts=()):
    python = os.environ.get(variable)
    if not python:
        pytest.skip(f"{variable} does not name the Python of an environment with the client")
    given = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(
        [python, "-c", script, str(path)], input=given, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def check_answers(output, labels, logits, atol):
    scores = np.array([[json.loads(line)[k] for k in labels] for line in output.splitlines()])
    expected = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(scores, expected, atol=atol)
    np.testing.assert_array_equal(scores.argmax(axis=-1), expected.argmax(axis=-1))


@pytest.mark.peers
def test_task_library_reads_the_metadata(task_file):
    output = run_client("ALBERT_TF_TASK_LIBRARY_PYTHON", DISPLAY, task_file)
    assert '"sentencePiece_model"' in output or '"sentencepiece_model"' in output.lower()
    assert {"labels.txt", TASK_TOKENIZER} <= set(output.splitlines())


@pytest.mark.peers
@pytest.mark.parametrize(("quantization", "form"), [("none", "loop"), ("fp16", "unrolled")])
def test_task_library_answers(model, tmp_path, quantization, form):
    path = tmp_path / "task.tflite"
    write_task_file(model, path, quantization=quantization, form=form)
    output = run_client("ALBERT_TF_TASK_LIBRARY_PYTHON", TASK_LIBRARY, path, TEXTS)
    logits = model.predict(TEXTS, verbose=0)
    check_answers(output, LABELS, logits, atol=1e-5 if quantization == "none" else 2e-3)


@pytest.mark.peers
@pytest.mark.parametrize("quantization", ["none", "fp16"])
def test_mediapipe_answers(model, tmp_path, quantization):
    path = tmp_path / "task.tflite"
    write_task_file(model, path, "mediapipe", quantization, "unrolled")
    output = run_client("ALBERT_TF_MEDIAPIPE_PYTHON", MEDIAPIPE, path, TEXTS)
    logits = model.predict(TEXTS, verbose=0)
    check_answers(output, LABELS, logits, atol=1e-5 if quantization == "none" else 2e-3)


@pytest.mark.peers
@pytest.mark.slow
def test_task_library_answers_as_keras_on_public_sentences(shared, tmp_path):
    if not os.environ.get("ALBERT_TF_TASK_LIBRARY_PYTHON"):
        pytest.skip("ALBERT_TF_TASK_LIBRARY_PYTHON is not set")
    labels = ["bad", "fair", "good"]
    model = AlbertTextClassifier.from_preset("albert_small_en", class_names=labels, num_classes=3)
    model.preprocessor.sequence_length = 64
    kernel = next(v for v in model.trainable_variables if v.shape[-1:] == (3,) and v.ndim == 2)
    kernel.assign(0.5 * np.random.default_rng(0).standard_normal(kernel.shape))
    texts = public_sentences(shared, 200)
    logits = model.predict(texts, verbose=0)
    assert len(set(logits.argmax(axis=-1))) > 1
    path = write_task_file(model, tmp_path / "task.tflite")
    output = run_client("ALBERT_TF_TASK_LIBRARY_PYTHON", TASK_LIBRARY, path, texts)
    check_answers(output, labels, logits, atol=1e-4)


def public_sentences(shared, count):
    """Some of the UCI sentences. (Of all 3,000, ten hold runs such as `!!!!`, which the client divides otherwise.)"""
    lines = []
    for file in sorted((shared / "data" / "uci_sentences").glob("*.txt")):
        lines += [line.rsplit("\t", 1)[0] for line in file.read_text("utf-8").split("\n") if line]
    return [lines[i] for i in np.random.default_rng(1).permutation(len(lines))[:count]]
