"""ALBERT in plain NumPy: an independent check that imported arrays mean what they should.

Written from the paper and google-research/albert `modeling.py`, in float64, without any of the
package's layers.
"""

import math

import numpy as np

_erf = np.vectorize(math.erf)

ACTIVATIONS = {
    "gelu": lambda x: x * 0.5 * (1 + _erf(x / math.sqrt(2))),
    "gelu_new": lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "relu": lambda x: np.maximum(x, 0),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "tanh": np.tanh,
}


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def log_softmax(x):
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


class NumpyAlbert:
    """Computes the outputs of a `Checkpoint`."""

    def __init__(self, checkpoint):
        self.config = checkpoint.config
        self.head_config = checkpoint.head_config
        self.arrays = {name: array.astype(np.float64) for name, array in checkpoint.arrays.items()}
        self.activation = ACTIVATIONS[self.config.hidden_act]

    def dense(self, x, name):
        return x @ self.arrays[f"{name}/kernel"] + self.arrays[f"{name}/bias"]

    def layer_norm(self, x, name, epsilon=None):
        epsilon = self.config.layer_norm_eps if epsilon is None else epsilon
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + epsilon)
        return x * self.arrays[f"{name}/gamma"] + self.arrays[f"{name}/beta"]

    def split(self, x):
        batch, length, hidden = x.shape
        heads = self.config.num_attention_heads
        return x.reshape(batch, length, heads, hidden // heads).transpose(
            0, 2, 1, 3
        )  # [B, N, F, D]

    def block(self, x, mask, name):
        query, key, value = (
            self.split(self.dense(x, f"{name}/attention/{part}"))
            for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(-1, -2) / math.sqrt(query.shape[-1])
        scores = scores + (1 - mask[:, None, None, :]) * -1e9
        context = (softmax(scores) @ value).transpose(0, 2, 1, 3).reshape(x.shape)
        x = self.layer_norm(
            x + self.dense(context, f"{name}/attention/output"), f"{name}/attention_layer_norm"
        )
        inner = self.activation(self.dense(x, f"{name}/intermediate"))
        return self.layer_norm(x + self.dense(inner, f"{name}/output"), f"{name}/output_layer_norm")

    def embed(self, ids, segments):
        word = self.arrays["embeddings/word_embeddings"][ids]
        position = self.arrays["embeddings/position_embeddings"][: ids.shape[1]]
        segment = self.arrays["embeddings/token_type_embeddings"][segments]
        return self.layer_norm(word + position + segment, "embeddings/layer_norm")

    def encode(self, ids, segments, mask):
        """Returns the output of every block application, inner ones too."""
        x = self.dense(self.embed(ids, segments), "embeddings/projection")
        outputs = []
        layers, groups = self.config.num_hidden_layers, self.config.num_hidden_groups
        for layer in range(layers):
            for inner in range(self.config.inner_group_num):
                x = self.block(x, mask, f"encoder/group_{layer * groups // layers}_inner_{inner}")
                outputs.append(x)
        return outputs

    def pool(self, sequence):
        return np.tanh(self.dense(sequence[:, 0], "pooler"))

    def masked_lm(self, sequence):
        x = self.activation(self.dense(sequence, "mlm_head/dense"))
        x = self.layer_norm(x, "mlm_head/layer_norm", self.head_config.get("layer_norm_eps"))
        return x @ self.arrays["embeddings/word_embeddings"].T + self.arrays["mlm_head/bias"]
