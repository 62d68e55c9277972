"""The SentencePiece engine: tensorflow-text's op, called without the Python layers above it.

`tensorflow_text.SentencepieceTokenizer.tokenize` spends 90 microseconds around an op of 20, so the
eager path calls the op itself.
"""

import functools
import hashlib
import itertools
import re
from collections.abc import Callable

import numpy as np

from albert_tf.errors import CheckpointError

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
        """The `tensorflow_text.SentencepieceTokenizer`, which a `tf.Module` can track.

        Raises:
            CheckpointError: SentencePiece refuses the model.
        """
        import tensorflow as tf
        import tensorflow_text

        try:
            tokenizer = tensorflow_text.SentencepieceTokenizer(self._content)
            tokenizer._model_resource = _named_resource(self._content)
            return tokenizer
        except tf.errors.OpError as error:
            reason = re.sub(r"\{\{.*?\}\}|\[Op:.*", "", error.message).strip().rstrip(".")
            raise CheckpointError(
                f"SentencePiece refuses the tokenizer's model ({reason}); the .model file seems "
                "damaged: copy it again from where it came from"
            ) from error

    @functools.cached_property
    def _run(self) -> Callable:
        """Texts to ids (or pieces), row splits and, if asked for, byte offsets, as arrays.

        Imports, conversions and look-ups are done once: together they take as long as the op.
        """
        import tensorflow as tf
        from tensorflow_text.python.ops.sentencepiece_tokenizer import (
            gen_sentencepiece_tokenizer as ops,
        )

        handle = self.tokenizer._model_resource.resource_handle
        settings = [tf.constant(value) for value in _SETTINGS]
        constant, string, int32 = tf.constant, tf.string, tf.int32
        plain, with_offsets = (
            ops.sentencepiece_tokenize_op,
            ops.sentencepiece_tokenize_with_offsets_op,
        )

        def run(texts: list[str], offsets: bool = False, pieces: bool = False) -> list:
            op = with_offsets if offsets else plain
            out_type = string if pieces else int32
            texts = constant(texts, string)
            return [x.numpy() for x in op(handle, texts, *settings, out_type, return_nbest=False)]

        return run

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
        pieces, splits = self._run(texts, pieces=True)
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


def _named_resource(content: bytes):
    """The model as a TensorFlow resource under a name of its own, which makes it outlive its kernel.

    tensorflow-text creates it without a name; it then dies with the cached kernel that made it, which
    `keras.backend.clear_session` and others drop, and every later call fails. With a name it stays for the
    life of the process, and tokenizers of the same model share it.
    """
    from tensorflow_text.python.ops import sentencepiece_tokenizer

    class NamedModelResource(sentencepiece_tokenizer._SentencepieceModelResource):
        def _create_resource(self):
            return sentencepiece_tokenizer.gen_sentencepiece_tokenizer.sentencepiece_op(
                model=self._model, shared_name=self._name
            )

    digest = hashlib.sha256(content).hexdigest()
    return NamedModelResource(content, f"albert_tf_sentencepiece_{digest}")
