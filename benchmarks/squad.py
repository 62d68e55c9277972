"""SQuAD from `albert_small_en`: one training for both versions, beside what needs no model.

Version 2.0's own questions are not among the data, so those without an answer are made: a question that is asked about
another paragraph of the same article, put to the paragraph that shares most words with it and does not hold its answer.
The training part has one for every four questions, the development part one for each. The training is
`albert-tf finetune`, in a process of its own; one that was stopped goes on where it was.

    python -m benchmarks.squad --data ../shared/data/squad --work runs/squad

Judged on the development part: every question of version 1.1, each given its best span; questions with and without an
answer, with the threshold of the validation part, beside never answering; and the int8 file beside Keras.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from albert_tf import AlbertQuestionAnswerer
from albert_tf.export import TFLiteRunner, export_tflite
from albert_tf.reports import question_baselines
from albert_tf.tasks import SquadQuestion, read_squad, squad_examples, squad_scores
from benchmarks.machine import ROOT, processor

RESULT = ROOT / "docs" / "benchmarks" / "squad.json"
HELD_OUT = 10
"""Articles of the training part that choose the threshold, and no weights."""
COMPARED = 1000
"""Questions on which the int8 file is compared with Keras."""
OPTIONS = ("--task", "question-answering", "--batch-size", "16", "--learning-rate", "3e-4")
OPTIONS += ("--mixed-bfloat16", "--no-baselines")


def unanswerable(questions: Sequence[SquadQuestion], every: int = 1) -> list[SquadQuestion]:
    """Makes questions without an answer.

    Args:
        questions: with answers, of whole articles.
        every: one is made of each so many questions.

    Returns:
        The questions, each put to the paragraph of its own article that shares most words with it, of those that do
        not hold one of its answers; where there is no such paragraph, none is made.
    """
    paragraphs = defaultdict(dict)
    for question in questions:
        paragraphs[question.title].setdefault(question.context, _words(question.context))
    made = []
    for question in questions[::every]:
        asked, answers = _words(question.question), [text.lower() for text in question.answers]
        others = [
            (len(asked & words), context)
            for context, words in paragraphs[question.title].items()
            if context != question.context and not any(a in context.lower() for a in answers)
        ]
        if others:
            context = max(others, key=lambda other: other[0])[1]
            name, title = f"{question.id}-none", question.title
            made.append(SquadQuestion(name, title, context, question.question, (), (), True))
    return made


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def write_squad(path: Path, questions: Sequence[SquadQuestion]) -> None:
    """Writes questions in the form of version 2.0."""
    articles = defaultdict(lambda: defaultdict(list))
    for question in questions:
        answers = zip(question.answers, question.answer_starts, strict=True)
        entry = {
            "id": question.id,
            "question": question.question,
            "is_impossible": question.is_impossible,
            "answers": [{"text": text, "answer_start": start} for text, start in answers],
        }
        articles[question.title][question.context].append(entry)
    data = [
        {
            "title": title,
            "paragraphs": [{"context": c, "qas": entries} for c, entries in contexts.items()],
        }
        for title, contexts in articles.items()
    ]
    path.write_text(json.dumps({"version": "v2.0", "data": data}), "utf-8")


def prepare(data: Path, work: Path) -> tuple[Path, Path]:
    """Writes the training part and the articles that are held out, unless they are there; returns both files."""
    train, held_out = work / "train.json", work / "held_out.json"
    if not held_out.exists():
        work.mkdir(parents=True, exist_ok=True)
        questions = read_squad(data / "train-v1.1.json.gz")
        titles = list(dict.fromkeys(question.title for question in questions))
        later = set(titles[:: len(titles) // HELD_OUT][:HELD_OUT])
        for path, is_held_out, every in ((train, False, 4), (held_out, True, 1)):
            own = [question for question in questions if (question.title in later) == is_held_out]
            write_squad(path, [*own, *unanswerable(own, every)])
    return train, held_out


def train_model(data: Path, work: Path, epochs: int) -> Path:
    """Trains, or goes on, and returns the model's folder."""
    train, held_out = prepare(data, work)
    run = work / "run"
    command = [sys.executable, "-m", "albert_tf_command", "finetune"]
    if (run / "arguments.json").exists():
        command += ["--resume", run]
    else:
        command += [train, "--validation", held_out, "--output", run, *OPTIONS]
        command += ["--epochs", str(epochs)]
    subprocess.run([*map(str, command)], check=True)
    return run / "model"


def judge(model_folder: Path, data: Path) -> dict:
    """Returns what the model, and its int8 file, are worth on the development part."""
    model = AlbertQuestionAnswerer.from_preset(model_folder)
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
        **compare(model, both, model_folder.parent / "questions.tflite"),
    }


def compare(model: AlbertQuestionAnswerer, questions: list[SquadQuestion], file: Path) -> dict:
    """Returns how many of some questions the int8 file answers with the same span as Keras."""
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
    """Trains, judges, and writes what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder of SQuAD's files")
    parser.add_argument("--work", type=Path, default=ROOT / "runs" / "squad")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULT)
    args = parser.parse_args()
    folder = train_model(args.data, args.work, args.epochs)
    found = {
        "processor": processor("model name"),
        "epochs": args.epochs,
        **judge(folder, args.data),
    }
    args.output.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
