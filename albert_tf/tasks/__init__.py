"""Public tasks and the data that come with the package; labels, splits and metrics."""

from typing import TYPE_CHECKING

from albert_tf.lazy import lazy_names

if TYPE_CHECKING:
    from albert_tf.tables.choices import ChoiceQuestion, choice_examples, read_choices
    from albert_tf.tables.entities import EntityText, read_entities
    from albert_tf.tables.table import TextTable, read_table, write_table
    from albert_tf.tasks.choice_scores import choice_metrics
    from albert_tf.tasks.demo import (
        CLASS_NAMES,
        DEMO_DATA,
        copy_demo_data,
        demo_data,
        demo_entities,
    )
    from albert_tf.tasks.entity_scores import entity_metrics, entity_metrics_by_label
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
    from albert_tf.tasks.race import RaceQuestion, read_race
    from albert_tf.tasks.split import Split, check_overlap, split_table
    from albert_tf.tasks.squad import SquadQuestion, question_scores, read_squad, squad_metrics
    from albert_tf.tasks.squad_answers import (
        best_no_answer_threshold,
        squad_examples,
        squad_scores,
    )

__all__ = [
    "CLASS_NAMES",
    "DEMO_DATA",
    "GLUE_TASKS",
    "MAIN_METRIC",
    "ChoiceQuestion",
    "EntityText",
    "LabelSet",
    "RaceQuestion",
    "Split",
    "SquadQuestion",
    "TextTable",
    "best_no_answer_threshold",
    "check_labels",
    "check_overlap",
    "choice_examples",
    "choice_metrics",
    "classification_metrics",
    "confusion_counts",
    "copy_demo_data",
    "demo_data",
    "demo_entities",
    "encode_targets",
    "entity_metrics",
    "entity_metrics_by_label",
    "evaluate_scores",
    "glue_metrics",
    "multi_label_metrics",
    "per_class_table",
    "predicted_targets",
    "question_scores",
    "read_choices",
    "read_entities",
    "read_glue",
    "read_race",
    "read_squad",
    "read_table",
    "regression_metrics",
    "split_table",
    "squad_examples",
    "squad_metrics",
    "squad_scores",
    "write_table",
]

if not TYPE_CHECKING:  # for whom any name would be right otherwise
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "albert_tf.tables.choices": ("ChoiceQuestion", "choice_examples", "read_choices"),
            "albert_tf.tasks.choice_scores": ("choice_metrics",),
            "albert_tf.tasks.demo": (
                "CLASS_NAMES",
                "DEMO_DATA",
                "copy_demo_data",
                "demo_data",
                "demo_entities",
            ),
            "albert_tf.tasks.entity_scores": (
                "entity_metrics",
                "entity_metrics_by_label",
            ),
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
            "albert_tf.tasks.race": (
                "RaceQuestion",
                "read_race",
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
                "question_scores",
            ),
            "albert_tf.tasks.squad_answers": (
                "best_no_answer_threshold",
                "squad_examples",
                "squad_scores",
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
