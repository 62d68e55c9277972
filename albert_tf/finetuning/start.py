"""`ModelStart`: what a fine-tuning starts from, a preset or random weights, and how the model is built on it."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from albert_tf.config import AlbertConfig
from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.finetuning.record import ORIGIN
from albert_tf.models import AlbertBackbone, AlbertQuestionAnswerer, AlbertTask
from albert_tf.models.early_exit import EarlyExitTask
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.weights import Checkpoint, read_checkpoint, read_training_record

BUNDLED = "albert_small_en"
"""The preset that comes with the package."""

SMALLEST = "tiny"
"""Size of the random weights where none is named."""

RECIPES = {None: "from-scratch", BUNDLED: BUNDLED}
"""The recipe of a start, by its preset."""


@dataclass(frozen=True, kw_only=True)
class ModelStart:
    """What a fine-tuning starts from.

    Attributes:
        preset: as for `from_preset`: a folder, `hf://owner/name`, or `"albert_small_en"`; None starts from random
            weights.
        size: of the random weights, e.g. `"tiny"`; see `AlbertConfig.named`.
        tokenizer: path of a SentencePiece model, a `vocab.txt` or a `tokenizer.json` instead of the preset's own;
            random weights get a word table of its size.
        cased: whether the tokenizer keeps capitals and accents, where it is not the preset's own.
        sequence_length: longest text in tokens; None takes the task's.
        dtype: of the backbone, such as `"mixed_bfloat16"`.
        remat: less memory for long texts, a third more compute.
        hidden_dropout_prob: dropout of embeddings and blocks in the training, against learning its texts by heart; None
            keeps the preset's own: 0 for `albert_small_en` and ALBERT v2.
        attention_bias: add the learned attention bias.
        early_exit: an output layer after every layer; classifiers and regressors have it.
        end_conditioned_on_start: ALBERT's own head of SQuAD v2.0; question answerers have it.

    Raises:
        ConfigError: when both a preset and a size are named.

    Example:
    ```python
    import albert_tf
    from albert_tf.finetuning import ModelStart

    start = ModelStart(preset="albert_small_en", sequence_length=64, early_exit=True)
    # finetuned = albert_tf.finetune("reviews.csv", preset=start)
    ```
    """

    preset: str | Path | None = None
    size: str | None = None
    tokenizer: str | Path | None = None
    cased: bool = False
    sequence_length: int | None = None
    dtype: str | None = None
    remat: bool = False
    hidden_dropout_prob: float | None = None
    attention_bias: bool = False
    early_exit: bool = False
    end_conditioned_on_start: bool = False

    def __post_init__(self):
        if self.preset is not None and self.size is not None:
            raise ConfigError(
                f"a start has the preset {self.preset!r} and the size {self.size!r} of random weights; name one of them"
            )

    @property
    def recipe(self) -> str:
        """Name of the recipe that suits these weights; what was fine-tuned from the bundled preset has its recipe."""
        name = str(self.preset) if self.preset else None
        if name in RECIPES:
            return RECIPES[name]
        is_its_kin = read_training_record(str(name)).get(ORIGIN) == BUNDLED
        return BUNDLED if is_its_kin else "default"

    @property
    def described(self) -> str:
        """The start in words, for a model's record."""
        return (
            str(self.preset) if self.preset else f"random weights of size {self.size or SMALLEST}"
        )

    def build(
        self, model_class: type[AlbertTask], sequence_length: int, **options: Any
    ) -> AlbertTask:
        """Builds a model for raw text on these weights; what they lack, as the head, starts at random.

        Args:
            model_class: of the model; its `preprocessor_cls` takes a tokenizer and a `sequence_length`.
            sequence_length: longest text in tokens, where the start names none; windows may be shorter, see
                `AlbertPreprocessor.usual_length`.
            **options: arguments of the model, such as `num_classes`.

        Raises:
            CheckpointError: when the weights cannot be read, or come without a tokenizer.
            ConfigError: when an option does not fit the model.
        """
        checkpoint = self._checkpoint()
        config = checkpoint.config
        if self.hidden_dropout_prob is not None:
            config = config.replace(hidden_dropout_prob=self.hidden_dropout_prob)
        if self.attention_bias:
            config = config.replace(use_relative_attention_bias=True)
        if self.early_exit:
            if not issubclass(model_class, EarlyExitTask):
                raise ConfigError(
                    f"ModelStart.early_exit is set, but {model_class.__name__} has no early exits; leave it out"
                )
            options["early_exit"] = True
        if self.end_conditioned_on_start:
            if not issubclass(model_class, AlbertQuestionAnswerer):
                raise ConfigError(
                    f"ModelStart.end_conditioned_on_start is set, but {model_class.__name__} finds no start and end; "
                    "leave it out"
                )
            options["end_conditioned_on_start"] = True
        if model_class.preprocessor_cls is None:
            raise ConfigError(
                f"{model_class.__name__} takes token ids only, so it cannot be fine-tuned on raw text"
            )
        reader = model_class.preprocessor_cls
        length = self.sequence_length or reader.usual_length(checkpoint, sequence_length)
        preprocessor = reader(self._tokenizer(checkpoint), sequence_length=length)
        return model_class.from_checkpoint(
            checkpoint,
            config,
            preprocessor=preprocessor,
            dtype=self.dtype,
            remat=self.remat,
            **options,
        )

    def _checkpoint(self) -> Checkpoint:
        if self.preset is not None:
            return read_checkpoint(self.preset)
        size = self.size or SMALLEST
        config = AlbertConfig.named(size)
        if self.tokenizer is not None:
            tokenizer = self._tokenizer(None)
            config = config.replace(vocab_size=tokenizer.vocab_size, pad_token_id=tokenizer.pad_id)
        arrays = AlbertBackbone(config).to_checkpoint().arrays
        return Checkpoint(config, arrays, source=f"a new ALBERT {size}")

    def _tokenizer(self, checkpoint: Checkpoint | None) -> AlbertTokenizer:
        keep = False if self.cased else None
        cased: dict[str, Any] = {"lowercase": keep, "strip_accents": keep}
        if self.tokenizer is not None:
            return AlbertTokenizer(self.tokenizer, **cased)
        if self.preset is None:
            return AlbertTokenizer(**cased)
        if checkpoint is None or checkpoint.tokenizer_model is None:
            raise CheckpointError(
                f"{self.preset} carries no tokenizer; name a file with ModelStart.tokenizer"
            )
        return AlbertTokenizer.from_bytes(
            checkpoint.tokenizer_model, **checkpoint.tokenizer_options()
        )


def as_start(preset: str | Path | ModelStart | None, sequence_length: int | None) -> ModelStart:
    """Returns what `finetune` is given as `preset`, with the `sequence_length` where one is given."""
    start = preset if isinstance(preset, ModelStart) else ModelStart(preset=preset)
    if sequence_length is None:
        return start
    return dataclasses.replace(start, sequence_length=sequence_length)
