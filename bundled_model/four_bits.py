"""Stage 7: four bits with the bundled model, rounded after the training and trained for.

python -m bundled_model.four_bits --data DATA

Fine-tunes with the row's recipe and `weight_bits=4`, so that the model learns with rounded weights, exports it to int4,
and measures the file beside the float32 model and its int4 file of the same seed in `quality.jsonl`.
"""

import dataclasses
from pathlib import Path

from bundled_model.card import FOUR_BITS, QUALITY, write_tables
from bundled_model.data import ROWS, parse_stage
from bundled_model.fine_tuning import fine_tuned, measure_rows, read_log, recipe_of
from bundled_model.quality import measure_file

MEASURED = ("banking77", "sst2")
SEED = 0


def measure(row: str, before: dict, data: Path | None, work: Path) -> dict:
    """Returns the line of the log.

    Args:
        row: key of `ROWS`.
        before: the line of `quality.jsonl` with the row's accuracy without rounding, and rounded afterwards.
        data: folder of the texts.
        work: folder of the run.
    """
    train, test = ROWS[row].read(data, SEED)
    recipe = dataclasses.replace(recipe_of(row, SEED), weight_bits=4)
    model, _ = fine_tuned(train, recipe, work)
    logits = model.predict(test.texts, batch_size=64, verbose=0)
    trained = measure_file(model, "int4", test, logits, work)
    return {
        "row": row,
        "seed": SEED,
        "accuracy": before["accuracy"],
        "int4_accuracy": before["int4_accuracy"],
        "trained_int4_accuracy": trained["int4_accuracy"],
        "int4_bytes": trained["int4_bytes"],
    }


def main() -> None:
    """Measures what the log lacks, and writes the tables."""
    args, rows = parse_stage(__doc__, "runs/small_en/four_bits", MEASURED)
    quality = {line["row"]: line for line in read_log(QUALITY) if line["seed"] == SEED}
    for row in rows:
        if row not in quality:
            raise SystemExit(f"{row} is not in {QUALITY} yet; run python -m bundled_model.quality")
    measure_rows(
        FOUR_BITS, rows, args.work, lambda row, work: measure(row, quality[row], args.data, work)
    )
    write_tables()


if __name__ == "__main__":
    main()
