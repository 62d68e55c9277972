"""SQuAD from `albert_small_en`: one model for both versions, beside what needs no model.

Version 2.0's own questions are not among the data, so those without an answer are made: a question that is asked about
another paragraph of the same article, put to the paragraph that shares most words with it and does not hold its answer.
The training part has one for every four questions, the development part one for each.

`albert_small_en` was made of sentences of at most 64 tokens, and later positions mean little to it. So it is trained on
passages of a few sentences, and reads paragraphs in windows of 64 tokens. The training is `albert-tf finetune`, in a
process of its own; one that was stopped goes on where it was.

    python -m benchmarks.squad --data ../shared/data/squad --work runs/squad

Judged on the development part: every question of version 1.1, each given its best span; questions with and without an
answer, with the threshold of the validation part, beside never answering; and the int8 file beside Keras.
"""

import argparse
import json
import time
from pathlib import Path

from albert_tf import AlbertQuestionAnswerer
from albert_tf.export import TFLiteRunner, export_tflite
from albert_tf.finetuning.question_task import QuestionAnswering
from albert_tf.finetuning.record import main_figures
from albert_tf.reports import question_baselines
from albert_tf.tasks import (
    SquadQuestion,
    read_squad,
    squad_examples,
    squad_scores,
)
from benchmarks.commands import finetuned
from benchmarks.machine import ROOT, processor
from benchmarks.squad_data import prepare, unanswerable

RESULT = ROOT / "docs" / "benchmarks" / "squad.json"
COMPARED = 1000
"""Questions on which the int8 file is compared with Keras."""
FAST = "mixed_bfloat16"
"""In which it was trained, and answers thousands of questions."""
OPTIONS = ("--task", "question-answering", "--mixed-bfloat16", "--no-baselines", "--epochs", "1")
OPTIONS += ("--batch-size", "32", "--learning-rate", "4e-4", "--sequence-length", "384")
"""A passage of a few sentences is one window in the training."""
WINDOW = 64
"""Tokens of a window, which begins half of that after the last one."""


def train_model(data: Path, work: Path) -> Path:
    """Trains, or goes on where it was stopped, and returns the folder of the model that reads windows."""
    files, run, folder = prepare(data, work), work / "run", work / "model"
    trained = finetuned(run, files["train"], "--validation", files["held_out"], *OPTIONS)
    if not folder.exists():
        read_in_windows(trained, files["held_out"]).save_to_preset(folder)
    return folder


def read_in_windows(folder: Path, held_out: Path) -> AlbertQuestionAnswerer:
    """Returns a model that reads windows, with the threshold and the record that held-out questions give it there."""
    model = AlbertQuestionAnswerer.from_preset(
        folder,
        dtype=FAST,
        sequence_length=WINDOW,
        stride=WINDOW // 2,
        max_question_length=WINDOW // 2 - 4,
    )
    task = QuestionAnswering()
    tuned = task.tuned(model, task.read(held_out, "held_out"))
    model.training_record["metrics"] = {"this model": main_figures(tuned.metrics)}
    return model


def judge(folder: Path, data: Path) -> dict:
    """Returns what the model, and its int8 file, are worth on the development part."""
    model = AlbertQuestionAnswerer.from_preset(folder, dtype=FAST)
    with_answer = read_squad(data / "dev-v1.1.json.gz")
    both = [*with_answer, *unanswerable(with_answer)]
    begun = time.perf_counter()
    answers = model.answer(*squad_examples(both)[0])
    seconds = time.perf_counter() - begun
    forced = [answer.with_threshold(2.0) for answer in answers[: len(with_answer)]]  # never none
    forced, chosen = squad_scores(forced, with_answer), squad_scores(answers, both)
    baselines = {
        name: {b.name: b.metrics["f1"] for b in question_baselines(questions)}
        for name, questions in (("v1.1", with_answer), ("v2.0", both))
    }
    return {
        "v1.1": {name: forced[name] for name in ("exact_match", "f1")},
        "v2.0": {name: chosen[name] for name in ("exact", "f1", "HasAns_f1", "NoAns_f1", "total")},
        "baselines": baselines,
        "no_answer_threshold": model.no_answer_threshold,
        "questions_per_second": len(both) / seconds,
        **compare(folder, both, folder.parent / "questions.tflite"),
    }


def compare(folder: Path, questions: list[SquadQuestion], file: Path) -> dict:
    """Returns how many of some questions the int8 file answers with the same span as Keras in float32."""
    model = AlbertQuestionAnswerer.from_preset(folder)
    some = questions[:: len(questions) // COMPARED][:COMPARED]
    texts = squad_examples(some)[0]
    export_tflite(model, file, texts=texts[0], pairs=texts[1])
    pairs = list(zip(model.answer(*texts), TFLiteRunner(file)(*texts), strict=True))
    same = sum((a.start, a.end) == (b.start, b.end) for a, b in pairs)
    scores = {"keras": [a for a, _ in pairs], "int8": [b for _, b in pairs]}
    return {
        "compared": len(some),
        "same_span": same,
        "f1_of_compared": {name: squad_scores(got, some)["f1"] for name, got in scores.items()},
        "bytes": file.stat().st_size,
    }


def main() -> None:
    """Trains, and judges and writes what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder of SQuAD's files")
    parser.add_argument("--work", type=Path, default=ROOT / "runs" / "squad")
    parser.add_argument("--output", type=Path, default=RESULT)
    parser.add_argument("--train-only", action="store_true", help="train, and do not judge")
    args = parser.parse_args()
    folder = train_model(args.data, args.work)
    if args.train_only:
        print(folder)
        return
    found = {"processor": processor("model name"), **judge(folder, args.data)}
    args.output.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
