"""The SentencePiece engine of graphs: tensorflow-text's."""

import hashlib
import re

import tensorflow as tf

from albert_tf.dependencies import tensorflow_text
from albert_tf.errors import CheckpointError


def graph_engine(content: bytes):
    """Returns a `tensorflow_text.SentencepieceTokenizer`, which a `tf.Module` can track.

    Args:
        content: the SentencePiece model file.

    Raises:
        CheckpointError: SentencePiece refuses the model.
        MissingExtraError: tensorflow-text is not installed.
    """
    text = tensorflow_text()
    try:
        tokenizer = text.SentencepieceTokenizer(content)
        tokenizer._model_resource = _named_resource(content)
        return tokenizer
    except tf.errors.OpError as error:
        reason = re.sub(r"\{\{.*?\}\}|\[Op:.*", "", error.message).strip().rstrip(".")
        raise CheckpointError(
            f"SentencePiece refuses the tokenizer's model ({reason}); the .model file seems "
            "damaged: copy it again from where it came from"
        ) from error


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
