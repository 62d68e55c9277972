"""What a run leaves for people: the report with its plots and tables, and the baselines that a model must beat."""

from typing import TYPE_CHECKING

from albert_tf.lazy import lazy_names

if TYPE_CHECKING:
    from albert_tf.reports.answer_report import AnswerRecord, write_answer_report
    from albert_tf.reports.baselines import (
        BaselineResult,
        majority_baseline,
        run_baselines,
        tfidf_baseline,
    )
    from albert_tf.reports.baselines_of_choices import choice_baselines
    from albert_tf.reports.baselines_of_entities import entity_baselines
    from albert_tf.reports.baselines_of_questions import question_baselines
    from albert_tf.reports.dictionary import EntityDictionary
    from albert_tf.reports.exit_plot import plot_exits
    from albert_tf.reports.pieces import Report
    from albert_tf.reports.pretraining_report import write_pretraining_report
    from albert_tf.reports.records import (
        RunRecord,
        TrainingRecord,
        installed_versions,
        read_history,
    )
    from albert_tf.reports.report import write_report

__all__ = [
    "AnswerRecord",
    "BaselineResult",
    "EntityDictionary",
    "Report",
    "RunRecord",
    "TrainingRecord",
    "choice_baselines",
    "entity_baselines",
    "installed_versions",
    "majority_baseline",
    "plot_exits",
    "question_baselines",
    "read_history",
    "run_baselines",
    "tfidf_baseline",
    "write_answer_report",
    "write_pretraining_report",
    "write_report",
]

if not TYPE_CHECKING:  # for whom any name would be right otherwise
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "albert_tf.reports.answer_report": (
                "AnswerRecord",
                "write_answer_report",
            ),
            "albert_tf.reports.baselines": (
                "BaselineResult",
                "majority_baseline",
                "run_baselines",
                "tfidf_baseline",
            ),
            "albert_tf.reports.baselines_of_choices": ("choice_baselines",),
            "albert_tf.reports.baselines_of_entities": ("entity_baselines",),
            "albert_tf.reports.baselines_of_questions": ("question_baselines",),
            "albert_tf.reports.dictionary": ("EntityDictionary",),
            "albert_tf.reports.exit_plot": ("plot_exits",),
            "albert_tf.reports.pretraining_report": ("write_pretraining_report",),
            "albert_tf.reports.records": (
                "RunRecord",
                "TrainingRecord",
                "installed_versions",
                "read_history",
            ),
            "albert_tf.reports.pieces": ("Report",),
            "albert_tf.reports.report": ("write_report",),
        },
    )
