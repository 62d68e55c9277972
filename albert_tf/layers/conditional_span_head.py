"""The head of google-research's SQuAD v2.0: where an answer ends, given where it starts, and whether there is one."""

import keras
from keras import ops

from albert_tf.layers.base import AlbertLayer

ABSENT = -1e9
"""Logit of a token that cannot be in an answer, and log-probability of a place that no token has."""


@keras.saving.register_keras_serializable(package="albert_tf")
class ConditionalSpanHead(AlbertLayer):
    """Scores every token as the start of an answer, and as its end for a given start; and that there is no answer.

    With `h_i` the state of token `i`, and `[a; b]` two vectors put together:

        start_i  = w h_i + b
        end_ij   = v LayerNorm(tanh(W [h_j; h_i] + c)) + d      the end j for the start i
        no answer = u tanh(U [sum_i p_i h_i; h_0] + e)          with p = softmax(start)

    In training the start is the right one. Otherwise the head takes the `start_n_top` best starts, and for each of them
    the `end_n_top` best ends: a beam. Source: google-research/albert `squad_utils.py`, `create_v2_model`; XLNet has the
    same head. `W [h_j; h_i]` is computed as `A h_j + B h_i`, with the halves of `W`, so that further starts cost no
    matrix product of all tokens.

    Args:
        config: an `AlbertConfig`.
        start_n_top: starts in the beam.
        end_n_top: ends for each of them.
        rate: of the dropout before the last layer of the no-answer logit.

    Call arguments:
        states: `(batch, length, hidden_size)`.
        can_be_answer: bool `(batch, length)`: tokens where an answer may start and end. `[CLS]` is one, for no answer.
        start_positions: int `(batch,)`, the right starts; None for a beam.

    Returns:
        A dict of float32 `cls_logits` `(batch,)`, above 0 where no answer is more likely, and beside it, with
        `start_positions`, the logits `start_logits` and `end_logits` `(batch, length)`, -1e9 where no answer can be.
        Without, `start_top_log_probs` and int32 `start_top_index` `(batch, start_n_top)`, best first, and
        `end_top_log_probs` and int32 `end_top_index` `(batch, start_n_top * end_n_top)`, the ends of the first start,
        then those of the second, and so on. Where there are not so many tokens, the last ones have -1e9.
    """

    def __init__(self, config, *, start_n_top=5, end_n_top=5, rate=0.1, **kwargs):
        kwargs.setdefault("dtype", "float32")
        super().__init__(config, **kwargs)
        self.start_n_top, self.end_n_top, self.rate = start_n_top, end_n_top, rate
        hidden = self.config.hidden_size
        self._start_logits = self.dense(1, "start_logits")
        self._end_dense = self.dense(hidden, "end_dense", "tanh")
        self._end_layer_norm = self.layer_norm("end_layer_norm")
        self._end_logits = self.dense(1, "end_logits")
        self._answer_dense = self.dense(hidden, "answer_dense", "tanh")
        self._dropout = self.dropout(rate, "answer_dropout")
        self._cls_logits = self.dense(1, "cls_logits", use_bias=False)

    def build(self, states_shape, *other_shapes, **named_shapes):
        """Builds the layers."""
        hidden = self.config.hidden_size
        for layer in (self._start_logits, self._end_layer_norm, self._end_logits, self._cls_logits):
            layer.build((None, hidden))
        for layer in (self._end_dense, self._answer_dense):
            layer.build((None, 2 * hidden))

    def call(self, states, can_be_answer, start_positions=None, training=None):
        """See the class."""
        states = ops.cast(states, "float32")
        start_logits, as_end, as_start = self._parts(states)
        start_logits = ops.where(can_be_answer, start_logits, ABSENT)
        start_log_probs = ops.log_softmax(start_logits, axis=-1)
        cls_logits = self._no_answer(states, ops.exp(start_log_probs), training)
        if start_positions is not None:
            starts = ops.expand_dims(ops.cast(start_positions, "int32"), 1)
            end_logits = self._ends(as_end, as_start, starts, can_be_answer)[:, 0]
            return {
                "start_logits": start_logits,
                "end_logits": end_logits,
                "cls_logits": cls_logits,
            }
        top_log_probs, top_index = _best(start_log_probs, self.start_n_top)
        end_logits = self._ends(as_end, as_start, top_index, can_be_answer)
        end_log_probs = ops.log_softmax(end_logits, axis=-1)
        # One start after the other: a reshape of all would be given 256 steps from -1e9 to 0 by int8 activations.
        ends = [_best(end_log_probs[:, s], self.end_n_top) for s in range(self.start_n_top)]
        end_top_log_probs, end_top_index = zip(*ends, strict=True)
        return {
            "start_top_log_probs": top_log_probs,
            "start_top_index": top_index,
            "end_top_log_probs": ops.concatenate(end_top_log_probs, axis=1),  # [B, S * E]
            "end_top_index": ops.concatenate(end_top_index, axis=1),
            "cls_logits": cls_logits,
        }

    def _parts(self, states):
        """The logit of every token as a start, `(batch, length)`; `A h + c`, and `B h`, `(batch, length, hidden_size)`.

        It is one product, of a shape that no matrix of a block has: an export to four bits tells those by their shapes.
        """
        hidden = self.config.hidden_size
        kernel = ops.convert_to_tensor(self._end_dense.kernel)
        matrices = [kernel[:hidden], kernel[hidden:], self._start_logits.kernel]
        biases = [self._end_dense.bias, ops.zeros(hidden), self._start_logits.bias]
        parts = ops.einsum("bth,hp->btp", states, ops.concatenate(matrices, axis=1))
        parts = parts + ops.concatenate(biases, axis=0)
        return parts[..., -1], parts[..., :hidden], parts[..., hidden:-1]

    def _ends(self, as_end, as_start, starts, can_be_answer):
        """The logit of every end `(batch, starts, length)` for each of some starts `(batch, starts)`."""
        length = ops.shape(as_end)[1]
        is_start = ops.expand_dims(starts, -1) == ops.arange(length, dtype="int32")  # [B, S, T]
        of_starts = ops.matmul(ops.cast(is_start, "float32"), as_start)  # [B, S, H]
        features = self._end_dense.activation(as_end[:, None] + of_starts[:, :, None])
        features = self._end_layer_norm(features)  # [B, S, T, H]
        rows = self._end_logits(ops.reshape(features, (-1, self.config.hidden_size)))
        logits = ops.reshape(rows, (-1, starts.shape[1], length))
        return ops.where(can_be_answer[:, None], logits, ABSENT)

    def _no_answer(self, states, start_probs, training):
        start_state = ops.matmul(start_probs[:, None], states)[:, 0]  # [B, H]
        features = self._answer_dense(ops.concatenate([start_state, states[:, 0]], axis=-1))
        return self._cls_logits(self._dropout(features, training=training))[:, 0]

    def get_config(self) -> dict:
        """Returns the constructor's arguments, serializable."""
        own = {"start_n_top": self.start_n_top, "end_n_top": self.end_n_top, "rate": self.rate}
        return {**super().get_config(), **own}


def _best(log_probs, count):
    """The best `count` of each row `(batch, length)`, and their places; there may be fewer."""
    filled = ops.pad(log_probs, [[0, 0], [0, count]], constant_values=ABSENT)
    values, places = ops.top_k(filled, count)
    return values, ops.cast(places, "int32")
