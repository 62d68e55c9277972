"""Distillation: a teacher's sentence vectors and hidden states into an ALBERT."""

from typing import TYPE_CHECKING

from albert_tf.lazy import lazy_names

if TYPE_CHECKING:
    from albert_tf.distillation.cache import TeacherCache, build_cache, read_cache
    from albert_tf.distillation.distiller import AlbertDistiller
    from albert_tf.distillation.loop import DistillationResult, distill
    from albert_tf.distillation.recipe import DistillationRecipe
    from albert_tf.distillation.start import student_checkpoint, student_config
    from albert_tf.distillation.teacher import SentenceTeacher

__all__ = [
    "AlbertDistiller",
    "DistillationRecipe",
    "DistillationResult",
    "SentenceTeacher",
    "TeacherCache",
    "build_cache",
    "distill",
    "read_cache",
    "student_checkpoint",
    "student_config",
]

if not TYPE_CHECKING:  # for whom any name would be right otherwise
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "albert_tf.distillation.cache": (
                "TeacherCache",
                "build_cache",
                "read_cache",
            ),
            "albert_tf.distillation.loop": (
                "DistillationResult",
                "distill",
            ),
            "albert_tf.distillation.distiller": ("AlbertDistiller",),
            "albert_tf.distillation.recipe": ("DistillationRecipe",),
            "albert_tf.distillation.start": (
                "student_checkpoint",
                "student_config",
            ),
            "albert_tf.distillation.teacher": ("SentenceTeacher",),
        },
    )
