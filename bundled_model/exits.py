"""Stage 6: what leaving early costs and saves with the bundled model.

python -m bundled_model.exits --data DATA

Fine-tunes with an exit after every layer on nine tenths of the training texts, chooses the setting on the last tenth
(fewest layers within half a point), and measures it and full depth on the test split, all with the int8 file.
"""

from pathlib import Path

from albert_tf.export import TFLiteRunner, export_tflite, find_knee, measure_exits
from albert_tf.export.parity import ANY_DIFFERENCE
from albert_tf.tasks import split_table
from bundled_model.card import EXITS, write_tables
from bundled_model.data import ROWS, parse_stage
from bundled_model.fine_tuning import fine_tuned, measure_rows, recipe_of

MEASURED = ("uci", "banking77", "sst2")
SEED = 0


def measure(row: str, data: Path | None, work: Path) -> dict:
    """Returns the line of the log."""
    table, test = ROWS[row].read(data, SEED)
    split = split_table(table, 0.1, seed=SEED)
    model, _ = fine_tuned(split.train, recipe_of(row, SEED), work, early_exit=True)
    path = work / "model.tflite"
    export_tflite(model, path, texts=split.validation.texts[:200], limits=ANY_DIFFERENCE)
    runner = TFLiteRunner(path)
    knee = find_knee(
        measure_exits(runner, split.validation.texts, _accuracy_on(split.validation.labels))
    )
    return {
        "row": row,
        "controls": knee.controls,
        "full": _measured(runner, test, {}),
        "early": _measured(runner, test, knee.controls),
        "num_layers": model.config.num_hidden_layers,
    }


def _measured(runner, test, controls) -> dict:
    runner.set_controls(**controls)
    predictions = runner(test.texts)
    layers = [prediction.layers for prediction in predictions]
    return {
        "accuracy": _accuracy_on(test.labels)(predictions),
        "mean_layers": sum(layers) / len(layers),
    }


def _accuracy_on(labels):
    def accuracy(predictions):
        hits = [p.label == label for p, label in zip(predictions, labels, strict=True)]
        return sum(hits) / len(hits)

    return accuracy


def main() -> None:
    """Measures what the log lacks, and writes the tables."""
    args, rows = parse_stage(__doc__, "runs/small_en/exits", MEASURED)
    measure_rows(EXITS, rows, args.work, lambda row, work: measure(row, args.data, work))
    write_tables()


if __name__ == "__main__":
    main()
