"""Stage 5: the quality table, one line of the log for each set and seed.

python -m bundled_model.quality --data DATA

Fine-tunes `albert_small_en` with three seeds on each set (twenty where but 32 texts are drawn), exports it to int8 and
int4, and measures all three, beside TF-IDF, on the test split. A line that the log already holds for these weights is
not measured again, and a fine-tuning that was stopped goes on; so the whole may take several sittings. First the texts
of the distillation are collected again: their checksums must be those that are written down, and no test text may be
among them.
"""

import dataclasses
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np

from albert_tf.export import TFLiteRunner, export_tflite
from albert_tf.export.parity import ANY_DIFFERENCE
from albert_tf.reports import tfidf_baseline
from benchmarks.machine import describe_machine
from bundled_model import texts
from bundled_model.card import QUALITY, write_tables
from bundled_model.data import ROWS, parse_stage
from bundled_model.fine_tuning import (
    accuracy_of,
    append_line,
    fine_tuned,
    read_log,
    recipe_of,
    weights_sha256,
)

HERE = Path(__file__).parent


def measure(row: str, seed: int, data: Path | None, work: Path) -> dict:
    """Fine-tunes, exports and measures; returns the line of the log."""
    train, test = ROWS[row].read(data, seed)
    recipe = recipe_of(row, seed)
    model, result = fine_tuned(train, recipe, work)
    logits = model.predict(test.texts, batch_size=64, verbose=0)
    return {
        "row": row,
        "seed": seed,
        "train_texts": len(train),
        "test_texts": len(test),
        "accuracy": accuracy_of(logits, test, model.class_names),
        **measure_file(model, "int8", test, logits, work),
        **measure_file(model, "int4", test, logits, work),
        "tfidf_accuracy": tfidf_baseline(train, test, seed).metrics["accuracy"],
        "steps": result.steps,
        "seconds": round(result.seconds, 1),
        "recipe": dataclasses.asdict(recipe),
        "machine": describe_machine()["cpu"],
    }


def measure_file(model, quantization: str, test, logits: np.ndarray, work: Path) -> dict:
    """Exports a classifier, and returns accuracy, agreement with Keras and size, their keys after the quantization.

    Args:
        model: an `AlbertTextClassifier`.
        quantization: as `export_tflite` takes it.
        test: table of the test texts.
        logits: Keras's for them.
        work: folder of the file.
    """
    path = work / f"{quantization}.tflite"
    exported = export_tflite(
        model, path, quantization, texts=test.texts[:200], limits=ANY_DIFFERENCE
    )
    scores = TFLiteRunner(path).scores(test.texts)
    return {
        f"{quantization}_accuracy": accuracy_of(scores, test, model.class_names),
        f"{quantization}_same_label": float(np.mean(scores.argmax(1) == logits.argmax(1))),
        f"{quantization}_bytes": exported.size,
    }


def check_texts(data: Path) -> None:
    """Collects the distillation's texts anew, without the test texts, and compares checksums."""
    with tempfile.TemporaryDirectory() as folder:
        found = texts.collect(data, Path(folder))
    written = json.loads((HERE / "texts.json").read_text("utf-8"))
    if found != written:
        raise SystemExit(f"the texts differ from {HERE / 'texts.json'}: {json.dumps(found)}")
    dropped = sum(source["dropped_as_test_texts"] for source in found["sources"].values())
    print(f"no test text among the distillation's texts; {dropped} were dropped from its sources")


def main() -> None:
    """Measures what the log lacks, and writes the tables."""
    args, rows = parse_stage(__doc__, "runs/small_en/quality")
    if args.data is not None:
        check_texts(args.data)
    done = {(line["row"], line["seed"]) for line in read_log(QUALITY)}
    for row in rows:
        for seed in range(ROWS[row].seeds):
            if (row, seed) in done:
                continue
            work = args.work / weights_sha256()[:8] / f"{row}_{seed}"
            line = measure(row, seed, args.data, work)
            append_line(QUALITY, line)
            shutil.rmtree(work)
            figures = (line["accuracy"], line["int8_accuracy"], line["int4_accuracy"])
            print(
                f"{row} seed {seed}: {figures[0]:.4f}, int8 {figures[1]:.4f}, int4 {figures[2]:.4f}"
            )
    print(write_tables())


if __name__ == "__main__":
    main()
