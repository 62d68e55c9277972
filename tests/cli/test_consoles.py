"""What people see on any console: other encodings, odd names, readers that are not there, and no library's lines."""

import io
import json
import math
import os
import shlex
import shutil
from pathlib import Path

import pytest
from rich.cells import cell_len

from albert_tf.cli import console, streams
from albert_tf.export import export_tflite
from tests.cli.conftest import random_model, write
from tests.installation import Done

ENCODINGS = ("utf-8", "cp1252", "ascii", "cp437", "latin-1", "shift_jis")
LABELS = ["schön", "好", "[/b] :smile:"]
TEXTS = ["ein schöner Film", "好的电影", "a [/b] film"]
LIBRARIES = (
    "Traceback",
    "Warning",
    "WARNING",
    "cuda",
    "CUDA",
    "oneDNN",
    "0000 00:00",
    "absl",
    "XLA",
)


# === Parts ===


class Terminal(io.TextIOWrapper):
    """A terminal of an encoding, as `streams.prepare` leaves it."""

    def __init__(self, encoding):
        super().__init__(io.BytesIO(), encoding=encoding, errors="backslashreplace", newline="\n")

    def isatty(self):
        return True

    def content(self) -> bytes:
        self.flush()
        return self.buffer.getvalue()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_tables_keep_their_columns_and_tell_classes_apart(encoding, monkeypatch):
    shown = Terminal(encoding)
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.setenv("TERM", "dumb")  # without sequences for bold letters
    long = "x" * 200
    console.table(
        "Größe …", ["class", "f1 ▁"], [*([label, "1.0 %"] for label in LABELS), [long, "2"]]
    )
    title, *lines = shown.content().decode(encoding).splitlines()
    assert title == streams.writable("Größe …", encoding)
    for label in LABELS:
        assert sum(streams.writable(label, encoding) in line for line in lines) == 1
    if not encoding.startswith("utf"):
        assert len({cell_len(line) for line in lines}) == 1
        assert all(line.isascii() or streams.is_writable(line, encoding) for line in lines)
        assert not any("\\u25" in line for line in lines), "neither the frame nor a bar as codes"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_exact_for_whoever_reads_it_as_utf_8(encoding, monkeypatch):
    shown = Terminal(encoding)
    monkeypatch.setattr("sys.stdout", shown)
    values = [
        {"text": text, "schön": 0.5}
        for text in (*TEXTS, "😀", "half \ud83d", "caf\udce9", "\x7f\xa0")
    ]
    for value in values:
        console.answer_json(value)
    assert [json.loads(line) for line in shown.content().decode("utf-8").splitlines()] == values


def test_json_is_readable_where_it_can_be(monkeypatch):
    shown = Terminal("utf-8")
    monkeypatch.setattr("sys.stdout", shown)
    console.answer_json({"label": "schön"})
    assert shown.content().decode("utf-8") == '{"label": "schön"}\n'


def test_a_number_that_json_has_no_word_for_is_null(monkeypatch):
    """As the correlation of equal answers: `NaN`, which Python writes, many readers refuse."""
    shown = Terminal("utf-8")
    monkeypatch.setattr("sys.stdout", shown)
    console.answer_json(
        {"pearson": math.nan, "scores": {"a": math.inf}, "vector": [0.5, -math.inf]}
    )
    found = json.loads(shown.content(), parse_constant=pytest.fail)
    assert found == {"pearson": None, "scores": {"a": None}, "vector": [0.5, None]}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_moving_bar_only_where_it_can_be_shown(encoding, monkeypatch):
    monkeypatch.setattr("sys.stdout", Terminal(encoding))
    assert console.progress_style() == (1 if encoding in ("utf-8", "shift_jis") else 2)


def test_notes_whose_reader_went_away_do_not_end_the_work(monkeypatch):
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8") as pipe:
        monkeypatch.setattr("sys.stderr", pipe)
        for _ in range(2):
            console.note("nobody reads this")
        console.table("nor this", ["a"], [["b"]])


@pytest.mark.parametrize(
    "words",
    [
        ("finetune", "--resume", Path("my runs/the  first")),
        ("export", "a'b/model", "x$HOME.tflite"),
        ("export", "runs/reviews/model", "reviews.tflite"),
    ],
)
def test_a_command_to_type_is_read_back_as_it_was(words):
    line = console.command_line(*words)
    assert shlex.split(line) == ["albert-tf", *map(str, words)]
    assert ("'" in line) == ("runs/reviews/model" not in words)


# === The command, in processes of its own ===


@pytest.fixture(scope="session")
def odd(made_once):
    """A folder with a classifier of odd labels, its file, and a table of such texts."""

    def fill(folder):
        model = random_model(num_classes=3, class_names=LABELS, early_exit=True)
        model.save_to_preset(folder / "preset")
        export_tflite(model, folder / "odd.tflite")
        rows = "".join(f"{TEXTS[i % 3]} {i},{LABELS[i % 3]}\n" for i in range(30))
        write(folder / "odd.csv", f"text,label\n{rows}")

    return made_once("odd", fill)


@pytest.fixture
def run(shell):
    """A function that runs `albert-tf` with an output of some encoding, in which TensorFlow may say what it wants."""

    def run(*words, encoding="utf-8", stdin=b"", **options):
        env = {"PYTHONIOENCODING": encoding, "TF_CPP_MIN_LOG_LEVEL": "0"}
        done = shell.albert_tf(*words, stdin=stdin, env=env, **options)
        # Bytes in, bytes out: what is piped in is UTF-8 whatever the output is.
        out, err = (text.encode("latin-1").decode(encoding) for text in (done.out, done.err))
        for word in LIBRARIES:
            assert word not in err
        return Done(done.status, out, err)

    return run


NOT_UTF8 = os.fsdecode(b"caf\xe9")


def test_predict_answers_with_labels_and_texts_that_cannot_be_written(odd, run):
    done = run("predict", odd / "odd.tflite", *TEXTS, NOT_UTF8, encoding="cp1252")
    assert done.err == ""
    rows = [line.split("\t") for line in done.lines]
    labels = [streams.writable(label, "cp1252") for label in LABELS]
    assert all(row[0] in labels for row in rows)
    assert [row[2] for row in rows] == [
        "ein schöner Film",
        "\\u597d\\u7684\\u7535\\u5f71",
        "a [/b] film",
        "caf\\udce9",
    ]


@pytest.mark.slow
def test_predict_passes_over_empty_lines_and_writes_exact_json(odd, run):
    lines = "\n".join([TEXTS[0], "", TEXTS[1], " ", ""]).encode()
    done = run("predict", odd / "preset", "--json", encoding="ascii", stdin=lines)
    assert [row["text"] for row in done.rows] == TEXTS[:2]
    assert all(list(row["scores"]) == LABELS for row in done.rows)
    assert done.err == "note: standard input: 2 empty lines were passed over; the first is line 2\n"


@pytest.mark.slow
def test_embed_passes_over_empty_lines(odd, run):
    lines = "\n".join([TEXTS[0], "", TEXTS[1]]).encode()
    table = ["--nearest", odd / "odd.csv", "--text", "text", "--top", 1]
    done = run("embed", "--model", odd / "preset", *table, encoding="ascii", stdin=lines)
    first, second = (line.split("\t") for line in done.lines)
    assert first[1] == "ein sch\\xf6ner Film"
    assert second[1] == "\\u597d\\u7684\\u7535\\u5f71"
    assert "1 empty line was passed over; the first is line 2" in done.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "encoding", "words"),
    [
        ("evaluate {odd}/odd.tflite {odd}/odd.csv", "cp437", ["schön", "\\u597d", "[/b] :smile:"]),
        (
            "benchmark {odd}/odd.tflite --early-exit {odd}/odd.csv",
            "ascii",
            ["all layers", "patience"],
        ),
        ("tokenize Schön", "cp1252", ["\\u2581"]),
        (
            "export {odd}/preset größer.tflite --texts {odd}/odd.csv",
            "ascii",
            ["gr\\xf6\\xdfer.tflite"],
        ),
    ],
    ids=lambda value: value.split()[0] if " " in value else "",
)
def test_what_cannot_be_written_is_written_as_its_code(odd, run, command, encoding, words):
    done = run(*(word.format(odd=odd) for word in command.split()), encoding=encoding)
    for word in words:
        assert word in done.out + done.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("streams", "status", "message"),
    [
        ("<&- >&- 2>&-", 141, ""),
        ("2>&-", 0, ""),
        ("2>/dev/full", 0, ""),
        (
            ">/dev/full",
            2,
            "albert-tf: error: standard output cannot be written: No space left on device; ",
        ),
    ],
)
def test_streams_that_are_closed_or_full(odd, run, streams, status, message):
    table = ["--file", odd / "odd.csv", "--text", "text"]
    done = run("predict", odd / "odd.tflite", *table, streams=streams, status=status)
    assert len(done.lines) == (30 if status == 0 else 0)
    assert done.err.startswith(message)
    assert len(done.err.splitlines()) == bool(message)


@pytest.mark.parametrize(
    ("streams", "statuses"), [("| true", (0, 141)), (">&-", (0, 141)), ("2>&-", (0,))]
)
def test_help_ends_quietly_whoever_reads_it(run, streams, statuses):
    done = run("predict", "--help", streams=streams, status=None)
    assert done.err == ""
    assert done.status in statuses


@pytest.mark.slow
def test_a_training_outlives_the_reader_of_its_progress_and_odd_names(odd, run, shell):
    """Its folder's name has two blanks and a byte that is no UTF-8, and `head` has seen enough at once."""
    folder = os.path.join(shell.folder, "my  " + NOT_UTF8)
    os.mkdir(folder)
    data, output = (os.fsdecode(name) for name in (b"odd \xe9.csv", b"first \xe9"))
    shutil.copyfile(odd / "odd.csv", os.path.join(folder, data))
    options = ["--preset", odd / "preset", "--epochs", "2", "--sequence-length", "16"]
    command = ["finetune", data, "--output", output, *options]
    done = run(*command, encoding="cp1252", cwd=folder, streams="| head -n 1")
    assert done.out == "Epoch 1/2\n"
    assert "\\u597d" not in done.err, "no class is named where nothing is to be said of one"
    assert "+---" in done.err
    assert "next:  albert-tf export 'first \\udce9/model' 'first \\udce9.tflite'" in done.err
    with open(os.path.join(folder, output, "report.md"), encoding="utf-8") as file:
        report = file.read()
    assert report.startswith("# Fine-tuning on odd \\\\udce9.csv") or "odd \\udce9.csv" in report
    assert "| 好 |" in report
    done = run(*command, encoding="cp1252", cwd=folder, status=2)
    assert "continue it with --resume 'first \\udce9', or choose" in done.error
