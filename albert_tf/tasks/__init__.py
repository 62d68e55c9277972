"""Tables of texts, public tasks, metrics, baselines and the report of a fine-tuning run."""

from albert_tf.tasks.labels import LabelSet, encode_targets
from albert_tf.tasks.metrics import (
    MAIN_METRIC,
    classification_metrics,
    confusion_counts,
    evaluate_scores,
    multi_label_metrics,
    per_class_table,
    regression_metrics,
)
from albert_tf.tasks.split import Split, check_overlap, split_table
from albert_tf.tasks.table import TextTable, read_table

__all__ = [
    "MAIN_METRIC",
    "LabelSet",
    "Split",
    "TextTable",
    "check_overlap",
    "classification_metrics",
    "confusion_counts",
    "encode_targets",
    "evaluate_scores",
    "multi_label_metrics",
    "per_class_table",
    "read_table",
    "regression_metrics",
    "split_table",
]
