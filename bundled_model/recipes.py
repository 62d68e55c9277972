"""Stage 4: the recipe of each row of the quality table, chosen on held-out training texts.

python -m bundled_model.recipes --data DATA

No test text is looked at. Each candidate is trained on a part of the row's training texts and measured on the rest;
rows of few texts are split several times. Where there are 32 texts, too few to hold some out, another set's training
texts stand in: as many of them to train on, and the rest to measure. The log keeps every trial; one that it already
holds for these weights is not run again; `recipes.json` gets the best candidate of each row, and keeps what it says of
rows not tried yet.
"""

import json
import shutil
from pathlib import Path
from statistics import mean

from albert_tf.tasks import split_table
from albert_tf.training import FineTuningRecipe
from bundled_model.data import ROWS, few_shot, parse_stage
from bundled_model.fine_tuning import (
    BASE_RECIPE,
    RECIPES,
    accuracy_of,
    append_line,
    fine_tuned,
    read_log,
)

LOG = Path(__file__).parent / "recipes.jsonl"

MOST_TEXTS = 20_000
"""A trial trains on no more: learning rates of two hours are chosen in minutes."""

HELD_OUT = {"banking77_10": 0.2}
DRAWS = {"banking77_10": (0, 1), "sms_16": (0, 1, 2, 3, 4), "uci": (0, 1)}
STAND_INS = {"sms_16": ("uci", 16)}
"""Row -> another row, and how many of its training texts a class has to learn from."""


def _grid(learning_rates, **others) -> tuple[dict, ...]:
    return tuple({"learning_rate": rate, **others} for rate in learning_rates)


CANDIDATES = {
    "banking77_10": _grid((1e-4, 2e-4), epochs=12),
    "sms_16": (*_grid((5e-5, 1e-4, 2e-4), epochs=10), *_grid((1e-4,), epochs=30)),
    "uci": _grid((1e-4, 2e-4), epochs=4),
    "sms": _grid((1e-4, 2e-4), epochs=4),
    "banking77": _grid((1e-4, 2e-4), epochs=5),
    "sst2": _grid((1e-4, 2e-4), epochs=2, batch_size=32),
}
"""Changes to the recipe `albert_small_en`."""


def try_candidate(row: str, changes: dict, draw: int, data: Path | None, work: Path) -> dict:
    """Trains one candidate on a part of the training texts; returns the line of the log."""
    train, held_out = _split(row, draw, data)
    recipe = FineTuningRecipe.named(BASE_RECIPE, **changes, seed=draw)
    model, result = fine_tuned(train, recipe, work)
    scores = model.predict(held_out.texts, batch_size=64, verbose=0)
    return {
        "row": row,
        "changes": changes,
        "draw": draw,
        "train_texts": len(train),
        "held_out_texts": len(held_out),
        "held_out_accuracy": accuracy_of(scores, held_out, model.class_names),
        "seconds": round(result.seconds, 1),
    }


def _split(row, draw, data):
    """What a candidate is trained on, and what it is measured on."""
    if row in STAND_INS:
        other, per_class = STAND_INS[row]
        table, _ = ROWS[other].read(data, draw)
        train = few_shot(table, per_class, draw)
        learned = set(train.texts)
        rest = [index for index, text in enumerate(table.texts) if text not in learned]
        return train, table.subset(rest)
    table, _ = ROWS[row].read(data, draw)
    split = split_table(table, HELD_OUT.get(row, 0.1), seed=draw)
    train = split.train
    if len(train) > MOST_TEXTS:
        train = split_table(train, MOST_TEXTS / len(train), seed=draw).validation
    return train, split.validation


def choose(lines: list[dict]) -> dict[str, dict]:
    """Returns the best candidate of each row by the mean over its draws; the first of equal ones."""
    chosen = {}
    for row, candidates in CANDIDATES.items():
        found = {
            index: [line["held_out_accuracy"] for line in lines if _is(line, row, changes)]
            for index, changes in enumerate(candidates)
        }
        if all(len(values) == len(DRAWS.get(row, (0,))) for values in found.values()):
            best = max(found, key=lambda index: (mean(found[index]), -index))
            chosen[row] = candidates[best]
    return chosen


def _is(line, row, changes, draw=None):
    return (
        line["row"] == row and line["changes"] == changes and (draw is None or line["draw"] == draw)
    )


def main() -> None:
    """Runs the trials that the log lacks, and writes the choice."""
    args, rows = parse_stage(__doc__, "runs/small_en/recipes")
    lines = read_log(LOG)
    for row in rows:
        for draw in DRAWS.get(row, (0,)):
            for changes in CANDIDATES[row]:
                if any(_is(line, row, changes, draw) for line in lines):
                    continue
                shutil.rmtree(args.work, ignore_errors=True)
                line = try_candidate(row, changes, draw, args.data, args.work)
                append_line(LOG, line)
                lines.append(line)
                print(f"{row}, draw {draw}, {changes}: {line['held_out_accuracy']:.4f}")
    # Read anew, for what another process measured or chose meanwhile.
    chosen = json.loads(RECIPES.read_text("utf-8")) | choose(read_log(LOG))
    RECIPES.write_text(json.dumps(chosen, indent=2) + "\n", "utf-8")
    print(json.dumps(chosen, indent=2))


if __name__ == "__main__":
    main()
