"""Where texts come from: arguments, or the lines of standard input, which a lone `-` names too."""

import io

import pytest

from albert_tf.cli import text_input
from albert_tf.errors import DataError


def pipe(monkeypatch, content: bytes):
    """Has standard input hold this, and no more."""
    stream = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", stream)


def test_a_lone_dash_is_standard_input():
    assert text_input.given_texts(["-"]) == []
    for texts in ([], ["a film"], ["--"], ["- a list"], ["a", "b"]):
        assert text_input.given_texts(texts) == texts


@pytest.mark.parametrize(("texts", "place"), [(["a", "-"], 2), (["-", "a"], 1), (["-", "-"], 1)])
def test_a_dash_beside_other_texts_is_refused(texts, place):
    with pytest.raises(DataError, match=f"text {place} of 2 is -, which alone stands for standard"):
        text_input.given_texts(texts)


def test_empty_lines_are_passed_over_and_counted(monkeypatch, capsys):
    pipe(monkeypatch, b"fine\n\n  \t\r\nI hate it\n\n")
    assert list(text_input.input_texts()) == [(1, "fine"), (4, "I hate it")]
    assert "note: standard input: 3 empty lines were passed over; the first is line 2" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "it is empty"),
        (b"\n", "1 empty line was all it held"),
        (b"\n \r\n\t", "3 empty lines were all it held"),
    ],
)
def test_standard_input_without_a_text_is_one_line(content, what, monkeypatch, capsys):
    pipe(monkeypatch, content)
    with pytest.raises(DataError) as caught:
        list(text_input.input_texts())
    assert str(caught.value).startswith(
        f"standard input: no text, {what}; expected one text a line"
    )
    assert capsys.readouterr().err == ""


def test_a_reader_of_lines_wants_one_too(monkeypatch):
    """`tokenize` gives an empty line its own, so that lines stay beside lines; but nothing is nothing."""
    pipe(monkeypatch, b"\n")
    assert list(text_input.input_lines()) == [(1, "")]
    pipe(monkeypatch, b"")
    with pytest.raises(DataError, match="standard input: no text, it is empty"):
        list(text_input.input_lines())
