"""`distill`: from a teacher's answers to a trained student."""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np

from albert_tf.distillation.batches import DistillationBatches
from albert_tf.distillation.cache import TeacherCache
from albert_tf.distillation.distiller import AlbertDistiller
from albert_tf.distillation.recipe import DistillationRecipe
from albert_tf.distillation.start import group_ends
from albert_tf.errors import DataError
from albert_tf.random_state import seeded
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.training import FineTuningResult, fine_tune
from albert_tf.weights import Checkpoint

MOST_HELD_OUT = 1000
"""Texts that are held out unless told otherwise; of fewer than ten times as many, a tenth."""

MARK_LENGTH = 12
"""Characters of a SHA-256 that a run keeps, and people may have to read."""


@dataclasses.dataclass
class DistillationResult:
    """What a distillation has come to.

    Args:
        checkpoint: the student with its masked-token head, and the tokenizer: what `from_preset`
            reads once it is written with `write_preset`.
        training: the `FineTuningResult` of the run.
        held_out: losses on the held-out texts as they stand, by name; those in `training.history`
            read a share of them with masked tokens. `"vectors_loss"` is 1 - cosine to the teacher.
        tokens: how many were trained on, those of every epoch counted.
    """

    checkpoint: Checkpoint
    training: FineTuningResult
    held_out: dict[str, float]
    tokens: int


def distill(
    start: Checkpoint,
    cache: TeacherCache,
    tokenizer: AlbertTokenizer,
    *,
    run_dir: str | Path,
    recipe: DistillationRecipe | None = None,
    validation_texts: int | None = None,
    training_texts: int | None = None,
    masked_share: float = 0.25,
    mlm_weight: float = 0.1,
    classes: np.ndarray | None = None,
    class_weight: float = 1.0,
    dtype: str | None = None,
    resume: bool = False,
    verbose: str | int = "auto",
) -> DistillationResult:
    """Trains a student on the teacher's hidden states and sentence vectors, and on masked tokens.

    The losses, added up: squared error of the word states after the last application of each group,
    in units of the teacher's deviation; cosine distance of the mean-pooled vector, and of the pooled
    output, to the teacher's sentence vector; divergence of each text's neighbours within the batch;
    in a share of the batches, cross-entropy of masked tokens; and cross-entropy of the classes of those
    texts that have one, by a linear layer on the vector that is left behind in the end.

    Args:
        start: the student's weights, as from `student_checkpoint` or an earlier distillation.
        cache: the teacher's answers, with the layers at which the student's groups end.
        tokenizer: the student's, with which the cache was built.
        run_dir: folder of the run, as in `fine_tune`.
        recipe: how to train; an epoch is a pass over all texts. Default:
            `DistillationRecipe.named("default")`.
        validation_texts: texts that are held out, drawn by the recipe's seed. Default: 1,000, or a tenth
            where there are fewer than 10,000.
        training_texts: texts to train on, drawn from the others; default all of them.
        masked_share: share of the batches with masked tokens.
        mlm_weight: weight of their cross-entropy.
        classes: int `(texts of the cache,)`, the class of each text, counted from 0, or -1 where it has
            none. Default: no text has one.
        class_weight: weight of the classes' cross-entropy.
        dtype: dtype policy, e.g. `"mixed_bfloat16"`.
        resume: continue the run in `run_dir`, with the same cache, classes, weights and shares.
        verbose: as in `keras.Model.fit`.

    Raises:
        DataError: when there are too few texts, `classes` are not one a text, or the cache lacks a
            layer.
        CheckpointError, ConfigError, TrainingInterrupted: as in `fine_tune`.
    """
    recipe = recipe or DistillationRecipe.named("default")
    layers = group_ends(start.config)
    num_classes = _count_classes(classes, len(cache))
    learned, held_out = _split(len(cache), validation_texts, training_texts, recipe.seed)
    batches, validation, unmasked = (
        DistillationBatches(
            cache,
            texts,
            tokenizer,
            layers=layers,
            classes=classes,
            masked_share=share,
            batch_size=recipe.batch_size,
            order=order,
            seed=recipe.seed,
            max_length=start.config.max_position_embeddings,
        )
        for texts, order, share in (
            (learned, "shuffled", masked_share),
            (held_out, "given", masked_share),
            (held_out, "given", 0.0),
        )
    )
    with seeded(recipe.seed):
        student = AlbertDistiller.from_checkpoint(
            start,
            layers=layers,
            state_scales=cache.state_scales(layers),
            mlm_weight=mlm_weight,
            num_classes=num_classes,
            class_weight=class_weight,
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
        settings={
            "teacher_cache": cache.fingerprint[:MARK_LENGTH],
            "layers": layers,
            "masked_share": float(masked_share),
            "mlm_weight": float(mlm_weight),
            "classes": _mark_of(classes),
            "class_weight": float(class_weight),
        },
        verbose=verbose,
    )
    losses = student.evaluate(unmasked.dataset(), return_dict=True, verbose=0)
    tokens = int(batches.packed.lengths.sum()) * result.epochs
    checkpoint = _with_tokenizer(student.to_checkpoint(), tokenizer)
    longest = int(batches.packed.lengths.max())
    if "learned_positions" in start.extra:  # of a distillation that this one goes on from
        longest = max(longest, start.learned_positions)
    checkpoint.extra["learned_positions"] = longest
    return DistillationResult(checkpoint, result, losses, tokens)


def _count_classes(classes: np.ndarray | None, texts: int) -> int:
    if classes is None:
        return 0
    if classes.shape != (texts,):
        raise DataError(
            f"classes has shape {classes.shape}; expected ({texts},), one for each text"
        )
    count = int(classes.max()) + 1
    if count < 2:
        raise DataError(f"classes has {count} different; expected two or more, counted from 0")
    return count


def _mark_of(classes: np.ndarray | None) -> str | None:
    """What a run recognizes the classes by."""
    if classes is None:
        return None
    return hashlib.sha256(classes.astype("int32").tobytes()).hexdigest()[:MARK_LENGTH]


def _split(
    count: int, held_out: int | None, training: int | None, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    if held_out is None:
        held_out = min(MOST_HELD_OUT, max(1, count // 10))
    if not 1 <= held_out < count:
        raise DataError(
            f"{held_out} of {count} texts are to be held out; expected at least 1, and fewer than all"
        )
    if training is not None and not 1 <= training <= count - held_out:
        raise DataError(
            f"{training} texts are to be trained on; expected 1 to {count - held_out}, what "
            f"{held_out} held-out texts leave of {count}"
        )
    order = np.random.default_rng(seed).permutation(count)
    learned = order[held_out:] if training is None else order[held_out : held_out + training]
    return np.sort(learned), order[:held_out]


def _with_tokenizer(checkpoint: Checkpoint, tokenizer: AlbertTokenizer) -> Checkpoint:
    checkpoint.tokenizer_model = tokenizer.model_bytes
    checkpoint.lowercase = tokenizer.lowercase
    checkpoint.strip_accents = tokenizer.strip_accents
    checkpoint.extra["pooling"] = "mean"  # the heads' default, as the vectors were trained
    return checkpoint
