"""What a run leaves for people: the report with its plots and tables, and the baselines that a model must beat."""

from typing import TYPE_CHECKING

from albert_tf.lazy import lazy_names

if TYPE_CHECKING:
    from albert_tf.reports.baselines import (
        BaselineResult,
        majority_baseline,
        run_baselines,
        tfidf_baseline,
    )
    from albert_tf.reports.baselines_of_choices import choice_baselines
    from albert_tf.reports.dictionary import EntityDictionary
    from albert_tf.reports.exit_plot import plot_exits
    from albert_tf.reports.pretraining_report import write_pretraining_report
    from albert_tf.reports.records import RunRecord, installed_versions, read_history
    from albert_tf.reports.report import Report, write_report

__all__ = [
    "BaselineResult",
    "EntityDictionary",
    "Report",
    "RunRecord",
    "choice_baselines",
    "installed_versions",
    "majority_baseline",
    "plot_exits",
    "read_history",
    "run_baselines",
    "tfidf_baseline",
    "write_pretraining_report",
    "write_report",
]

if not TYPE_CHECKING:  # for whom any name would be right otherwise
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "albert_tf.reports.baselines": (
                "BaselineResult",
                "majority_baseline",
                "run_baselines",
                "tfidf_baseline",
            ),
            "albert_tf.reports.baselines_of_choices": ("choice_baselines",),
            "albert_tf.reports.dictionary": ("EntityDictionary",),
            "albert_tf.reports.exit_plot": ("plot_exits",),
            "albert_tf.reports.pretraining_report": ("write_pretraining_report",),
            "albert_tf.reports.records": (
                "RunRecord",
                "installed_versions",
                "read_history",
            ),
            "albert_tf.reports.report": (
                "Report",
                "write_report",
            ),
        },
    )
