"""Which reader and which decoder belong to which head."""

from collections.abc import Mapping, Sequence
from typing import Any

from albert_tf.answers.choice_reader import ChoiceReader
from albert_tf.answers.choices import ChoiceDecoder
from albert_tf.answers.entities import EntityReader, token_decoder
from albert_tf.answers.labels import LabelDecoder, ValueDecoder, names_or_numbers
from albert_tf.answers.mask_reader import MaskReader
from albert_tf.answers.masks import MaskDecoder
from albert_tf.answers.questions import QuestionReader
from albert_tf.answers.readers import TextReader
from albert_tf.answers.spans import span_decoder
from albert_tf.tokenizer import AlbertTokenizer

READERS: dict[str, Any] = {
    "masked_lm": MaskReader,
    "multiple_choice": ChoiceReader,
    "question_answerer": QuestionReader,
    "text_classifier": TextReader,
    "text_embedder": TextReader,
    "text_regressor": TextReader,
    "token_classifier": EntityReader,
}
"""By the head's name; a head that is not here takes token ids only."""

DECODERS: dict[str, Any] = {
    "masked_lm": lambda head, tokenizer: MaskDecoder(tokenizer),
    "multiple_choice": lambda head, _: ChoiceDecoder(),
    "question_answerer": lambda head, _: span_decoder(head),
    "text_classifier": lambda head, _: LabelDecoder(_names(head), head.get("multi_label", False)),
    "text_regressor": lambda head, _: ValueDecoder(),
    "token_classifier": lambda head, _: token_decoder(_names(head)),
}
"""By the head's name, made of the head's own settings and of the tokenizer, which may be None; a head that is not here
gives no answers."""


def decoder_for(
    head: str | None, settings: Mapping[str, Any], tokenizer: AlbertTokenizer | None = None
) -> Any:
    """Returns what turns a head's outputs into answers; None for a head that gives none.

    Args:
        head: its name, such as `"text_classifier"`; None for a backbone.
        settings: of the head, as `head_config` of a model gives them: `num_classes`, `class_names`, `multi_label`.
        tokenizer: whose pieces the outputs may speak of; None for a model that takes token ids only.
    """
    make = DECODERS.get(head or "")
    return None if make is None else make(settings, tokenizer)


def _names(settings) -> tuple[str, ...]:
    names: Sequence[str] | None = settings.get("class_names")
    return names_or_numbers(names, settings["num_classes"])
