"""The SentencePiece engine: tensorflow-text's op, called without the Python layers above it.

`tensorflow_text.SentencepieceTokenizer.tokenize` spends 90 microseconds around an op of 20, so the
eager path calls the op itself.
"""

import functools
import itertools

import numpy as np

_SETTINGS = (0, 1.0, False, False, False)  # nbest_size, alpha, add_bos, add_eos, reverse


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

    @functools.cached_property
    def _settings(self) -> list:
        """The model's handle and what every call has in common, converted to tensors once."""
        import tensorflow as tf

        handle = self.tokenizer._model_resource.resource_handle
        return [handle, *(tf.constant(value) for value in _SETTINGS)]

    def _run(self, texts: list[str], *, offsets: bool = False, strings: bool = False) -> list:
        """Calls the op: ids or pieces, row splits and, with `offsets`, byte offsets, as arrays."""
        import tensorflow as tf
        from tensorflow_text.python.ops.sentencepiece_tokenizer import (
            gen_sentencepiece_tokenizer as ops,
        )

        op = ops.sentencepiece_tokenize_op
        if offsets:
            op = ops.sentencepiece_tokenize_with_offsets_op
        handle, *settings = self._settings
        out_type = tf.string if strings else tf.int32
        texts = tf.constant(texts, tf.string)
        outputs = op(handle, texts, *settings, out_type, return_nbest=False)
        return [output.numpy() for output in outputs]

    def tokenize(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Ids `(tokens,)` of all texts, int32, and row splits `(texts + 1,)`, int64."""
        ids, splits = self._run(texts)
        return ids, splits

    def tokenize_with_offsets(
        self, texts: list[str]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """As `tokenize`, then each token's first and one past its last UTF-8 byte, `(tokens,)`."""
        ids, splits, starts, ends = self._run(texts, offsets=True)
        return ids, splits, starts, ends

    def pieces(self, texts: list[str]) -> list[list[str]]:
        """The pieces of every text; an unknown span stands as its own characters."""
        pieces, splits = self._run(texts, strings=True)
        pieces = [piece.decode("utf-8") for piece in pieces]
        return [pieces[start:end] for start, end in itertools.pairwise(splits.tolist())]

    def detokenize(self, batch: list[np.ndarray]) -> list[str]:
        """The texts of a batch of id arrays."""
        import tensorflow as tf

        if not batch:
            return []
        ids = tf.RaggedTensor.from_row_lengths(
            np.concatenate(batch).astype(np.int32), [len(row) for row in batch]
        )
        return [text.decode("utf-8") for text in self.tokenizer.detokenize(ids).numpy()]
