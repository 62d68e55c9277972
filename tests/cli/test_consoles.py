"""What people see on any console: other encodings, odd names, readers that are not there, and no library's lines."""

import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier, AlbertTokenizer
from albert_tf.cli import console, streams
from albert_tf.export import export_tflite
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from tests.tiny import randomize

ROOT = Path(__file__).resolve().parents[2]
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


def test_empty_lines_are_passed_over_and_counted(monkeypatch, capsys):
    lines = io.BytesIO(b"fine\n\n  \t\r\nI hate it\n\n")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(lines, encoding="utf-8"))
    assert list(console.input_texts()) == [(1, "fine"), (4, "I hate it")]
    assert "note: standard input: 3 empty lines were passed over; the first is line 2" in (
        capsys.readouterr().err
    )


# === The command, in processes of its own ===


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A folder with a classifier of odd labels, its file, and a table of such texts."""
    folder = tmp_path_factory.mktemp("odd")
    config = AlbertConfig.named(
        "tiny",
        hidden_size=32,
        embedding_size=16,
        num_attention_heads=4,
        intermediate_size=48,
        num_hidden_layers=2,
    )
    model = AlbertTextClassifier(
        AlbertBackbone(config, return_all_layers=True),
        num_classes=3,
        preprocessor=AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=32),
        labels=LABELS,
        early_exit=True,
    )
    randomize(model)
    model.save_to_preset(folder / "preset")
    export_tflite(model, folder / "odd.tflite")
    rows = "".join(f"{TEXTS[i % 3]} {i},{LABELS[i % 3]}\n" for i in range(30))
    (folder / "odd.csv").write_text(f"text,label\n{rows}", "utf-8")
    return folder


def environment(encoding):
    """That of a process, in which TensorFlow may say what it wants, and the output has an encoding."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": encoding,
        "TF_CPP_MIN_LOG_LEVEL": "0",
    }


def run(folder, *arguments, encoding="utf-8", shell="", standard_input=b""):
    """Runs `albert-tf` in a folder, with redirections of the shell; returns status, output and errors."""
    command = [sys.executable, "-m", "albert_tf_command", *map(os.fsencode, arguments)]
    if shell:
        command = ["bash", "-c", f'"$@" {shell}', "bash", *command]
    done = subprocess.run(
        command, cwd=folder, env=environment(encoding), input=standard_input, capture_output=True
    )
    errors = done.stderr.decode(encoding)
    for word in LIBRARIES:
        assert word not in errors
    return done.returncode, done.stdout.decode(encoding), errors


def test_predict_answers_with_labels_and_texts_that_cannot_be_written(odd):
    texts = [*TEXTS, b"caf\xe9"]
    status, output, errors = run(odd, "predict", "odd.tflite", *texts, encoding="cp1252")
    assert (status, errors) == (0, "")
    rows = [line.split("\t") for line in output.splitlines()]
    labels = [streams.writable(label, "cp1252") for label in LABELS]
    assert all(row[0] in labels for row in rows)
    assert [row[2] for row in rows] == [
        "ein schöner Film",
        "\\u597d\\u7684\\u7535\\u5f71",
        "a [/b] film",
        "caf\\udce9",
    ]


@pytest.mark.slow
def test_predict_passes_over_empty_lines_and_writes_exact_json(odd):
    lines = "\n".join([TEXTS[0], "", TEXTS[1], " ", ""]).encode()
    status, output, errors = run(
        odd, "predict", "preset", "--json", encoding="ascii", standard_input=lines
    )
    rows = [json.loads(line) for line in output.splitlines()]
    assert (status, [row["text"] for row in rows]) == (0, TEXTS[:2])
    assert all(list(row["scores"]) == LABELS for row in rows)
    assert errors == "note: standard input: 2 empty lines were passed over; the first is line 2\n"


@pytest.mark.slow
def test_embed_passes_over_empty_lines(odd):
    lines = "\n".join([TEXTS[0], "", TEXTS[1]]).encode()
    table = ["--nearest", "odd.csv", "--text", "text", "--top", 1]
    arguments = ["embed", "--model", "preset", *map(str, table)]
    status, output, errors = run(odd, *arguments, encoding="ascii", standard_input=lines)
    assert status == 0
    first, second = (line.split("\t") for line in output.splitlines())
    assert first[1] == "ein sch\\xf6ner Film"
    assert second[1] == "\\u597d\\u7684\\u7535\\u5f71"
    assert "1 empty line was passed over; the first is line 2" in errors


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "encoding", "words"),
    [
        (["evaluate", "odd.tflite", "odd.csv"], "cp437", ["schön", "\\u597d", "[/b] :smile:"]),
        (
            ["benchmark", "odd.tflite", "--early-exit", "odd.csv"],
            "ascii",
            ["all layers", "patience"],
        ),
        (["tokenize", "Schön ist das"], "cp1252", ["\\u2581"]),
        (
            ["export", "preset", "größer.tflite", "--texts", "odd.csv"],
            "ascii",
            ["gr\\xf6\\xdfer.tflite"],
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else value,
)
def test_what_cannot_be_written_is_written_as_its_code(odd, arguments, encoding, words):
    status, output, errors = run(odd, *arguments, encoding=encoding)
    assert status == 0
    for word in words:
        assert word in output + errors


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shell", "status", "message"),
    [
        (">&-", 141, ""),
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
def test_streams_that_are_closed_or_full(odd, shell, status, message):
    table = ["--file", "odd.csv", "--text", "text"]
    found, output, errors = run(odd, "predict", "odd.tflite", *table, shell=shell)
    assert found == status
    assert len(output.splitlines()) == (30 if status == 0 else 0)
    assert errors.startswith(message)
    assert len(errors.splitlines()) == bool(message)


@pytest.mark.parametrize("shell", ["| true; exit ${PIPESTATUS[0]}", ">&-", "2>&-"])
def test_help_ends_quietly_whoever_reads_it(tmp_path, shell):
    status, _, errors = run(tmp_path, "predict", "--help", shell=shell)
    assert errors == ""
    assert status in (0, 141)


@pytest.mark.slow
def test_a_training_outlives_the_reader_of_its_progress_and_odd_names(odd):
    """Its folder's name has two blanks and a byte that is no UTF-8, and `head` has seen enough at once."""
    folder = os.fsencode(odd) + b"/my  caf\xe9"
    os.mkdir(folder)
    with open(folder + b"/odd \xe9.csv", "wb") as file:
        file.write((odd / "odd.csv").read_bytes())
    options = ["--preset", "../preset", "--epochs", "2", "--sequence-length", "16"]
    data = ["finetune", b"odd \xe9.csv", "--output", b"first \xe9", *options]
    status, output, errors = run(
        folder, *data, encoding="cp1252", shell="| head -n 1; exit ${PIPESTATUS[0]}"
    )
    assert (status, output) == (0, "Epoch 1/2\n")
    assert "\\u597d" not in errors, "no class is named where nothing is to be said of one"
    assert "+---" in errors
    assert "next:  albert-tf export 'first \\udce9/model' 'first \\udce9.tflite'" in errors
    with open(folder + b"/first \xe9/report.md", encoding="utf-8") as file:
        report = file.read()
    assert report.startswith("# Fine-tuning on odd \\\\udce9.csv") or "odd \\udce9.csv" in report
    assert "| 好 |" in report
    status, _, errors = run(folder, *data, encoding="cp1252")
    assert status == 2
    assert "continue it with --resume 'first \\udce9', or choose" in errors
