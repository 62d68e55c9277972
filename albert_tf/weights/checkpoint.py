"""`Checkpoint`: what every importer returns and every writer takes."""

import dataclasses

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.errors import CheckpointError


def renamed_class_names(arguments: dict) -> dict:
    """Returns a head's saved arguments, with `class_names` for what earlier releases saved as `labels`."""
    return {("class_names" if name == "labels" else name): v for name, v in arguments.items()}


@dataclasses.dataclass
class Checkpoint:
    """A model read from disk (or memory), free of any framework's objects.

    Args:
        config: the encoder's hyperparameters.
        arrays: float32 arrays by this package's own names, which are the Keras variable paths, e.g.
            `"encoder/group_0_inner_0/attention/query/kernel"`; kernels are `(inputs, outputs)`.
        head: one of `albert_tf.heads.HEADS`, or None for a bare backbone.
        head_config: the head's arguments, e.g. `{"num_classes": 2, "class_names": ["ham", "spam"]}`.
        tokenizer_model: the bytes of the SentencePiece model or the `vocab.txt` that came with it, if any.
        lowercase: whether texts are lower-cased first.
        source: where it was read from, for messages.
        extra: further JSON sections of a preset, e.g. `{"preprocessor": {"sequence_length": 128}}`.
        strip_accents: whether texts lose their accents first.
    """

    config: AlbertConfig
    arrays: dict[str, np.ndarray]
    head: str | None = None
    head_config: dict = dataclasses.field(default_factory=dict)
    tokenizer_model: bytes | None = None
    lowercase: bool = True
    source: str = ""
    extra: dict = dataclasses.field(default_factory=dict)
    strip_accents: bool = True

    def __post_init__(self):
        self.head_config = renamed_class_names(self.head_config)

    @property
    def learned_positions(self) -> int:
        """Tokens of the longest text that the weights learned from, if the preset says so; else all positions.

        Raises:
            CheckpointError: when the preset says what cannot be.
        """
        most = self.config.max_position_embeddings
        said = self.extra.get("learned_positions", most)
        if isinstance(said, bool) or not isinstance(said, int) or not 1 <= said <= most:
            raise CheckpointError(
                f"{self.source}: learned_positions is {said!r}; expected a whole number from 1 to {most}, its positions"
            )
        return said

    def tokenizer_options(self) -> dict:
        """Returns the keywords of `AlbertTokenizer.from_bytes` that belong to `tokenizer_model`."""
        found = {"lowercase": self.lowercase, "strip_accents": self.strip_accents}
        return dict(self.extra.get("preprocessor", {}).get("tokenizer", found))

    def check_tokenizer(self) -> bytes:
        """Returns `tokenizer_model`.

        Raises:
            CheckpointError: when the checkpoint came without one.
        """
        if self.tokenizer_model is None:
            raise CheckpointError(
                f"{self.source} carries no tokenizer; make one of its file, AlbertTokenizer(path), or of the bundled "
                "English one, AlbertTokenizer()"
            )
        return self.tokenizer_model
