"""Text files as documents, paragraphs as sentences, and what is excluded."""

import gzip
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.errors import DataError
from albert_tf.pretraining import ExcludedTexts, documents
from albert_tf.pretraining.documents import (
    Document,
    check_files,
    document_sentences,
    read_corpus,
    read_documents,
    split_sentences,
)
from albert_tf.tasks import demo_data


@pytest.mark.parametrize(
    "sentences",
    [
        ["It rains.", "Still we went out!", "Did we?", "Yes…", "So be it."],
        ["Dr. Smith went to the U.S. in 1999.", "He stayed."],
        ["J. R. R. Tolkien wrote it, e.g. in 3.5 weeks vs. others.", "Then he rested."],
        ['He said: "Hello there."', "Then he left."],
        ["“Quoted.”", "(In brackets.)", "After it."],
        ["1986 was the year.", "2000 was another.", "Über uns.", "Ёлка."],
        ["What?!", "Wait... no, go on."],
        ["He came (at last.) and the élan. élan vital."],
        ["no end and no capital"],
    ],
)
def test_sentences_in_languages_with_spaces(sentences):
    assert split_sentences(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["今日は晴れ。", "明日も！", "「はい。」と言った。"],
        ["他说：“好。”", "然后走了。"],
        ["“走吧！”，他说。", "“去哪里？”", "没人知道……", "（真的。）", "《书》看完了？！", "好。"],
        ["「本当ですか？」", "『ええ。』", "彼は笑った…", "「いいえ！」と叫んだ。"],
        ["太好了!", "下次还来?", "一定……", "“嗯。”"],
        ["房间3.5米。", "OK！", "Wifi好…", "就是慢。"],
        ["他想……，没说。。。", "走了～好吧"],
    ],
)
def test_sentences_in_languages_without_spaces(sentences):
    assert split_sentences("".join(sentences)) == sentences


@pytest.mark.parametrize(
    "text", ["Wait…what? no", "a!b?c", "see http://x.org/?q=1!", 'He said "no…" and left', "e.g.。"]
)
def test_what_is_no_end(text):
    assert split_sentences(text) == [text]


def test_english_is_cut_as_before():
    texts = demo_data("uci_sentences").texts
    paragraphs = [*texts, *(" ".join(texts[i : i + 7]) for i in range(0, len(texts), 7))]
    sentences = [text for paragraph in paragraphs for text in split_sentences(paragraph)]
    content = "".join(f"{text}\n" for text in sentences).encode()
    known = "4bec945174470266320dd262ae1f46b8f3f7a7fa9595f5e8efd60c33402ebccd"
    assert (len(sentences), hashlib.sha256(content).hexdigest()) == (5971, known)


@given(st.text("aB. !?\"'é。…”“」「と好\n）)1", max_size=60))
def test_sentences_joined_are_the_paragraph(paragraph):
    sentences = split_sentences(paragraph)
    assert "".join("".join(sentences).split()) == "".join(paragraph.split())
    assert all(sentence == sentence.strip() != "" for sentence in sentences)


def write(path, text):
    content = text.encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def test_documents_are_numbered_over_all_files(tmp_path):
    one = write(tmp_path / "a.txt", "\n\na b\nc\n\n \t\nd\r\n\r\ne")
    two = write(tmp_path / "b.txt.gz", "f\n\ng\n\n\n")
    expected = [("a b", "c"), ("d",), ("e",), ("f",), ("g",)]
    found = list(read_corpus([one, write(tmp_path / "empty.txt", ""), two]))
    assert found == [Document(i, paragraphs) for i, paragraphs in enumerate(expected)]
    assert [d.index for d in read_documents(two, 7)] == [7, 8]


def test_a_file_without_blank_lines_is_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "LONGEST_DOCUMENT", 50)
    path = write(tmp_path / "a.txt", "ten chars.\n" * 20)
    assert [len(d.paragraphs) for d in read_documents(path)] == [6, 6, 6, 2]


def test_excluded_texts_are_left_out_and_counted():
    document = Document(0, ("One. Two! Three.", "Leave me out.", "“leave ME out”", "Four. One"))
    found = document_sentences(document, ExcludedTexts(["leave me out", "ONE!", "absent"]))
    assert found.texts == ["Two!", "Three.", "Four."]
    assert (found.excluded_paragraphs, found.excluded_sentences) == (2, 2)


def test_files_are_checked_before_the_work(tmp_path):
    good = write(tmp_path / "good.txt", "text")
    check_files([good])
    with pytest.raises(DataError, match=r"absent\.txt: no such file"):
        check_files([good, tmp_path / "absent.txt"])
    with pytest.raises(DataError, match="no input files"):
        check_files([])
