"""Weights of examples, checked before they reach a loss."""

import dataclasses

from albert_tf.errors import DataError
from albert_tf.preprocessing.targets import AnyNumbers


@dataclasses.dataclass(frozen=True)
class ExampleWeights:
    """What `sample_weight` must be.

    Args:
        rank: 1 for one number a text, 2 where each token may have one, None for what only the loss knows.
    """

    rank: int | None = 1

    @property
    def expected(self) -> str:
        """What is expected, for messages."""
        return f"one number for each text{', or for each token of it' * (self.rank == 2)}"

    def read(self, weights, name: str = "sample_weight"):
        """Returns the weights, `(texts,)`, or of the shape that the loss takes.

        Raises:
            DataError: naming the first weight that is missing, infinite or no number, or the shape that does not fit.
        """
        if weights is None:
            return None
        weights = AnyNumbers().read(weights, name)
        if self.rank is None or isinstance(weights, dict):
            return weights
        if self.rank == 1 and weights.ndim == 2 and weights.shape[1] == 1:
            weights = weights[:, 0]
        if weights.ndim > self.rank:
            raise DataError(f"{name} has the shape {weights.shape}; expected {self.expected}")
        return weights

    def read_in_graph(self, weights):
        """Returns the weights of a batch of a dataset; a wrong value stops the pipeline, see `one_line_errors`.

        Raises:
            DataError: when the shape of the batches cannot be right.
        """
        rank = getattr(getattr(weights, "shape", None), "rank", None)
        if self.rank == 1 and rank == 2 and weights.shape[1] == 1:
            weights, rank = weights[:, 0], 1
        if None not in (self.rank, rank) and rank > self.rank:
            raise DataError(
                f"the dataset's sample_weight has the shape {weights.shape}; expected {self.expected}"
            )
        return AnyNumbers().read_in_graph(weights, "sample_weight")


def weights_rule(rule) -> ExampleWeights:
    """Returns what the weights must be beside targets of a rule of `albert_tf.preprocessing.targets`."""
    return ExampleWeights(rule.weight_rank)
