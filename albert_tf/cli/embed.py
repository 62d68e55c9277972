"""Turn texts into sentence vectors.

MODEL is a preset, by default the bundled albert_small_en, or a .tflite file exported with --embedder. Without TEXT and
--file, or with - as TEXT, reads standard input, one text a line. Prints one JSON object for each text, with the text
and its vector of length 1; the product of two vectors is their cosine. With --output, writes a NumPy file instead, one
row a text. With --nearest, prints for each text the nearest ones of a table.

  albert-tf embed "Where is my card?" "My card has not arrived."
  albert-tf embed --file questions.csv --text question --output questions.npy
  albert-tf embed --nearest questions.csv "my card was eaten by the machine"
  albert-tf embed --model runs/distill/model < texts.txt
"""

from pathlib import Path

import numpy as np

from albert_tf.cli.console import answer, answer_json, flush_answers, note, say
from albert_tf.cli.data_arguments import FORMAT_ARGUMENTS, add_table_arguments, read_texts
from albert_tf.cli.model_arguments import is_tflite, no_tokenizer
from albert_tf.cli.text_input import TEXTS_HELP, given_texts, input_texts
from albert_tf.errors import CheckpointError, DataError

NAME = "embed"
HELP = "turn texts into sentence vectors"


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf embed`."""
    parser.add_argument("texts", nargs="*", metavar="TEXT", help=TEXTS_HELP)
    parser.add_argument(
        "--model",
        default="albert_small_en",
        metavar="MODEL",
        help="a preset, or a .tflite file exported with --embedder (default: %(default)s)",
    )
    parser.add_argument(
        "--file", metavar="FILE", help="texts to embed: csv, tsv, jsonl or json, also .gz"
    )
    parser.add_argument("--output", metavar="FILE", help="write the vectors to this .npy file")
    parser.add_argument(
        "--nearest", metavar="FILE", help="print the nearest texts of this csv, tsv, jsonl or json"
    )
    parser.add_argument(
        "--top", type=int, default=3, metavar="K", help="how many of them (default: %(default)s)"
    )
    add_table_arguments(parser, labels=False)


def run(args) -> None:
    """Runs `albert-tf embed`."""
    _check_arguments(args)
    args.texts = given_texts(args.texts)
    embed = load_embedder(args.model)
    if args.output:
        texts = _given_texts(args) or [line for _, line in input_texts()]
        _write(embed(_checked(texts)), args.output)
        return
    show = _show_nearest(args, embed) if args.nearest else _show_vector
    for texts in _portions(args):
        for text, vector in zip(texts, embed(_checked(texts)), strict=True):
            show(text, vector)
        flush_answers()


def load_embedder(model: str):
    """Returns a function from a list of texts to vectors `(texts, hidden_size)` of length 1.

    Args:
        model: a preset of any head, or a `.tflite` file of an `AlbertTextEmbedder`.

    Raises:
        CheckpointError: when the preset carries no tokenizer.
    """
    if is_tflite(model):
        from albert_tf.export import TFLiteRunner

        return TFLiteRunner(model).embed
    from albert_tf.weights import read_checkpoint

    checkpoint = read_checkpoint(model)  # what is wrong with it is said before TensorFlow is awake
    from albert_tf import AlbertTextEmbedder

    embedder = AlbertTextEmbedder.from_checkpoint(checkpoint)
    if embedder.preprocessor is None:
        raise CheckpointError(no_tokenizer(model))
    return lambda texts: embedder.predict(texts, batch_size=64, verbose=0)


def _check_arguments(args):
    if args.file and args.texts:
        raise DataError("there are TEXTs beside --file; give one or the other")
    if args.output and args.nearest:
        raise DataError("--output writes vectors, --nearest prints texts; give one or the other")
    if args.output and Path(args.output).suffix != ".npy":
        raise DataError(f"--output is {args.output}; expected a name that ends in .npy")
    if args.top < 1:
        raise DataError(f"--top is {args.top}; expected at least 1")
    if not (args.file or args.nearest):
        for name in ("text", *FORMAT_ARGUMENTS):
            if getattr(args, name):
                option = f"--{name.replace('_', '-')}"
                raise DataError(f"{option} tells how to read a table, and there is none")


def _given_texts(args) -> list[str] | None:
    """The texts of --file or of the command line; None for standard input."""
    if not args.file:
        return args.texts or None
    return _table_texts(args, args.file)


def _table_texts(args, path):
    data = read_texts(args, path)
    for line in data.notes:
        note(line)
    return data.texts


def _portions(args):
    texts = _given_texts(args)
    if texts is not None:
        yield texts
        return
    for _, line in input_texts():
        yield [line]


def _checked(texts):
    for number, text in enumerate(texts, 1):
        if not text.strip():
            raise DataError(f"text {number} is empty; expected words to embed")
    return texts


def _write(vectors, path):
    with Path(path).open("wb") as file:
        np.save(file, vectors)
    say(f"{path}: {vectors.shape[0]:,} vectors of {vectors.shape[1]}, float32")


def _show_vector(text, vector):
    row = {"text": text, "vector": [round(float(x), 6) for x in vector]}
    answer_json(row)


def _show_nearest(args, embed):
    candidates = list(dict.fromkeys(_table_texts(args, args.nearest)))
    vectors = embed(_checked(candidates))

    def show(text, vector):
        cosines = vectors @ vector
        for i in np.argsort(-cosines, kind="stable")[: args.top]:
            cells = (f"{cosines[i]:.3f}", text, candidates[i])
            answer("\t".join(" ".join(cell.split()) for cell in cells))

    return show
