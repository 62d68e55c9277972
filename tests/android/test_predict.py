"""The engine of the Android app, on the host, against `TFLiteRunner`: the same answers from the same files."""

import json
import struct
import zipfile

import pytest

from albert_tf import AlbertBackbone, AlbertMultipleChoice, AlbertQuestionAnswerer
from albert_tf.export import TFLiteRunner, export_tflite
from albert_tf.runtime.bundle import Bundle, append_bundle, read_bundle
from tests.android.exported import ANY, KINDS, TEXTS, export_kind
from tests.android.host_tools import answers, differences, lines_of, needs_java, predict, soak
from tests.export.conftest import text_model
from tests.tiny import tiny_config

pytestmark = [pytest.mark.slow, needs_java]

CLOSE = 1e-4


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("exported")


@pytest.fixture(scope="module")
def float32(folder):
    return export_kind("float32", folder)


@pytest.mark.parametrize("kind", KINDS)
def test_same_answers_as_python(folder, kind):
    file = export_kind(kind, folder)
    others, largest = differences(answers(file, TEXTS), TFLiteRunner(file)(TEXTS))
    assert others == []
    assert largest < CLOSE


@pytest.mark.parametrize(
    ("kind", "limits"),
    [
        ("exits", {"patience": 1}),
        ("exits", {"patience": 2, "num_layers": 5}),
        ("exits", {"confidence": 0.6}),
        ("exits", {"num_layers": 2}),
        ("exits_regression", {"patience": 1, "tolerance": 1.0}),
    ],
)
def test_same_layers_with_early_exits(folder, kind, limits):
    file = export_kind(kind, folder)
    words = [
        word for name, value in limits.items() for word in (f"--{name.replace('_', '-')}", value)
    ]
    rows = answers(file, TEXTS, *words)
    others, largest = differences(rows, TFLiteRunner(file, **limits)(TEXTS))
    assert others == []
    assert largest < CLOSE
    assert min(row["layers"] for row in rows) < 6


def test_tokens(float32):
    rows = answers(float32, ["Hello, World!", "one two three " * 40], "--tokens")
    assert rows[0]["tokens"] == [
        ["[CLS]", -1, -1],
        ["▁hello", 0, 5],
        [",", 5, 6],
        ["▁world", 7, 12],
        ["!", 12, 13],
        ["[SEP]", -1, -1],
    ]
    assert [row["truncated"] for row in rows] == [False, True]
    assert len(rows[1]["tokens"]) == 40


def test_a_text_that_just_fits_is_whole(float32):
    room = 40 - 2  # [CLS] and [SEP]
    rows = answers(float32, ["one " * room, "one " * (room + 1)], "--tokens")
    assert [len(row["tokens"]) for row in rows] == [40, 40]
    assert [row["truncated"] for row in rows] == [False, True]


def test_several_threads(float32):
    rows = answers(float32, TEXTS, "--threads", 2)
    others, largest = differences(rows, TFLiteRunner(float32)(TEXTS))
    assert others == []
    assert largest < CLOSE


def test_memory_stays_level(folder):
    """200 models opened and closed, and 10,000 answers, in bytes beside those after the warm-up."""
    warm, opened, answered = soak(export_kind("int8", folder))
    assert opened["after"] == "200 openings"
    assert answered["after"] == "10000 answers"
    for later in (opened, answered):
        assert later["heap"] - warm["heap"] < 500_000
        assert later["resident"] - warm["resident"] < 6_000_000


# === Files that cannot be used ===


def refusal(file, *arguments) -> str:
    """The one line that the tool says about a file, without the part that names tool and file."""
    result = predict(file, *arguments, stdin=lines_of(["hello"]))
    assert result.returncode == 2
    assert result.stdout == ""
    said = [line for line in result.stderr.splitlines() if line.startswith("predict: ")]
    assert len([line for line in said if "building the tools" not in line]) == 1
    return said[-1].removeprefix("predict: ").removeprefix(f"{file}: ")


def rewritten(file, path, graph=None, labels=None, **changes):
    """A copy of an exported file with other content; its checksums fit."""
    bundle = read_bundle(file.read_bytes(), file.name)
    metadata = bundle.metadata | changes
    graph = graph or file.read_bytes()[: metadata["model_bytes"]]
    new = Bundle(
        {name: value for name, value in metadata.items() if value is not ...},
        bundle.tokenizer,
        labels or bundle.labels,
    )
    path.write_bytes(append_bundle(graph, new))
    if "format" in changes:  # which append_bundle writes itself
        content = path.read_bytes().replace(b'"format": 1', b'"format": 9')
        path.write_bytes(with_checksums(content))
    return path


def with_checksums(content):
    """Mends the checksums of the archive's first member, whose content was changed."""
    start = content.index(b"PK\x03\x04")
    size, name, extra = struct.unpack("<IxxxxHH", content[start + 18 : start + 30])
    member = content[start + 30 + name + extra : start + 30 + name + extra + size]
    crc = struct.pack("<I", zipfile.crc32(member))
    listed = content.index(b"PK\x01\x02")
    content = content[: start + 14] + crc + content[start + 18 :]
    return content[: listed + 16] + crc + content[listed + 20 :]


def test_files_that_are_none(tmp_path):
    assert refusal(tmp_path / "absent.tflite").startswith("no such file;")
    for name, content, message in (
        ("empty", b"", "it is empty;"),
        ("text", b"no model at all", "it is no TensorFlow Lite file;"),
        ("short", b"\x1c\0\0\0TF", "it is no TensorFlow Lite file;"),
    ):
        (tmp_path / name).write_bytes(content)
        assert refusal(tmp_path / name).startswith(message)


def test_a_file_of_another_program(tmp_path, float32):
    """A graph without an archive whose description names another converter."""
    size = TFLiteRunner(float32).metadata["model_bytes"]
    graph = float32.read_bytes()[:size]
    assert graph.count(b"by albert_tf") == 1
    (tmp_path / "other.tflite").write_bytes(graph.replace(b"by albert_tf", b"by something"))
    assert refusal(tmp_path / "other.tflite").startswith(
        "it carries no albert_tf.json, so it was not written by albert_tf;"
    )


@pytest.mark.parametrize("share", [0.001, 0.3, 0.9, 0.999])
def test_files_without_their_end(tmp_path, float32, share):
    content = float32.read_bytes()
    cut = content[: int(len(content) * share)]
    (tmp_path / "cut.tflite").write_bytes(cut)
    message = f"its end is cut off, after {len(cut)} bytes; copy the file again"
    assert refusal(tmp_path / "cut.tflite") == message


def test_every_byte_counts(tmp_path, float32):
    """A changed byte in the graph, the description, the tokenizer or the labels is noticed."""
    content = float32.read_bytes()
    size = TFLiteRunner(float32).metadata["model_bytes"]
    for place, message in (
        (size // 2, "its graph does not have the checksum that it was given"),
        (content.index(b'"format"') + 2, "its albert_tf.json does not have the checksum"),
        (
            content.index(b"PK\x03\x04", size + 10) + 5000,
            "its tokenizer.model does not have the checksum",
        ),
        (
            content.rindex(b"PK\x01\x02"),
            "the archive behind its graph is damaged: no member listed",
        ),
    ):
        damaged = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        (tmp_path / "damaged.tflite").write_bytes(damaged)
        assert message in refusal(tmp_path / "damaged.tflite")


def test_descriptions_that_do_not_fit(tmp_path, float32):
    path = tmp_path / "changed.tflite"
    for changes, message in (
        ({"format": 9}, "its description has the format 9; expected 1: use a newer version"),
        ({"num_classes": 4}, "num_classes is 4; expected 3"),
        ({"batch": "one"}, "batch is one; expected a whole number"),
        ({"config": ...}, "config is missing; expected an object"),
        ({"form": "spiral"}, "form is spiral; expected loop, unrolled or signatures"),
    ):
        labels = ("a", "b", "c") if "num_classes" in changes else None
        assert message in refusal(rewritten(float32, path, labels=labels, **changes))


def test_models_that_answer_no_texts(tmp_path):
    model = AlbertMultipleChoice(AlbertBackbone(tiny_config()))
    file = export_tflite(model, tmp_path / "chooser.tflite", "none", limits=ANY).path
    assert refusal(file).startswith("it holds a multiple_choice, which gives no answer to a text;")
    file = export_tflite(
        AlbertBackbone(tiny_config()), tmp_path / "bare.tflite", "none", limits=ANY
    ).path
    assert refusal(file).startswith("it holds a backbone, which gives no answer to a text;")
    model = AlbertQuestionAnswerer(AlbertBackbone(tiny_config()))
    file = export_tflite(model, tmp_path / "reader.tflite", "none", limits=ANY).path
    assert refusal(file).startswith("it carries no tokenizer, since its model had no preprocessor;")
    model = text_model()
    model.preprocessor = None
    file = export_tflite(model, tmp_path / "mute.tflite", "none", limits=ANY).path
    assert refusal(file).startswith("it carries no tokenizer, since its model had no preprocessor;")


def test_limits_that_do_not_fit(folder, float32):
    assert refusal(float32, "--patience", 1) == (
        f"patience is 1, but {float32} has no such control; it was exported without early exits "
        "(train with early_exit=True, export with form 'loop')"
    )
    exits = export_kind("exits", folder)
    assert "it has patience, num_layers, confidence" in refusal(exits, "--tolerance", 0.1)
    assert refusal(exits, "--patience", -1) == "patience is -1; expected a number of at least 0"
    assert refusal(exits, "--patience", "two") == "--patience is two; expected a whole number"
    assert refusal(exits, "--paitence", "2") == "unknown option --paitence; see predict --help"
    assert refusal(exits, "--threads", "0") == "threads is 0; expected at least 1"


def test_broken_lines_are_named(float32):
    result = predict(float32, stdin='{"text": "hello"}\n{"txt": 3}\n')
    assert result.returncode == 2
    assert json.loads(result.stdout)["label"] in "012"
    assert "line 2: no string named text" in result.stderr


def test_help():
    assert "--num-layers" in predict("--help").stdout
