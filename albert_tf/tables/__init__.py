"""Tables of texts as people have them: csv, tsv, JSON, and exports of annotation tools, without pandas."""

from albert_tf.tables.table import TextTable, read_table, write_table

__all__ = ["TextTable", "read_table", "write_table"]
