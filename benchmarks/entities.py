"""Entities, slots and intents from `albert_small_en`: SNIPS, the Broad Twitter Corpus, WNUT 2017; beside a dictionary.

Each row of the table is a task and a seed. Only the training part decides anything: SNIPS is trained on all of it for
as many epochs as the recipe says; of the other two the development part chooses the epoch, and the test part is judged.
A run that was stopped goes on where it was, and what the log holds is not measured again.

    python -m benchmarks.entities --tasks snips-slots snips-intents --seeds 0 1 2
"""

import argparse
import dataclasses
import json
import statistics
from collections.abc import Callable
from pathlib import Path

from albert_tf import AlbertTextClassifier, AlbertTokenClassifier
from albert_tf.finetuning.record import record_of
from albert_tf.reports import EntityDictionary
from albert_tf.tables import (
    EntityText,
    entity_tags,
    entity_types,
    read_entities,
    texts_and_entities,
)
from albert_tf.tasks import entity_metrics, entity_metrics_by_label
from albert_tf.training import FineTuningRecipe, fine_tune
from benchmarks.machine import ROOT, shared_folder

LOG = ROOT / "docs" / "benchmarks" / "entities.jsonl"
PRESET = "albert_small_en"
SLOTS = FineTuningRecipe.named(
    PRESET, head_start="random", batch_size=32, learning_rate=3e-4, epochs=10
)
"""No linear start, which is one of sentence vectors; larger batches, since the texts are short; and more epochs, since
after six the loss of the training texts, under dropout, still falls."""
DROPOUT = 0.1
"""Of the encoder, for entities: without it the training texts are learned by heart. On a held-out tenth of SNIPS's
training part F1 of the slots after six epochs was 93.5 without and 93.8 with it."""
INTENTS = FineTuningRecipe.named(PRESET, batch_size=32, learning_rate=3e-4)


@dataclasses.dataclass(frozen=True)
class Task:
    """A data set.

    Args:
        parts: returns training, development (empty where there is none) and test part of the data folder.
        recipe: of the fine-tuning.
    """

    parts: Callable[[Path], list[list[EntityText]]]
    recipe: FineTuningRecipe


def _snips(data):
    return [
        read_entities(data / "snips/train.jsonl"),
        [],
        read_entities(data / "snips/validate.jsonl"),
    ]


def _btc(data):
    train, development, test = (
        [row for part in parts for row in read_entities(data / f"ner/btc/{part}.conll")]
        for parts in ("abeg", "h", "f")
    )
    return [train, development, test]


def _wnut17(data):
    names = ("wnut17train.conll", "emerging.dev.conll", "emerging.test.annotated")
    return [read_entities(data / "ner/wnut17" / name) for name in names]


TASKS = {
    "snips-slots": Task(_snips, SLOTS),
    "btc": Task(_btc, SLOTS),
    "wnut17": Task(_wnut17, SLOTS),
}
INTENT_TASK = "snips-intents"


def measure_entities(task: Task, data: Path, seed: int, run_dir: Path) -> dict:
    """Returns what a model and a dictionary reach on the test part."""
    train, development, test = task.parts(data)
    model = AlbertTokenClassifier.from_preset(
        PRESET,
        class_names=entity_tags(entity_types(train)),
        hidden_dropout_prob=DROPOUT,
        dtype="mixed_bfloat16",
    )
    validation = texts_and_entities(development) if development else None
    result = _trained(model, texts_and_entities(train), validation, task.recipe, seed, run_dir)
    model = AlbertTokenClassifier.from_checkpoint(model.to_checkpoint())  # answers in float32
    texts, entities = texts_and_entities(test)
    answers = model.answer(texts, batch_size=64)
    by_label = entity_metrics_by_label(answers, entities)
    metrics = entity_metrics(answers, entities)
    dictionary = entity_metrics(EntityDictionary(train).answer(texts), entities)
    keep_record(
        model,
        run_dir,
        epochs=result["recipe"]["epochs"],
        training_texts=len(train),
        validation_texts=len(test),
        figures={"this model": metrics, "dictionary": dictionary},
    )
    return {
        **metrics,
        "dictionary": dictionary,
        "f1_by_label": {label: row["f1"] for label, row in by_label.items()},
        **result,
    }


def measure_intents(data: Path, seed: int, run_dir: Path) -> dict:
    """Returns the share of SNIPS's validation texts whose intent is right."""
    train, test = (_intents(data / f"snips/{part}.jsonl") for part in ("train", "validate"))
    model = AlbertTextClassifier.from_preset(
        PRESET, class_names=sorted(set(train[1])), sequence_length=64
    )
    result = _trained(model, train, None, INTENTS, seed, run_dir)
    texts, intents = test
    answers = model.answer(texts, batch_size=64)
    right = [a.label == intent for a, intent in zip(answers, intents, strict=True)]
    metrics = {"accuracy": statistics.mean(right)}
    keep_record(
        model,
        run_dir,
        epochs=result["recipe"]["epochs"],
        training_texts=len(train[0]),
        validation_texts=len(texts),
        figures={"this model": metrics},
    )
    return {**metrics, **result}


def _intents(path):
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [row["text"] for row in rows], [row["intent"] for row in rows]


def _trained(model, train, validation, recipe, seed, run_dir) -> dict:
    recipe = dataclasses.replace(
        recipe, seed=seed, early_stopping_patience=2 if validation else None
    )
    begun = (run_dir / "training.jsonl").exists()
    result = fine_tune(
        model, train, validation, recipe=recipe, run_dir=run_dir, resume=begun, verbose=2
    )
    return {"best_epoch": result.best_epoch, "seconds": result.seconds, "recipe": recipe.to_dict()}


def keep_record(model, run_dir: Path, **record) -> None:
    """Saves a model with what the card of its exported file is to say of the training; see `record_of`."""
    task = run_dir.name.rpartition("-")[0]
    model.training_record = record_of(start=PRESET, file=task, sha256=None, **record)
    model.save_to_preset(run_dir / "model")


def read_log(log: Path) -> list[dict]:
    """Returns the lines of a log; none where there is no log yet."""
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


def table(lines: list[dict]) -> str:
    """Returns the rows of a log as Markdown: means over the seeds, and each seed's figure."""
    rows = ["| task | | mean | seeds | dictionary |", "| --- | --- | --- | --- | --- |"]
    for task in dict.fromkeys(line["task"] for line in lines):
        own = [line for line in lines if line["task"] == task]
        name = "accuracy" if "accuracy" in own[0] else "f1"
        values = [100 * line[name] for line in own]
        dictionary = f"{100 * own[0]['dictionary']['f1']:.1f}" if "dictionary" in own[0] else ""
        shown = ", ".join(f"{value:.2f}" for value in values)
        rows.append(f"| {task} | {name} | {statistics.mean(values):.2f} | {shown} | {dictionary} |")
    return "\n".join(rows)


def main():
    """Trains what the log lacks, adds a line for each, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [*TASKS, INTENT_TASK]
    parser.add_argument("--tasks", nargs="+", choices=names, default=names)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "entities")
    parser.add_argument("--log", type=Path, default=LOG)
    args = parser.parse_args()
    data = shared_folder() / "data"
    done = {(line["task"], line["seed"]) for line in read_log(args.log)}
    for seed in args.seeds:
        for task in args.tasks:
            if (task, seed) in done:
                continue
            run_dir = args.runs / f"{task}-{seed}"
            if task == INTENT_TASK:
                found = measure_intents(data, seed, run_dir)
            else:
                found = measure_entities(TASKS[task], data, seed, run_dir)
            args.log.parent.mkdir(parents=True, exist_ok=True)
            with args.log.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"task": task, "seed": seed, **found}) + "\n")
    print(table(read_log(args.log)))


if __name__ == "__main__":
    main()
