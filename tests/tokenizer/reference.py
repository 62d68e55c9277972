"""google-research/albert's tokenization, step by step and one text at a time, for comparison.

It shares nothing with the package but the SentencePiece engine, whose ids the golden file checks.
"""

import unicodedata

import tensorflow as tf
import tensorflow_text

BOUNDARY = "▁"


def preprocess(text: str, lower: bool = True, strip_accents: bool = True) -> str:
    """`preprocess_text` of google-research/albert `tokenization.py`."""
    text = " ".join(text.strip().split())
    if strip_accents:
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if not unicodedata.combining(c))
    return text.lower() if lower else text


class Reference:
    """`encode_pieces` and `encode_ids` of google-research/albert `tokenization.py`.

    With one difference, for vocabularies that know none of the letters of `[MASK]`: the original looks
    up the spelling of an unknown span too, so that a text could forge special tokens. Here it is unknown.
    """

    def __init__(self, model: bytes, lower: bool = True, strip_accents: bool = True):
        self._engine = tensorflow_text.SentencepieceTokenizer(model, out_type=tf.string)
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
