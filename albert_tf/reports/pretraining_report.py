"""The report of a pretraining run: `report.md` and the curves of both objectives."""

from collections.abc import Sequence
from pathlib import Path

from albert_tf.atomic_files import write_files
from albert_tf.errors import MissingExtraError
from albert_tf.reports import plots
from albert_tf.reports.markdown import cell, number, table
from albert_tf.reports.pieces import Report

CURVES = "learning_curves.png"
PANELS = ("mlm_loss", "mlm_accuracy", "sop_loss", "sop_accuracy")
CHANCE = {"sop_accuracy": {"chance": 0.5}}


def write_pretraining_report(
    folder: str | Path,
    *,
    history: Sequence[dict],
    config: dict,
    settings: dict,
    versions: dict,
    seconds: float,
    notes: Sequence[str] = (),
) -> Report:
    """Writes `report.md` and its plot into a folder; without matplotlib the plot is left out, and that is noted.

    Args:
        folder: of the run.
        history: the records of `training.jsonl` that have a `step`.
        config: the model's configuration.
        settings: the recipe.
        versions: of the libraries.
        seconds: that the run took.
        notes: what people should know.

    Raises:
        CheckpointError: the folder cannot be written.
    """
    folder, missing, drawn = Path(folder), [], []
    try:
        plots.plot_curves(folder / CURVES, history, PANELS, CHANCE)
        drawn = [folder / CURVES]
    except MissingExtraError as error:
        missing = [f"The report has no plots: {error}"]
    evaluated = [record for record in history if "val_loss" in record]
    parts = [
        "# Pretraining",
        f"{history[-1]['step']:,} updates in {seconds / 3600:.2f} hours.",
        *([f"![Both objectives against optimizer steps]({CURVES})"] if drawn else []),
        *_results(history, evaluated),
        *(f"> {cell(line)}" for line in (*notes, *missing)),
        "## Recipe",
        table(["setting", "value"], [[cell(k), cell(v)] for k, v in settings.items()]),
        "## Model",
        table(["setting", "value"], [[cell(k), cell(v)] for k, v in config.items()]),
        table(["library", "version"], [[cell(k), cell(v)] for k, v in versions.items()]),
    ]
    path = folder / "report.md"
    write_files(folder, {path.name: "\n\n".join(parts) + "\n"})
    return Report(path, drawn, missing)


def _results(history, evaluated):
    """A table of the held-out examples, or of the training where there are none."""
    records, prefix, heading = evaluated, "val_", "Held-out examples"
    if not evaluated:
        records, prefix, heading = history[-1:], "", "Last updates of the training"
    shown = records if len(records) <= 12 else [*records[:: len(records) // 10], records[-1]]
    heads = ["update", "MLM loss (nats)", "MLM accuracy", "SOP loss (nats)", "SOP accuracy"]
    rows = [
        [f"{record['step']:,}", *(number(record[f"{prefix}{name}"]) for name in PANELS)]
        for record in shown
    ]
    return [f"## {heading}", table(heads, rows)]
