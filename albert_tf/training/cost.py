"""What pretraining costs: parameters, FLOPs, memory and time, from the configuration alone.

The counts of parameters are exact. FLOPs are those of the matrix products, two for each multiplication and addition;
what else there is (LayerNorm, softmax, GELU) is below two percent from ALBERT-base on. Memory is an estimate of what
a step must keep; `docs/scaling.md` sets all of them beside measurements.
"""

import dataclasses

from albert_tf.config import AlbertConfig

FLOAT32, BFLOAT16 = 4, 2


@dataclasses.dataclass(frozen=True)
class PretrainingCost:
    """The cost of pretraining a model on examples of one length.

    Args:
        config: the model.
        sequence_length: tokens of an example.
        max_masked: masked places of an example; default 15% of the tokens.
        remat: whether activations are computed again in the backward pass.
        bytes_per_activation: 4, or 2 for `mixed_bfloat16`.

    Example:
    ```python
    from albert_tf import AlbertConfig
    from albert_tf.training.cost import PretrainingCost

    cost = PretrainingCost(AlbertConfig.named("base"), sequence_length=512, max_masked=77)
    print(cost.flops_per_token / 1e6, cost.seconds(tokens=1e9, flops_per_second=50e12))
    ```
    """

    config: AlbertConfig
    sequence_length: int = 512
    max_masked: int | None = None
    remat: bool = False
    bytes_per_activation: int = FLOAT32

    @property
    def masked(self) -> int:
        """Masked places of an example."""
        return round(0.15 * self.sequence_length) if self.max_masked is None else self.max_masked

    # === Parameters ===

    @property
    def block_parameters(self) -> int:
        """Parameters of one block: four projections, two feed-forward layers, two LayerNorms."""
        hidden, inner = self.config.hidden_size, self.config.intermediate_size
        return 4 * hidden * (hidden + 1) + 2 * hidden * inner + inner + hidden + 4 * hidden

    @property
    def parameters(self) -> int:
        """Parameters of an `AlbertPretrainer`: backbone, pooler and both heads."""
        config = self.config
        hidden, embedding = config.hidden_size, config.embedding_size
        rows = config.vocab_size + config.max_position_embeddings + config.type_vocab_size
        embeddings = rows * embedding + 2 * embedding + (embedding + 1) * hidden
        encoder = config.num_hidden_groups * config.inner_group_num * self.block_parameters
        if config.use_relative_attention_bias:
            encoder += config.relative_attention_num_buckets * config.num_attention_heads
        pooler = hidden * (hidden + 1)
        masked_lm = (hidden + 1) * embedding + 2 * embedding + config.vocab_size
        return embeddings + encoder + pooler + masked_lm + 2 * (hidden + 1)

    # === FLOPs ===

    @property
    def applications(self) -> int:
        """How many blocks a token passes."""
        return self.config.num_hidden_layers * self.config.inner_group_num

    @property
    def block_flops_per_token(self) -> int:
        """FLOPs of a forward pass through one block; attention's part grows with the length."""
        hidden, inner = self.config.hidden_size, self.config.intermediate_size
        projections = 2 * (4 * hidden * hidden + 2 * hidden * inner)
        return projections + 4 * self.sequence_length * hidden

    @property
    def head_flops_per_example(self) -> int:
        """FLOPs of a forward pass outside the blocks: projection, pooler and both heads."""
        config = self.config
        hidden, embedding = config.hidden_size, config.embedding_size
        projection = 2 * self.sequence_length * embedding * hidden
        masked_lm = 2 * self.masked * (hidden * embedding + embedding * config.vocab_size)
        return projection + masked_lm + 2 * hidden * hidden + 4 * hidden

    @property
    def forward_flops_per_token(self) -> float:
        """FLOPs of a forward pass, a token."""
        blocks = self.applications * self.block_flops_per_token
        return blocks + self.head_flops_per_example / self.sequence_length

    @property
    def flops_per_token(self) -> float:
        """FLOPs of a training step, a token: the backward pass costs twice the forward pass.

        With `remat` the blocks' forward pass runs once more.
        """
        again = self.applications * self.block_flops_per_token if self.remat else 0
        return 3 * self.forward_flops_per_token + again

    # === Memory ===

    def state_bytes(self, model_parallel: int = 1, accumulates: bool = False) -> float:
        """Returns the bytes of weights, gradients and the optimizer's two moments on each device.

        Args:
            model_parallel: devices that share one copy.
            accumulates: whether gradients of several batches are summed, which takes one more copy.
        """
        copies = 5 if accumulates else 4
        return copies * FLOAT32 * self.parameters / model_parallel

    def activation_bytes(self, examples: int, model_parallel: int = 1) -> float:
        """Returns the bytes that the backward pass needs of the forward pass on each device.

        Args:
            examples: on the device at once.
            model_parallel: devices that share one copy of the weights, and split a block's inside.
        """
        config, size = self.config, self.bytes_per_activation
        tokens = examples * self.sequence_length
        hidden, inner = config.hidden_size, config.intermediate_size
        # Of a block: its input, attention's output, and twice around each LayerNorm; query, key,
        # value and context; the intermediate units before, within and after their activation; and
        # for each head a row of scores, in float32 and in the dtype of the activations.
        whole = 6 * hidden * size
        split = (4 * hidden + 3 * inner) * size
        split += config.num_attention_heads * self.sequence_length * (FLOAT32 + size)
        block = whole + split / model_parallel
        blocks = self.applications * block
        if self.remat:  # of each block its input, and one block whole
            blocks = self.applications * hidden * size + block
        # Scores over the vocabulary, their softmax, and the gradient.
        logits = 3 * examples * self.masked * config.vocab_size * FLOAT32 / model_parallel
        return tokens * blocks + logits

    # === Time ===

    def tokens_per_second(self, flops_per_second: float) -> float:
        """Returns the tokens a second of devices that do so many useful FLOPs a second together."""
        return flops_per_second / self.flops_per_token

    def seconds(self, tokens: float, flops_per_second: float) -> float:
        """Returns how long a training on so many tokens takes; see `tokens_per_second`."""
        return tokens / self.tokens_per_second(flops_per_second)
