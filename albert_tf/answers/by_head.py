"""Which reader and which decoder belong to which head."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from albert_tf.answers.choice_reader import ChoiceReader
from albert_tf.answers.choices import ChoiceDecoder
from albert_tf.answers.entities import EntityReader, token_decoder
from albert_tf.answers.labels import LabelDecoder, ValueDecoder, names_or_numbers
from albert_tf.answers.questions import QuestionReader
from albert_tf.answers.readers import TextReader
from albert_tf.answers.spans import SpanDecoder

READERS: dict[str, Any] = {
    "multiple_choice": ChoiceReader,
    "question_answerer": QuestionReader,
    "text_classifier": TextReader,
    "text_embedder": TextReader,
    "text_regressor": TextReader,
    "token_classifier": EntityReader,
}
"""By the head's name; a head that is not here takes token ids only."""

DECODERS: dict[str, Any] = {
    "multiple_choice": lambda head: ChoiceDecoder(),
    "question_answerer": lambda head: SpanDecoder(**_chosen(head, SpanDecoder)),
    "text_classifier": lambda head: LabelDecoder(_names(head), head.get("multi_label", False)),
    "text_regressor": lambda head: ValueDecoder(),
    "token_classifier": lambda head: token_decoder(_names(head)),
}
"""By the head's name, made of a mapping of the head's own settings; a head that is not here gives no answers."""


def decoder_for(head: str | None, settings: Mapping[str, Any]) -> Any:
    """Returns what turns a head's outputs into answers; None for a head that gives none.

    Args:
        head: its name, such as `"text_classifier"`; None for a backbone.
        settings: of the head, as `head_config` of a model gives them: `num_classes`, `class_names`, `multi_label`.
    """
    make = DECODERS.get(head or "")
    return None if make is None else make(settings)


def _chosen(settings, decoder) -> dict[str, Any]:
    """Those settings of a head that its decoder has; a file of an earlier version may lack some."""
    names = [field.name for field in dataclasses.fields(decoder)]
    return {name: settings[name] for name in names if name in settings}


def _names(settings) -> tuple[str, ...]:
    names: Sequence[str] | None = settings.get("class_names")
    return names_or_numbers(names, settings["num_classes"])
