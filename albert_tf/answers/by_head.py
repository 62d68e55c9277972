"""Which reader and which decoder belong to which head."""

from collections.abc import Mapping, Sequence
from typing import Any

from albert_tf.answers.choice_reader import ChoiceReader
from albert_tf.answers.choices import ChoiceDecoder
from albert_tf.answers.labels import LabelDecoder, ValueDecoder, names_or_numbers
from albert_tf.answers.mask_reader import MaskReader
from albert_tf.answers.masks import MaskDecoder
from albert_tf.answers.readers import TextReader

VOCABULARY = "vocabulary"
"""In the settings of a head: the tokenizer of its preprocessor, or None."""

READERS: dict[str, Any] = {
    "masked_lm": MaskReader,
    "multiple_choice": ChoiceReader,
    "text_classifier": TextReader,
    "text_embedder": TextReader,
    "text_regressor": TextReader,
}
"""By the head's name; a head that is not here takes token ids only."""

DECODERS: dict[str, Any] = {
    "masked_lm": lambda head: MaskDecoder(head.get(VOCABULARY)),
    "multiple_choice": lambda head: ChoiceDecoder(),
    "text_classifier": lambda head: LabelDecoder(_names(head), head.get("multi_label", False)),
    "text_regressor": lambda head: ValueDecoder(),
}
"""By the head's name, made of a mapping of the head's own settings; a head that is not here gives no answers."""


def decoder_for(head: str | None, settings: Mapping[str, Any]) -> Any:
    """Returns what turns a head's outputs into answers; None for a head that gives none.

    Args:
        head: its name, such as `"text_classifier"`; None for a backbone.
        settings: of the head, as `head_config` of a model gives them: `num_classes`, `class_names`, `multi_label`;
            and the `VOCABULARY` that it reads.
    """
    make = DECODERS.get(head or "")
    return None if make is None else make(settings)


def _names(settings) -> tuple[str, ...]:
    names: Sequence[str] | None = settings.get("class_names")
    return names_or_numbers(names, settings["num_classes"])
