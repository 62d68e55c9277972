"""google-research/albert's tokenization, step by step and one text at a time, for comparison.

It shares nothing with the package but the SentencePiece engine, whose ids the golden file checks.
"""

import itertools
import unicodedata

import numpy as np
import tensorflow as tf

from albert_tf.dependencies import tensorflow_text

BOUNDARY = "▁"


def preprocess(text: str, lower: bool = True, strip_accents: bool = True) -> str:
    """`preprocess_text` of google-research/albert `tokenization.py`."""
    text = " ".join(text.strip().split())
    if strip_accents:
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if not unicodedata.combining(c))
    return text.lower() if lower else text


class Library:
    """SentencePiece itself, as it stands in tensorflow-text: the C++ that google-research/albert was trained with.

    Args:
        content: the model file.
    """

    def __init__(self, content: bytes):
        self._ids = tensorflow_text().SentencepieceTokenizer(content)
        self._pieces = tensorflow_text().SentencepieceTokenizer(content, out_type=tf.string)

    def tokens(self, texts: list[str]) -> list[np.ndarray]:
        """Ids, row splits, and each token's first and one past its last character."""
        ids, starts, ends = self._ids.tokenize_with_offsets(tf.constant(texts, tf.string))
        splits = ids.row_splits.numpy()
        spans = [
            _characters_before(text)[bytes_.numpy()[begin:end]]
            for bytes_ in (starts.values, ends.values)
            for text, (begin, end) in zip(texts, itertools.pairwise(splits), strict=True)
        ]
        halves = spans[: len(texts)], spans[len(texts) :]
        return [
            ids.values.numpy(),
            splits,
            *(np.concatenate([*h, np.zeros(0, int)]) for h in halves),
        ]

    def pieces(self, texts: list[str]) -> list[list[str]]:
        """The pieces of every text."""
        rows = self._pieces.tokenize(tf.constant(texts, tf.string)).to_list()
        return [[piece.decode() for piece in row] for row in rows]

    def detokenize(self, rows: list[list[int]]) -> list[str]:
        """The texts of rows of ids."""
        texts = self._ids.detokenize(tf.ragged.constant(rows, tf.int32, ragged_rank=1)).numpy()
        return [text.decode() for text in texts]


def _characters_before(text):
    """How many characters of a text end at or before each of its bytes."""
    widths = [len(character.encode("utf-8")) for character in text]
    return np.searchsorted(np.cumsum(widths), np.arange(sum(widths) + 1), side="right")


class Reference:
    """`encode_pieces` and `encode_ids` of google-research/albert `tokenization.py`.

    With one difference, for vocabularies that know none of the letters of `[MASK]`: the original looks
    up the spelling of an unknown span too, so that a text could forge special tokens. Here it is unknown.
    """

    def __init__(self, model: bytes, lower: bool = True, strip_accents: bool = True):
        self._engine = tensorflow_text().SentencepieceTokenizer(model, out_type=tf.string)
        self._lower, self._strip_accents = lower, strip_accents

    def segment(self, texts: list[str]) -> list[list[str]]:
        """SentencePiece's own pieces."""
        rows = self._engine.tokenize(tf.constant(texts, tf.string)).to_list()
        return [[piece.decode() for piece in row] for row in rows]

    def split(self, pieces: list[str]) -> list[str]:
        """The digit-comma rule."""
        result = []
        for piece in pieces:
            if len(piece) > 1 and piece[-1] == "," and piece[-2].isdigit():
                # The original's branch that takes a boundary away again compares str with bytes: it
                # never runs, as its own output with sentencepiece 0.1.99 shows.
                result += [*self.segment([piece[:-1].replace(BOUNDARY, "")])[0], ","]
            else:
                result.append(piece)
        return result

    def batch(self, texts: list[str]) -> list[list[int]]:
        """The ids of every text."""
        texts = [preprocess(text, self._lower, self._strip_accents) for text in texts]
        rows = tf.ragged.constant(
            [self.split(row) for row in self.segment(texts)], dtype=tf.string, ragged_rank=1
        )
        unknown = self._engine.string_to_id("<unk>").numpy()
        ids = self._engine.string_to_id(rows)
        return tf.where(ids < 5, unknown, ids).to_list()

    def ids(self, text: str) -> list[int]:
        """The ids of one text."""
        return self.batch([text])[0]
