"""Tables of texts as people have them: csv, tsv, JSON, and exports of annotation tools, without pandas."""

from albert_tf.tables.choices import ChoiceQuestion, choice_examples, read_choices
from albert_tf.tables.class_tags import entity_tags
from albert_tf.tables.entities import (
    EntityText,
    LabelledSpan,
    entity_types,
    read_entities,
    texts_and_entities,
)
from albert_tf.tables.table import TextTable, read_table, write_table

__all__ = [
    "ChoiceQuestion",
    "EntityText",
    "LabelledSpan",
    "TextTable",
    "choice_examples",
    "entity_tags",
    "entity_types",
    "read_choices",
    "read_entities",
    "read_table",
    "texts_and_entities",
    "write_table",
]
