"""Distillation: a teacher's sentence vectors and hidden states into an ALBERT."""

import albert_tf.backend  # noqa: F401
from albert_tf.distillation.cache import TeacherCache, build_cache, read_cache
from albert_tf.distillation.distill import DistillationResult, distill
from albert_tf.distillation.distiller import AlbertDistiller
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
