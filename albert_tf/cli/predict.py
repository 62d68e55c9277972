"""Answer texts with a fine-tuned preset or an exported TFLite file.

Without TEXT and --file, reads standard input, one text a line, and answers each line as it comes. Prints one line for
each text: label, probability (or the value, for regression) and the text, separated by tabs; with --json an object
with every label's probability.

  albert-tf predict reviews.tflite "well worth the money"
  albert-tf predict runs/reviews/model --file new.csv --text review --json > answers.jsonl
  albert-tf predict pairs.tflite --pair-text "A man plays." "Somebody makes music."
  tail -f messages.txt | albert-tf predict spam.tflite
"""

import json
import sys

from albert_tf.cli.answerer import load_answerer
from albert_tf.cli.console import answer, note
from albert_tf.errors import DataError

NAME = "predict"
HELP = "answer texts with a preset or a TFLite file"


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf predict`."""
    parser.add_argument(
        "model", metavar="MODEL", help="a fine-tuned preset folder, or a .tflite file"
    )
    parser.add_argument("texts", nargs="*", metavar="TEXT", help="texts; default standard input")
    parser.add_argument("--pair-text", metavar="TEXT", help="first text of a pair with each TEXT")
    parser.add_argument("--file", metavar="FILE", help="csv, tsv or jsonl, also .gz")
    parser.add_argument("--text", metavar="COLUMN", help="FILE's column with the text")
    parser.add_argument("--pair", metavar="COLUMN", help="FILE's column with the second text")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each text")


def run(args) -> None:
    """Runs `albert-tf predict`."""
    answerer = load_answerer(args.model)
    for inputs in _portions(args):
        texts = inputs[1] if isinstance(inputs, tuple) else inputs
        for text, scores in zip(texts, answerer.scores(inputs), strict=True):
            answer(_line(answerer, text, scores, args.json))
        sys.stdout.flush()


def _portions(args):
    """Yields the texts to answer together: a whole table, all arguments, or one line of a pipe."""
    if args.file:
        from albert_tf.tasks import read_table

        data = read_table(args.file, args.text, args.pair, require_labels=False)
        for line in data.notes:
            note(line)
        yield data.inputs
        return
    if args.texts:
        yield _checked(args.texts, args.pair_text)
        return
    for line in sys.stdin:
        yield _checked([line.rstrip("\r\n")], args.pair_text)


def _checked(texts, pair_text):
    for number, text in enumerate(texts, 1):
        if not text.strip():
            raise DataError(f"text {number} is empty; expected words to answer")
    return texts if pair_text is None else ([pair_text] * len(texts), texts)


def _line(answerer, text, scores, as_json):
    if answerer.task == "regression":
        value = float(scores)
        row = {"text": text, "value": value}
        plain = f"{value:.4f}\t{text}"
    else:
        names = answerer.labels
        by_label = {name: float(p) for name, p in zip(names, scores, strict=True)}
        if answerer.task == "multi_label":
            chosen = [name for name, p in by_label.items() if p >= 0.5]
            row = {"text": text, "labels": chosen, "scores": by_label}
            plain = f"{','.join(chosen) or '-'}\t{max(by_label.values()):.4f}\t{text}"
        else:
            label = max(by_label, key=by_label.get)
            row = {"text": text, "label": label, "probability": by_label[label], "scores": by_label}
            plain = f"{label}\t{by_label[label]:.4f}\t{text}"
    return json.dumps(row, ensure_ascii=False) if as_json else plain
