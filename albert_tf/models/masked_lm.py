"""`AlbertMaskedLM`: which token belongs at a position."""

import dataclasses
from typing import Any

import keras
import numpy as np
from keras import ops

from albert_tf.answers import FilledMask
from albert_tf.answers.masks import TOKENS
from albert_tf.answers.results import Outputs
from albert_tf.config import BACKBONE_INPUTS
from albert_tf.errors import ConfigError
from albert_tf.layers import MaskedLMHead
from albert_tf.models.answering import AnsweringTask
from albert_tf.models.backbone import AlbertBackbone
from albert_tf.models.task import AlbertTask
from albert_tf.preprocessing import AlbertMaskedLMPreprocessor
from albert_tf.preprocessing.masked_lm_preprocessor import NO_TARGETS
from albert_tf.preprocessing.targets import ClassNumbers, TargetRule, TextTargetRule
from albert_tf.type_names import Tensor, Texts


@dataclasses.dataclass(frozen=True)
class NoTargets(ClassNumbers):
    """Refuses targets beside raw text."""

    def read(self, y: Any, name: str = "y") -> np.ndarray:
        """Says how else the model is trained.

        Raises:
            ConfigError: always.
        """
        raise ConfigError(NO_TARGETS)


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertMaskedLM(AnsweringTask, AlbertTask):
    """Predicts tokens through a decoder that is tied to the word table.

    `answer`, `predict` and the model itself take raw text; `fit` and `evaluate` take token ids, with the masked tokens
    as targets: `albert-tf pretrain` and `albert_tf.pretraining` make them of text.

    Args:
        backbone: an `AlbertBackbone`.
        preprocessor: an `AlbertMaskedLMPreprocessor` for raw text, or None for token ids.
        layer_norm_eps: epsilon of the head's LayerNorm; default `config.layer_norm_eps`. keras-hub's head has 1e-5.

    Inputs: the backbone's, and optionally `masked_positions`, int32 `(batch, masked)`.

    Outputs: logits in float32, `(batch, length, vocab_size)`, or `(batch, masked, vocab_size)` when
    `masked_positions` is given.

    Example:

    ```python
    from albert_tf import AlbertMaskedLM

    model = AlbertMaskedLM.from_preset("albert_small_en")
    ((mask,),) = model.answer(["the capital of [MASK] is paris"], top=3)
    [token.text for token in mask.tokens]  # three words, the most probable first
    ```
    """

    head = "masked_lm"
    input_names = (*BACKBONE_INPUTS, "masked_positions")
    preprocessor_cls = AlbertMaskedLMPreprocessor

    def __init__(
        self,
        backbone: AlbertBackbone,
        preprocessor: AlbertMaskedLMPreprocessor | None = None,
        *,
        layer_norm_eps: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(backbone, preprocessor, **kwargs)
        self.layer_norm_eps = layer_norm_eps
        self.mlm_head = MaskedLMHead(
            self.config,
            layer_norm_eps=layer_norm_eps,
            dtype=backbone.encoder.dtype_policy,
            name="mlm_head",
        )
        self.mlm_head.build((None, None, self.config.hidden_size))
        self.built = True
        self.compile()

    def call(self, inputs: dict[str, Tensor], training: bool | None = None) -> Tensor:
        """Returns the logits; see the class."""
        sequence = self.encode(inputs, training=training)["sequence_output"]
        table = self.backbone.embeddings.word_embeddings
        return self.mlm_head(sequence, table, inputs.get("masked_positions"))

    def answer(
        self, texts: Texts, *, top: int = 5, batch_size: int | None = None
    ) -> list[tuple[FilledMask, ...]]:
        """Fills in the masks of texts, as `TFLiteRunner` does from an exported file.

        Args:
            texts: a flat sequence of `str` with `[MASK]` in them.
            top: tokens for each mask, at most.
            batch_size: rows of tokens that are run together; default 32.

        Returns:
            For each text a `FilledMask` for each of its masks, in their order; an empty tuple for a text without any.

        Raises:
            ConfigError: when the model has no preprocessor, or `top` is impossible.
            DataError: when the texts are no such sequence, or one of them is not a `str`.
        """
        decoder = dataclasses.replace(self.decoder(), top=top)
        return self.answers_to(texts, batch_size, decoder)

    def outputs_for_answers(
        self, inputs: dict, rows: list[int], packed: Any, decoder: Any
    ) -> Outputs:
        """Returns the best tokens of the masks; the logits of all other tokens are not computed."""
        positions = [decoder.positions(packed, row) for row in rows]
        masked = np.zeros((len(rows), max(1, *map(len, positions))), "int32")
        for row, own in enumerate(positions):
            masked[row, : len(own)] = own
        logits = ops.convert_to_numpy(self.predict_on_batch({**inputs, "masked_positions": masked}))
        found = zip(logits, positions, strict=True)
        return {TOKENS: [decoder.tokens(each[: len(own)]) for each, own in found]}

    def target_rule(self, inputs: dict | None = None) -> TargetRule:
        """A token of the vocabulary for each position."""
        return ClassNumbers(self.config.vocab_size, rank=2)

    def text_target_rule(self) -> TextTargetRule:
        """None are taken: raw text tells no masked tokens."""
        return NoTargets(self.config.vocab_size)

    def head_config(self) -> dict:
        """Returns the head's constructor arguments, serializable."""
        return {} if self.layer_norm_eps is None else {"layer_norm_eps": self.layer_norm_eps}
