"""Answer texts with a fine-tuned preset or an exported TFLite file.

Without TEXT and --file, or with - as TEXT, reads standard input, one text a line, and answers each line as it comes;
empty lines are passed over, and counted in the end. Prints one line for each text: label, probability (or only the
value, for regression) and the text, and its pair if it has one, separated by tabs, each text on one line; with --json
an object with the whole text and every label's probability.

  albert-tf predict reviews.tflite "well worth the money"
  albert-tf predict runs/reviews/model --file new.csv --text review --json > answers.jsonl
  albert-tf predict pairs.tflite "Somebody makes music." --pair-text "A man plays."
  albert-tf predict published/ "well worth the money" --class-names bad good
  tail -f messages.txt | albert-tf predict spam.tflite
"""

from albert_tf.cli.answerer import load_answerer
from albert_tf.cli.console import answer, answer_json, flush_answers, note
from albert_tf.cli.data_arguments import FORMAT_ARGUMENTS, add_table_arguments, read_texts
from albert_tf.cli.model_arguments import add_class_names
from albert_tf.cli.text_input import TEXTS_HELP, given_texts, input_texts
from albert_tf.errors import DataError

NAME = "predict"
HELP = "answer texts with a preset or a TFLite file"


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf predict`."""
    parser.add_argument(
        "model", metavar="MODEL", help="a fine-tuned preset folder, or a .tflite file"
    )
    parser.add_argument("texts", nargs="*", metavar="TEXT", help=TEXTS_HELP)
    parser.add_argument("--pair-text", metavar="TEXT", help="the second text of each TEXT's pair")
    parser.add_argument("--file", metavar="FILE", help="csv, tsv, jsonl or json, also .gz")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each text")
    add_class_names(parser)
    add_table_arguments(parser, labels=False)


def run(args) -> None:
    """Runs `albert-tf predict`."""
    _check_arguments(args)
    args.texts = given_texts(args.texts)
    answerer = load_answerer(args.model, args.class_names)
    for texts, pairs in _portions(args):
        scores = answerer.scores(texts if pairs is None else (texts, pairs))
        for i, text in enumerate(texts):
            given = {"text": text} if pairs is None else {"text": text, "pair": pairs[i]}
            row, cells = _result(answerer, given, scores[i])
            if args.json:
                answer_json(row)
            else:
                # A line and its cells stay what they are, whatever line breaks and tabs the texts hold.
                answer("\t".join([*cells, *(" ".join(each.split()) for each in given.values())]))
        flush_answers()


def _check_arguments(args):
    """Refuses what would be passed over in silence, such as --text for a text instead of a column."""
    if args.file:
        if args.texts or args.pair_text:
            raise DataError("there are TEXTs beside --file; give one or the other")
        return
    for name in ("text", "pair", *FORMAT_ARGUMENTS):
        if getattr(args, name):
            option = f"--{name.replace('_', '-')}"
            raise DataError(
                f"{option} tells how to read a --file, and there is none; give texts without an option, "
                'as in: albert-tf predict MODEL "a text"'
            )


def _portions(args):
    """Yields texts and pairs (or None) to answer together: a table, all arguments, or a line of a pipe."""
    if args.file:
        data = read_texts(args, args.file)
        for line in data.notes:
            note(line)
        yield data.texts, data.pairs
    elif args.texts:
        for number, text in enumerate(args.texts, 1):
            _check(text, f"text {number}")
        yield args.texts, args.pair_text and [args.pair_text] * len(args.texts)
    else:
        for _, line in input_texts():
            yield [line], args.pair_text and [args.pair_text]


def _check(text, where):
    if not text.strip():
        raise DataError(f"{where} is empty; expected words to answer")


def _result(answerer, given, scores) -> tuple[dict, list[str]]:
    """Returns the answer to a text as an object for JSON, and as cells for people."""
    found = answerer.decoder.prediction(scores)
    if answerer.task == "regression":
        return {**given, "value": found.value}, [f"{found.value:.4f}"]
    sure = f"{found.probability:.4f}"
    if answerer.task == "multi_label":
        row = {**given, "labels": list(found.labels), "scores": found.scores}
        return row, [",".join(found.labels) or "-", sure]
    row = {
        **given,
        "label": found.label,
        "probability": found.probability,
        "scores": found.scores,
    }
    return row, [found.label, sure]
