"""Raw text as documents: one paragraph a line, a blank line between documents; and their sentences."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.pretraining.exclusion import ExcludedTexts
from albert_tf.pretraining.sentences import split_sentences
from albert_tf.pretraining.text_lines import text_lines

LONGEST_DOCUMENT = 1_000_000
"""Characters. A longer document is cut after a paragraph, so that a file without blank lines needs no more memory."""


@dataclass(frozen=True)
class Document:
    """A text of several paragraphs.

    Args:
        index: its number in the corpus, from 0, over all files.
        paragraphs: the paragraphs, none of them empty.
    """

    index: int
    paragraphs: tuple[str, ...]


def read_documents(path: str | Path, start: int = 0) -> Iterator[Document]:
    """Yields the documents of a text file as they come; the file may be larger than memory.

    Args:
        path: plain or gzip; one paragraph a line, a blank line between documents.
        start: number of the first document.

    Raises:
        DataError: the file cannot be read; see `text_lines`.
    """
    paragraphs, size = [], 0
    for _, line in text_lines(path):
        line = line.strip()
        if line:
            paragraphs.append(line)
            size += len(line)
        if paragraphs and (not line or size > LONGEST_DOCUMENT):
            yield Document(start, tuple(paragraphs))
            start, paragraphs, size = start + 1, [], 0
    if paragraphs:
        yield Document(start, tuple(paragraphs))


def read_corpus(paths: Iterable[str | Path]) -> Iterator[Document]:
    """Yields the documents of several files, numbered through; the end of a file ends a document."""
    start = 0
    for path in paths:
        for document in read_documents(path, start):
            yield document
            start = document.index + 1


def check_files(paths: Iterable[str | Path]) -> None:
    """Opens every file and reads its first line, so that a long run does not end at a wrong name.

    Raises:
        DataError: there is no file, or one cannot be read.
    """
    paths = list(paths)
    if not paths:
        raise DataError("there are no input files; expected at least one")
    for path in paths:
        next(text_lines(path), None)


@dataclass(frozen=True)
class Sentences:
    """The sentences of a document that are left for training.

    Args:
        texts: the sentences.
        excluded_paragraphs: number of paragraphs left out as a whole.
        excluded_sentences: number of sentences left out of other paragraphs.
    """

    texts: list[str]
    excluded_paragraphs: int = 0
    excluded_sentences: int = 0


def document_sentences(document: Document, excluded: ExcludedTexts) -> Sentences:
    """Cuts a document into sentences, without the excluded paragraphs and sentences.

    Args:
        document: a `Document`.
        excluded: texts that must not get into the training data.
    """
    texts, paragraphs, sentences = [], 0, 0
    for paragraph in document.paragraphs:
        if excluded.matches(paragraph):
            paragraphs += 1
            continue
        found = split_sentences(paragraph)
        kept = [text for text in found if not excluded.matches(text)]
        sentences += len(found) - len(kept)
        texts += kept
    return Sentences(texts, paragraphs, sentences)
