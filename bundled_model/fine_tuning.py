"""A classifier fine-tuned from the bundled model, as every stage that measures one does it."""

import functools
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np

from albert_tf import AlbertTextClassifier, AlbertTokenizer
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from albert_tf.tasks import LabelSet, TextTable, encode_targets
from albert_tf.training import FineTuningRecipe, fine_tune
from albert_tf.weights.reading import PRESETS

PRESET = PRESETS / "albert_small_en"
RECIPES = Path(__file__).parent / "recipes.json"
BASE_RECIPE = "albert_small_en"
SEQUENCE_LENGTH = 128


@functools.cache
def weights_sha256() -> str:
    """Returns the hash of the bundled weights, by which the logs tell old measurements from new ones."""
    return hashlib.sha256((PRESET / "model.safetensors").read_bytes()).hexdigest()


def read_lines(log: Path) -> list[dict]:
    """Returns the lines of a log; none where there is no log yet."""
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


def read_log(log: Path) -> list[dict]:
    """Returns the lines of a log that were measured with the present weights."""
    return [line for line in read_lines(log) if line["weights_sha256"] == weights_sha256()]


def append_line(log: Path, line: dict) -> None:
    """Adds a line about the present weights to a log."""
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"weights_sha256": weights_sha256(), **line}) + "\n")


def measure_rows(log: Path, rows: list[str], work: Path, measure) -> None:
    """Adds a line to a log for each row that it lacks.

    Args:
        log: of lines with a `row`.
        rows: keys of `ROWS`.
        work: parent of the folders of the fine-tunings, which are removed when their line is written.
        measure: takes a row and its folder, and returns the line.
    """
    done = {line["row"] for line in read_log(log)}
    for row in rows:
        if row in done:
            continue
        line = measure(row, work / row)
        append_line(log, line)
        shutil.rmtree(work / row)
        print(line)


def recipe_of(row: str, seed: int) -> FineTuningRecipe:
    """Returns the row's recipe, which `bundled_model.recipes` chose on held-out training texts."""
    changes = json.loads(RECIPES.read_text("utf-8"))[row]
    return FineTuningRecipe.named(BASE_RECIPE, **changes, seed=seed)


def fine_tuned(train: TextTable, recipe: FineTuningRecipe, work: Path, *, early_exit: bool = False):
    """Fine-tunes the bundled model in bfloat16; a fine-tuning that was stopped goes on.

    Args:
        train: labelled texts.
        recipe: all of them are trained on, for all its epochs.
        work: folder of the run.
        early_exit: whether each layer gets an output layer.

    Returns:
        The `AlbertTextClassifier`, which computes in float32, and the result of `fine_tune`.
    """
    labels = LabelSet.from_table(train)
    model = _classifier(labels, early_exit, "mixed_bfloat16")
    result = fine_tune(
        model,
        (train.texts, encode_targets(train, labels)),
        recipe=recipe,
        run_dir=work,
        resume=(work / "training.jsonl").exists(),
        verbose=2,
    )
    exact = _classifier(labels, early_exit, "float32")
    exact.set_weights(model.get_weights())
    return exact, result


def _classifier(labels: LabelSet, early_exit: bool, dtype: str) -> AlbertTextClassifier:
    return AlbertTextClassifier.from_preset(
        str(PRESET),
        num_classes=len(labels),
        class_names=list(labels.names),
        early_exit=early_exit,
        dtype=dtype,
        preprocessor=AlbertTextClassifierPreprocessor(
            AlbertTokenizer(), sequence_length=SEQUENCE_LENGTH
        ),
    )


def accuracy_of(scores: np.ndarray, table: TextTable, labels) -> float:
    """Returns the share of texts whose best class is theirs.

    Args:
        scores: `(texts, classes)`, logits or probabilities.
        table: the texts, with labels.
        labels: the model's, in the order of the classes.
    """
    targets = encode_targets(table, LabelSet(tuple(labels)))
    return float(np.mean(np.argmax(scores, axis=1) == targets))
