"""From data to a fine-tuned model with a report, in one call: reads, splits, builds, trains, judges, saves."""

from typing import TYPE_CHECKING

from albert_tf.lazy import lazy_names

if TYPE_CHECKING:
    from albert_tf.finetuning.glue_suite import GlueResults, run_glue
    from albert_tf.finetuning.glue_table import GlueRun
    from albert_tf.finetuning.one_call import Finetuned, finetune
    from albert_tf.finetuning.start import ModelStart
    from albert_tf.finetuning.task import Evaluation, FineTuningTask, Parts
    from albert_tf.finetuning.task_table import TASKS, TaskEntry
    from albert_tf.finetuning.watcher import Watcher

__all__ = [
    "TASKS",
    "Evaluation",
    "FineTuningTask",
    "Finetuned",
    "GlueResults",
    "GlueRun",
    "ModelStart",
    "Parts",
    "TaskEntry",
    "Watcher",
    "finetune",
    "run_glue",
]

if not TYPE_CHECKING:  # for whom any name would be right otherwise
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "albert_tf.finetuning.glue_suite": (
                "GlueResults",
                "run_glue",
            ),
            "albert_tf.finetuning.glue_table": ("GlueRun",),
            "albert_tf.finetuning.one_call": (
                "Finetuned",
                "finetune",
            ),
            "albert_tf.finetuning.start": ("ModelStart",),
            "albert_tf.finetuning.task": (
                "Evaluation",
                "FineTuningTask",
                "Parts",
            ),
            "albert_tf.finetuning.task_table": (
                "TASKS",
                "TaskEntry",
            ),
            "albert_tf.finetuning.watcher": ("Watcher",),
        },
    )
