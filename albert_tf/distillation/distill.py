"""`distill`: from a teacher's answers to a trained student."""

import dataclasses
from pathlib import Path

import numpy as np

from albert_tf.distillation.batches import DistillationBatches
from albert_tf.distillation.cache import TeacherCache
from albert_tf.distillation.distiller import AlbertDistiller
from albert_tf.distillation.recipe import DistillationRecipe
from albert_tf.distillation.start import group_ends
from albert_tf.errors import DataError
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.training import FineTuningResult, fine_tune
from albert_tf.weights import Checkpoint


@dataclasses.dataclass
class DistillationResult:
    """What a distillation has come to.

    Args:
        checkpoint: the student with its masked-token head, and the tokenizer: what `from_preset`
            reads once it is written with `write_preset`.
        training: the `FineTuningResult` of the run.
    """

    checkpoint: Checkpoint
    training: FineTuningResult


def distill(
    start: Checkpoint,
    cache: TeacherCache,
    tokenizer: AlbertTokenizer,
    *,
    run_dir: str | Path,
    recipe: DistillationRecipe | None = None,
    validation_texts: int = 1000,
    masked_share: float = 0.25,
    mlm_weight: float = 0.1,
    dtype: str | None = None,
    resume: bool = False,
    verbose: str | int = "auto",
) -> DistillationResult:
    """Trains a student on the teacher's hidden states and sentence vectors, and on masked tokens.

    The losses, added up: squared error of the word states after the last application of each group,
    in units of the teacher's deviation; cosine distance of the mean-pooled vector, and of the pooled
    output, to the teacher's sentence vector; divergence of each text's neighbours within the batch;
    and, in a share of the batches, cross-entropy of masked tokens.

    Args:
        start: the student's weights, as from `student_checkpoint` or an earlier distillation.
        cache: the teacher's answers, with the layers at which the student's groups end.
        tokenizer: the student's, with which the cache was built.
        run_dir: folder of the run, as in `fine_tune`.
        recipe: how to train; an epoch is a pass over all texts. Default:
            `DistillationRecipe.named("default")`.
        validation_texts: texts that are held out, drawn by the recipe's seed.
        masked_share: share of the batches with masked tokens.
        mlm_weight: weight of their cross-entropy.
        dtype: dtype policy, e.g. `"mixed_bfloat16"`.
        resume: continue the run in `run_dir`.
        verbose: as in `keras.Model.fit`.

    Raises:
        DataError: when there are too few texts, or the cache lacks a layer.
        CheckpointError, ConfigError, TrainingInterrupted: as in `fine_tune`.
    """
    recipe = recipe or DistillationRecipe.named("default")
    layers = group_ends(start.config)
    training_texts, held_out = _split(len(cache), validation_texts, recipe.seed)
    batches, validation = (
        DistillationBatches(
            cache,
            texts,
            tokenizer,
            layers=layers,
            masked_share=masked_share,
            batch_size=recipe.batch_size,
            order=order,
            seed=recipe.seed,
        )
        for texts, order in ((training_texts, "shuffled"), (held_out, "given"))
    )
    student = AlbertDistiller.from_checkpoint(
        start,
        layers=layers,
        state_scales=cache.state_scales(layers),
        mlm_weight=mlm_weight,
        return_all_layers=True,
        dtype=dtype,
    )
    result = fine_tune(
        student,
        batches,
        validation,
        recipe=recipe,
        run_dir=run_dir,
        resume=resume,
        verbose=verbose,
    )
    return DistillationResult(_with_tokenizer(student.to_checkpoint(), tokenizer), result)


def _split(count: int, held_out: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    if not 1 <= held_out < count:
        raise DataError(
            f"{held_out} of {count} texts are to be held out; expected at least 1, and fewer than all"
        )
    order = np.random.default_rng(seed).permutation(count)
    return np.sort(order[held_out:]), order[:held_out]


def _with_tokenizer(checkpoint: Checkpoint, tokenizer: AlbertTokenizer) -> Checkpoint:
    checkpoint.tokenizer_model = tokenizer.model_bytes
    checkpoint.lowercase = tokenizer.lowercase
    checkpoint.strip_accents = tokenizer.strip_accents
    checkpoint.extra["pooling"] = "mean"  # the heads' default, as the vectors were trained
    return checkpoint
