"""Tables of texts, public tasks, metrics, baselines and the report of a fine-tuning run."""

from typing import TYPE_CHECKING

from albert_tf.lazy import lazy_names

if TYPE_CHECKING:
    from albert_tf.tables.entities import EntityText, read_entities
    from albert_tf.tables.table import TextTable, read_table, write_table
    from albert_tf.tasks.baselines import (
        BaselineResult,
        majority_baseline,
        run_baselines,
        tfidf_baseline,
    )
    from albert_tf.tasks.demo import CLASS_NAMES, DEMO_DATA, demo_data
    from albert_tf.tasks.entity_scores import entity_metrics, entity_metrics_by_label
    from albert_tf.tasks.exit_plot import plot_exits
    from albert_tf.tasks.glue import GLUE_TASKS, glue_metrics, read_glue
    from albert_tf.tasks.label_checks import check_labels
    from albert_tf.tasks.labels import LabelSet, encode_targets
    from albert_tf.tasks.metrics import (
        MAIN_METRIC,
        classification_metrics,
        confusion_counts,
        evaluate_scores,
        multi_label_metrics,
        per_class_table,
        predicted_targets,
        regression_metrics,
    )
    from albert_tf.tasks.pretraining_report import write_pretraining_report
    from albert_tf.tasks.race import RaceQuestion, read_race
    from albert_tf.tasks.records import RunRecord, installed_versions, read_history
    from albert_tf.tasks.report import Report, write_report
    from albert_tf.tasks.split import Split, check_overlap, split_table
    from albert_tf.tasks.squad import SquadQuestion, read_squad, squad_metrics

__all__ = [
    "CLASS_NAMES",
    "DEMO_DATA",
    "GLUE_TASKS",
    "MAIN_METRIC",
    "BaselineResult",
    "EntityText",
    "LabelSet",
    "RaceQuestion",
    "Report",
    "RunRecord",
    "Split",
    "SquadQuestion",
    "TextTable",
    "check_labels",
    "check_overlap",
    "classification_metrics",
    "confusion_counts",
    "demo_data",
    "encode_targets",
    "entity_metrics",
    "entity_metrics_by_label",
    "evaluate_scores",
    "glue_metrics",
    "installed_versions",
    "majority_baseline",
    "multi_label_metrics",
    "per_class_table",
    "plot_exits",
    "predicted_targets",
    "read_entities",
    "read_glue",
    "read_history",
    "read_race",
    "read_squad",
    "read_table",
    "regression_metrics",
    "run_baselines",
    "split_table",
    "squad_metrics",
    "tfidf_baseline",
    "write_pretraining_report",
    "write_report",
    "write_table",
]

if not TYPE_CHECKING:  # for whom any name would be right otherwise
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "albert_tf.tasks.baselines": (
                "BaselineResult",
                "majority_baseline",
                "run_baselines",
                "tfidf_baseline",
            ),
            "albert_tf.tasks.demo": (
                "CLASS_NAMES",
                "DEMO_DATA",
                "demo_data",
            ),
            "albert_tf.tasks.entity_scores": (
                "entity_metrics",
                "entity_metrics_by_label",
            ),
            "albert_tf.tasks.exit_plot": ("plot_exits",),
            "albert_tf.tasks.glue": (
                "GLUE_TASKS",
                "glue_metrics",
                "read_glue",
            ),
            "albert_tf.tasks.label_checks": ("check_labels",),
            "albert_tf.tasks.labels": (
                "LabelSet",
                "encode_targets",
            ),
            "albert_tf.tasks.metrics": (
                "MAIN_METRIC",
                "classification_metrics",
                "confusion_counts",
                "evaluate_scores",
                "multi_label_metrics",
                "per_class_table",
                "predicted_targets",
                "regression_metrics",
            ),
            "albert_tf.tasks.pretraining_report": ("write_pretraining_report",),
            "albert_tf.tasks.race": (
                "RaceQuestion",
                "read_race",
            ),
            "albert_tf.tasks.records": (
                "RunRecord",
                "installed_versions",
                "read_history",
            ),
            "albert_tf.tasks.report": (
                "Report",
                "write_report",
            ),
            "albert_tf.tasks.split": (
                "Split",
                "check_overlap",
                "split_table",
            ),
            "albert_tf.tasks.squad": (
                "SquadQuestion",
                "read_squad",
                "squad_metrics",
            ),
            "albert_tf.tables.entities": (
                "EntityText",
                "read_entities",
            ),
            "albert_tf.tables.table": (
                "TextTable",
                "read_table",
                "write_table",
            ),
        },
    )
