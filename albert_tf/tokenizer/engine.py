"""The SentencePiece engine: tensorflow-text's op, called without the Python layers above it.

`tensorflow_text.SentencepieceTokenizer.tokenize` spends 90 microseconds around an op of 20, so the
eager path calls the op itself.

The op spreads the texts of a batch over TensorFlow's threads. A process that was forked off one in which these had been
started has none of them, and would wait for them for ever; it tokenizes one text after the other, which the op does by
itself.
"""

import functools
import hashlib
import itertools
import os
import re
import sys
import threading
from collections.abc import Callable

import numpy as np

from albert_tf.errors import CheckpointError
from albert_tf.tokenizer.model_file import ModelFile
from albert_tf.tokenizer.unknown_runs import UnknownRuns

_SETTINGS = (0, 1.0, False, False, False)  # nbest_size, alpha, add_bos, add_eos, reverse

_left_behind = threading.Event()  # set in a process whose TensorFlow has lost its threads


def _note_fork():
    eager = sys.modules.get("tensorflow.python.eager.context")
    context = None if eager is None else eager.context_safe()
    if context is not None and context._initialized:
        _left_behind.set()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_note_fork)


class Engine:
    """Runs a SentencePiece model on normalized texts.

    TensorFlow is imported when the engine is first needed, not with the package.

    Args:
        model: the SentencePiece model.

    Attributes:
        unknown: the `UnknownRuns` of the model, whose byte pieces `tokenizer` gives for unknown characters.
    """

    def __init__(self, model: ModelFile):
        self.unknown = UnknownRuns(model)

    @functools.cached_property
    def tokenizer(self):
        """The `tensorflow_text.SentencepieceTokenizer`, which a `tf.Module` can track; see `unknown` for its ids.

        Raises:
            CheckpointError: SentencePiece refuses the model.
        """
        import tensorflow as tf
        import tensorflow_text

        try:
            content = self.unknown.content
            tokenizer = tensorflow_text.SentencepieceTokenizer(content)
            tokenizer._model_resource = _named_resource(content)
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

    def _run_batch(self, texts: list[str], **options) -> list[np.ndarray]:
        """As `_run`; one text at a time where there are no threads, see the module."""
        if len(texts) < 2 or not _left_behind.is_set():
            return self._run(texts, **options)
        rows = [self._run([text], **options) for text in texts]
        values, splits, *offsets = zip(*rows, strict=True)
        lengths = [row_splits[1] for row_splits in splits]
        splits = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return [np.concatenate(values), splits, *map(np.concatenate, offsets)]

    def tokenize(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Ids `(tokens,)` of all texts, int32, and row splits `(texts + 1,)`, int64."""
        ids, splits, _ = self.unknown.join(*self._run_batch(texts))
        return ids, splits

    def tokenize_with_offsets(
        self, texts: list[str]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """As `tokenize`, then each token's first and one past its last UTF-8 byte, `(tokens,)`."""
        ids, splits, starts, ends = self._run_batch(texts, offsets=True)
        ids, splits, first = self.unknown.join(ids, splits)
        if first is not None:
            starts, ends = starts[first[:-1]], ends[first[1:] - 1]
        return ids, splits, starts, ends

    def pieces(self, texts: list[str]) -> list[list[str]]:
        """The pieces of every text; an unknown span stands as its own characters."""
        pieces = self._run_batch(texts, pieces=True)[0].tolist()
        ids, splits = self._run_batch(texts)
        _, splits, first = self.unknown.join(ids, splits)
        if first is not None:
            first_byte = self.unknown.first_byte
            pieces = [
                piece if id < first_byte else bytes([id - first_byte])
                for piece, id in zip(pieces, ids.tolist(), strict=True)
            ]
            pieces = [b"".join(pieces[i:j]) for i, j in itertools.pairwise(first.tolist())]
        pieces = [piece.decode("utf-8") for piece in pieces]
        return [pieces[start:end] for start, end in itertools.pairwise(splits.tolist())]

    def detokenize(self, batch: list[np.ndarray]) -> list[str]:
        """The texts of a batch of id arrays."""
        import tensorflow as tf

        if not batch:
            return []
        texts = []
        for rows in [[row] for row in batch] if _left_behind.is_set() else [batch]:
            ids = tf.RaggedTensor.from_row_lengths(
                np.concatenate(rows).astype(np.int32), [len(row) for row in rows]
            )
            texts += self.tokenizer.detokenize(ids).numpy().tolist()
        return [text.decode("utf-8") for text in texts]


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
