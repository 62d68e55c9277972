"""Stage 3: the quality table, one line of the log for each set and seed.

python -m bundled_model.quality --data DATA

Fine-tunes `albert_small_en` with three seeds on each set, exports it to int8, and measures both, beside TF-IDF, on the
test split. A line that the log already holds for these weights is not measured again, and a fine-tuning that was
stopped goes on; so the whole may take several sittings. First the texts of the distillation are collected again: their
checksums must be those that are written down, and no test text may be among them.
"""

import argparse
import dataclasses
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np

from albert_tf import AlbertTextClassifier, AlbertTokenizer
from albert_tf.export import TFLiteRunner, export_tflite
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from albert_tf.tasks import LabelSet, encode_targets, tfidf_baseline
from albert_tf.training import FineTuningRecipe, fine_tune
from albert_tf.weights.reading import PRESETS
from benchmarks.machine import describe_machine
from bundled_model import texts
from bundled_model.card import write_tables
from bundled_model.data import ROWS

HERE = Path(__file__).parent
LOG = HERE / "quality.jsonl"
PRESET = PRESETS / "albert_small_en"
SEEDS = (0, 1, 2)
SEQUENCE_LENGTH = 128


def recipe_of(row: str, seed: int) -> FineTuningRecipe:
    """Returns the row's recipe, from `recipes.json`: chosen on a tenth of the training texts held out."""
    changes = json.loads((HERE / "recipes.json").read_text("utf-8"))[row]
    return FineTuningRecipe.named("default", **changes, seed=seed)


def measure(row: str, seed: int, data: Path | None, work: Path) -> dict:
    """Fine-tunes, exports and measures; returns the line of the log."""
    train, test = ROWS[row].read(data, seed)
    labels = LabelSet.from_table(train)
    targets, expected = encode_targets(train, labels), encode_targets(test, labels)
    model = AlbertTextClassifier.from_preset(
        str(PRESET),
        num_classes=len(labels),
        labels=list(labels.names),
        preprocessor=AlbertTextClassifierPreprocessor(
            AlbertTokenizer(), sequence_length=SEQUENCE_LENGTH
        ),
    )
    recipe = recipe_of(row, seed)
    result = fine_tune(
        model,
        (train.texts, targets),
        recipe=recipe,
        run_dir=work,
        resume=(work / "training.jsonl").exists(),
        verbose=2,
    )
    keras = np.argmax(model.predict(test.texts, batch_size=64, verbose=0), axis=1)
    path = work / "model.tflite"
    exported = export_tflite(model, path, texts=test.texts[:200], limits=None)
    int8 = np.argmax(TFLiteRunner(path).scores(test.texts), axis=1)
    baseline = tfidf_baseline(train, test, seed)
    return {
        "row": row,
        "seed": seed,
        "weights_sha256": weights_sha256(),
        "train_texts": len(train),
        "test_texts": len(test),
        "accuracy": float(np.mean(keras == expected)),
        "int8_accuracy": float(np.mean(int8 == expected)),
        "int8_same_label": float(np.mean(int8 == keras)),
        "tfidf_accuracy": baseline.metrics["accuracy"],
        "int8_bytes": exported.size,
        "steps": result.steps,
        "seconds": round(result.seconds, 1),
        "recipe": dataclasses.asdict(recipe),
        "machine": describe_machine()["cpu"],
    }


def weights_sha256() -> str:
    """Returns the hash of the bundled weights."""
    return hashlib.sha256((PRESET / "model.safetensors").read_bytes()).hexdigest()


def read_log(weights: str) -> list[dict]:
    """Returns the lines of the log that were measured with these weights."""
    if not LOG.exists():
        return []
    lines = [json.loads(line) for line in LOG.read_text("utf-8").splitlines()]
    return [line for line in lines if line["weights_sha256"] == weights]


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
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="the folder of glue/, enwiki/ and the others")
    parser.add_argument("--work", type=Path, default=Path("runs/small_en/quality"))
    parser.add_argument("--rows", nargs="+", default=list(ROWS), choices=list(ROWS))
    args = parser.parse_args()
    if args.data is not None:
        check_texts(args.data)
    weights = weights_sha256()
    done = {(line["row"], line["seed"]) for line in read_log(weights)}
    for row in args.rows:
        if ROWS[row].needs_data and args.data is None:
            print(f"{row}: left out, it needs --data")
            continue
        for seed in SEEDS:
            if (row, seed) in done:
                continue
            work = args.work / weights[:8] / f"{row}_{seed}"
            line = measure(row, seed, args.data, work)
            with LOG.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
            shutil.rmtree(work)
            print(f"{row} seed {seed}: {line['accuracy']:.4f}, int8 {line['int8_accuracy']:.4f}")
    print(write_tables(read_log(weights)))


if __name__ == "__main__":
    main()
