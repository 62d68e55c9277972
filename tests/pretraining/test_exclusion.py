"""Excluded texts are recognized however they are spelled, and nothing else is."""

import gzip
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.errors import DataError
from albert_tf.pretraining.exclusion import ExcludedTexts, normalized


@pytest.mark.parametrize(
    "text",
    [
        "It was a lovely film.",
        "it was a lovely film",
        "  It\twas  a lovely\u00a0film !! ",
        "“It was a LOVELY film”",
        "It was a lovely \ufb01lm…",
        "Ｉt was a lovely film。",
        "$It was a lovely film.)",
    ],
)
def test_other_spellings_match(text):
    assert ExcludedTexts(["It was a lovely film."]).matches(text)


@pytest.mark.parametrize(
    "text", ["", "...", "It was a lovely film of 1999.", "It was a, lovely film", "lovely film"]
)
def test_other_texts_do_not(text):
    assert not ExcludedTexts(["It was a lovely film.", "", "?!"]).matches(text)


def test_equal_once_normalized_count_once():
    assert len(ExcludedTexts(["One.", "one", "ONE!", "two", "", "-"])) == 2
    assert len(ExcludedTexts([])) == 0


@given(st.text())
def test_normalizing_twice_changes_nothing(text):
    once = normalized(text)
    assert normalized(once) == once
    assert not once or ExcludedTexts([text]).matches(once)


@given(st.text(), st.text("ab Ä。.", max_size=4))
def test_ascii_and_other_texts_follow_one_rule(text, tail):
    general = unicodedata.normalize("NFKC", text + tail).lower()
    assert normalized(text + tail) == normalized(general + " ." + "…")


def test_files_plain_and_gzip(tmp_path):
    (tmp_path / "a.txt").write_bytes("\ufeffFirst text.\r\nSecond text\n".encode())
    (tmp_path / "b.gz").write_bytes(gzip.compress(b"Third text."))
    excluded = ExcludedTexts.from_files([tmp_path / "a.txt", tmp_path / "b.gz"])
    assert all(map(excluded.matches, ["first text", "SECOND TEXT", "third text"]))
    assert len(excluded) == 3


def test_what_is_wrong_is_named(tmp_path):
    with pytest.raises(DataError, match="expected several"):
        ExcludedTexts("one text")
    with pytest.raises(DataError, match="of type float"):
        ExcludedTexts([float("nan")])
    with pytest.raises(DataError, match=r"absent\.txt: no such file"):
        ExcludedTexts.from_files([tmp_path / "absent.txt"])
    (tmp_path / "latin.txt").write_bytes("good\nd\xe9j\xe0\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"latin\.txt:2: not UTF-8"):
        ExcludedTexts.from_files([tmp_path / "latin.txt"])
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"a line\n" * 500)[:-12])
    with pytest.raises(DataError, match=r"cut\.gz: broken gzip file"):
        ExcludedTexts.from_files([tmp_path / "cut.gz"])
    (tmp_path / "plain.gz").write_text("a line\n")
    with pytest.raises(DataError, match=r"plain\.gz: not a gzip file"):
        ExcludedTexts.from_files([tmp_path / "plain.gz"])
    with pytest.raises(DataError, match="is a directory"):
        ExcludedTexts.from_files([tmp_path])
