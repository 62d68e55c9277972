"""The report of a fine-tuning run: report.md and its plots."""

import functools
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from albert_tf.reports import plots
from albert_tf.reports.markdown import cell, clip, number, table
from albert_tf.reports.pieces import (
    Report,
    listed,
    page,
    pairs_table,
    results_table,
    shown_picture,
    training_pictures,
    verdict,
    write_pages,
)
from albert_tf.reports.records import RunRecord
from albert_tf.tasks.metrics import (
    confusion_counts,
    per_class_table,
    predicted_targets,
    row_losses,
)
from albert_tf.tasks.split import check_overlap

REMARKS = {
    "classification": "Macro F1 is the mean over classes; cross entropy is in nats; calibration "
    "error is the mean gap between confidence and accuracy.",
    "multi_label": "A label counts as predicted from a probability of 0.5 on.",
    "regression": "A correlation is n/a where one side is constant.",
}
SHOWN_MISTAKES = 20
SHOWN_CLASSES = 100
SHOWN_CONFUSIONS = 10
PERCENTILES = (50, 90, 95, 99, 100)


def write_report(folder: str | Path, record: RunRecord) -> Report:
    """Write `report.md` and its plots into a folder.

    Without matplotlib the report is complete but for the plots, and says, in the file and in the
    returned notes, which pip line adds them.

    Args:
        folder: made if it does not exist.
        record: the run.

    Returns:
        A `Report`.

    Raises:
        AlbertError: the folder cannot be written.
        DataError: a validation label is not known.
    """
    return write_pages(
        folder, _pictures(record), lambda drawn, notes: _compose(record, drawn, notes)
    )


def _pictures(record: RunRecord) -> dict[str, Callable[[Path], None]]:
    unit = "squared error" if record.task == "regression" else "nats"
    pictures = training_pictures(record, unit)
    predicted = predicted_targets(record.task, record.scores)
    if record.task == "classification":
        counts = confusion_counts(record.targets, predicted, len(record.labels))
        pictures["confusion.png"] = lambda path: plots.plot_confusion(
            path, counts, record.labels.names
        )
    elif record.task == "multi_label":
        classes = per_class_table(record.targets, predicted, record.labels.names)
        pictures["labels.png"] = lambda path: plots.plot_label_f1(
            path, classes.f1.to_numpy(), classes.support.to_numpy(), record.labels.names
        )
    else:
        pictures["predictions.png"] = lambda path: plots.plot_regression(
            path, record.targets, predicted
        )
    return pictures


def _compose(record: RunRecord, drawn: list[str], notes: list[str]) -> str:
    picture = functools.partial(shown_picture, drawn)
    sections = {
        f"# {cell(record.title)}": [verdict(record)],
        "## Results": [
            results_table(record),
            REMARKS[record.task],
            *[f"{each.name} counts {each.counted}." for each in record.baselines if each.counted],
            *[f"*The plots are missing: {cell(note)}.*" for note in notes],
        ],
        "## Training": [
            *picture("learning_curves.png", "Loss and metric against optimizer steps"),
            *picture("learning_rates.png", "Learning rates by depth"),
            listed(record.training_notes),
            pairs_table("setting", record.settings),
        ],
        "## Data": [
            _data_table(record),
            listed(_data_notes(record)),
        ],
        "## Mistakes": [
            *picture("confusion.png", "Confusion matrix"),
            *picture("labels.png", "F1 by label"),
            *picture("predictions.png", "Predicted against true values"),
            _confusion_table(record),
            _mistakes_table(record),
        ],
        "## Classes": [_classes_table(record)],
        "## Model and versions": [
            pairs_table("configuration", record.config),
            pairs_table("package", record.versions),
        ],
    }
    return page(sections)


def _data_table(record: RunRecord) -> str:
    tokens = bool(record.token_lengths)
    unit = "tokens" if tokens else "characters"
    rows = []
    for name, part in (("train", record.train), ("validation", record.validation)):
        lengths = record.token_lengths.get(name) if tokens else _characters(part)
        shown = ["", *[""] * len(PERCENTILES)]
        if lengths is not None and len(lengths):
            marks = np.percentile(lengths, PERCENTILES)
            shown = [number(float(np.mean(lengths)), 1), *[f"{mark:,.0f}" for mark in marks]]
        rows.append([name, cell(part.path.name), f"{len(part):,}", *shown])
    heads = [f"p{mark}" if mark < 100 else "longest" for mark in PERCENTILES]
    return table(["part", "file", "texts", f"{unit}: mean", *heads], rows)


def _characters(part) -> list[int]:
    pairs = part.pairs or [""] * len(part)
    return [len(text) + len(pair) for text, pair in zip(part.texts, pairs, strict=True)]


def _data_notes(record: RunRecord) -> list[str]:
    overlap = check_overlap(record.train, record.validation)
    notes = [*record.train.notes, *record.validation.notes, *record.notes]
    return list(dict.fromkeys([*notes, *([overlap] if overlap else [])]))


def _confusion_table(record: RunRecord) -> str:
    if record.task != "classification":
        return ""
    predicted = predicted_targets(record.task, record.scores)
    pairs = Counter(
        (int(true), int(guess))
        for true, guess in zip(record.targets, predicted, strict=True)
        if true != guess
    )
    if not pairs:
        return "Every validation text was classified right."
    names = record.labels.names
    rows = [
        [cell(names[true]), cell(names[guess]), str(count)]
        for (true, guess), count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    ]
    return table(["true class", "taken for", "texts"], rows[:SHOWN_CONFUSIONS])


def _mistakes_table(record: RunRecord) -> str:
    """List the texts with the highest loss among those answered wrong."""
    losses, wrong, heads, describe = _mistakes(record)
    order = [row for row in np.argsort(-losses, kind="stable") if wrong[row]][:SHOWN_MISTAKES]
    if not order:
        return ""
    rows = []
    for row in order:
        text = cell(clip(record.validation.texts[row]))
        if record.validation.pairs is not None:
            text += " ‖ " + cell(clip(record.validation.pairs[row]))
        rows.append([text, *describe(row), str(record.validation.lines[row])])
    intro = f"The {len(rows)} worst mistakes, by loss:"
    return intro + "\n\n" + table(["text", *heads, "line"], rows)


def _mistakes(record: RunRecord) -> tuple[np.ndarray, np.ndarray, list[str], Callable]:
    """Return each row's loss, whether it is wrong, and how to describe it in the table."""
    targets, scores = record.targets, record.scores
    predicted = predicted_targets(record.task, scores)
    if record.task == "regression":
        errors = np.abs(targets - scores)
        return (
            errors,
            errors > 0,
            ["true", "predicted"],
            lambda row: [
                number(float(targets[row])),
                number(float(scores[row])),
            ],
        )
    names = record.labels.names
    if record.task == "multi_label":
        chances = np.clip(np.where(targets == 1, scores, 1 - scores), 1e-12, 1.0)

        def listed(rows: np.ndarray) -> str:
            return cell(", ".join(names[each] for each in np.flatnonzero(rows)) or "none")

        losses, wrong = -np.log(chances).mean(1), np.any(predicted != targets, axis=1)
        return (
            losses,
            wrong,
            ["true", "predicted"],
            lambda row: [
                listed(targets[row]),
                listed(predicted[row]),
            ],
        )
    heads = ["true", "predicted", "probability of predicted", "of true"]
    return (
        row_losses(targets, scores),
        predicted != targets,
        heads,
        lambda row: [
            cell(names[targets[row]]),
            cell(names[predicted[row]]),
            number(float(scores[row, predicted[row]])),
            number(float(scores[row, targets[row]])),
        ],
    )


def _classes_table(record: RunRecord) -> str:
    if record.labels is None:
        return ""
    predicted = predicted_targets(record.task, record.scores)
    classes = per_class_table(record.targets, predicted, record.labels.names)
    labels = record.train.labels or []
    flat = labels if record.task == "classification" else [each for row in labels for each in row]
    trained = Counter(flat)
    worst = classes.sort_values("f1", kind="stable").head(SHOWN_CLASSES)
    rows = [
        [
            cell(name),
            f"{trained[name]:,}",
            f"{row['support']:,.0f}",
            *[number(row[column]) for column in ("precision", "recall", "f1")],
        ]
        for name, row in worst.iterrows()
    ]
    heads = ["class", "train texts", "validation texts", "precision", "recall", "F1"]
    shown = table(heads, rows)
    if len(classes) > len(worst):
        shown = f"The {len(worst)} classes with the lowest F1 of {len(classes)}.\n\n{shown}"
    return shown
