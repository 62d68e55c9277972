"""Tables of texts as people have them: csv, tsv, JSON, and exports of annotation tools, without pandas."""

from albert_tf.tables.entities import EntityText, LabelledSpan, read_entities
from albert_tf.tables.table import TextTable, read_table, write_table

__all__ = ["EntityText", "LabelledSpan", "TextTable", "read_entities", "read_table", "write_table"]
