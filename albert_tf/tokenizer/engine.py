"""The SentencePiece engine: tensorflow-text's op, called without the layers above it."""

import functools

import numpy as np


class Engine:
    """Runs a SentencePiece model on normalized texts.

    TensorFlow is imported when the engine is first needed, not with the package.

    Args:
        content: the SentencePiece model file.
    """

    def __init__(self, content: bytes):
        self._content = content

    @functools.cached_property
    def tokenizer(self):
        """The `tensorflow_text.SentencepieceTokenizer`, which a `tf.Module` can track."""
        import tensorflow_text

        return tensorflow_text.SentencepieceTokenizer(self._content)

    def tokenize(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Token ids `(total,)` of all texts, int32, and where each text's start `(texts + 1,)`, int64."""
        if not texts:
            return np.zeros(0, np.int32), np.zeros(1, np.int64)
        tokens = self.tokenizer.tokenize(texts)
        return tokens.values.numpy(), tokens.row_splits.numpy()

    def tokenize_with_offsets(self, texts: list[str]):
        """As `tokenize`, and the first and one past the last UTF-8 byte of every token, `(total,)`."""
        if not texts:
            empty = np.zeros(0, np.int64)
            return np.zeros(0, np.int32), np.zeros(1, np.int64), empty, empty
        tokens, starts, ends = self.tokenizer.tokenize_with_offsets(texts)
        return (
            tokens.values.numpy(),
            tokens.row_splits.numpy(),
            starts.values.numpy(),
            ends.values.numpy(),
        )

    def pieces(self, texts: list[str]) -> list[list[str]]:
        """The pieces of every text; an unknown span stands as its own characters."""
        import tensorflow as tf
        import tensorflow_text

        if not texts:
            return []
        tokenizer = tensorflow_text.SentencepieceTokenizer(self._content, out_type=tf.string)
        rows = tokenizer.tokenize(texts).to_list()
        return [[piece.decode("utf-8") for piece in row] for row in rows]

    def detokenize(self, batch: list[np.ndarray]) -> list[str]:
        """The texts of a batch of id arrays."""
        import tensorflow as tf

        if not batch:
            return []
        ids = tf.RaggedTensor.from_row_lengths(
            np.concatenate(batch).astype(np.int32), [len(row) for row in batch]
        )
        return [text.decode("utf-8") for text in self.tokenizer.detokenize(ids).numpy()]
