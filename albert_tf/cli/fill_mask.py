"""Fill in the masks of texts: the most probable tokens in the place of each [MASK].

Without TEXT, or with - as TEXT, reads standard input, one text a line, and answers each line as it comes; empty lines
are passed over, and counted in the end. Prints one line for each token: the token, its probability, and the text with
it, separated by tabs; further masks stay masks. With --json prints an object for each text, with all its masks.

A blank before [MASK] belongs to it: it stands for a word, or for the end of one where nothing separates them.

  albert-tf fill-mask "the capital of [MASK] is paris"
  albert-tf fill-mask --top 3 --json "[MASK] is the capital of [MASK]."
  albert-tf fill-mask --model runs/pretraining/model < texts.txt
"""

import dataclasses

from albert_tf.answers.mask_reader import MASK
from albert_tf.cli.console import answer, answer_json, flush_answers
from albert_tf.cli.model_arguments import FILLS_MASKS, is_tflite, no_tokenizer
from albert_tf.cli.text_input import TEXTS_HELP, given_texts, input_texts
from albert_tf.errors import CheckpointError, DataError, ExportError

NAME = "fill-mask"
HELP = "name the words that may stand at [MASK]"
EXPECTED = "expected a masked language model, as albert_small_en is"


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf fill-mask`."""
    parser.add_argument("texts", nargs="*", metavar="TEXT", help=f"{TEXTS_HELP}; with [MASK] in it")
    parser.add_argument(
        "--model",
        default="albert_small_en",
        metavar="MODEL",
        help="a preset or a .tflite file of a masked language model (default: %(default)s)",
    )
    parser.add_argument(
        "--top",
        type=int,
        default=5,
        metavar="K",
        help="tokens for each mask, at most (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object for each text")


def run(args) -> None:
    """Runs `albert-tf fill-mask`."""
    if args.top < 1:
        raise DataError(f"--top is {args.top}; expected at least 1")
    texts = given_texts(args.texts)
    for number, text in enumerate(texts, 1):
        _check(text, f"text {number}")
    fill = load_filler(args.model, args.top)
    for portion in [texts] if texts else _lines():
        for text, masks in zip(portion, fill(portion), strict=True):
            if not masks:  # of a model whose mask is spelled otherwise
                raise DataError(_without_mask("a text", text))
            _show(args, text, masks)
        flush_answers()


def load_filler(model: str, top: int):
    """Returns a function from a list of texts to the masks of each.

    Args:
        model: a preset, or a `.tflite` file, of an `AlbertMaskedLM`.
        top: tokens for each mask.

    Raises:
        AlbertError: when it cannot be loaded, is another kind of model, or carries no tokenizer.
    """
    if is_tflite(model):
        return _load_runner(model, top)
    from albert_tf.weights import read_checkpoint

    checkpoint = read_checkpoint(model)  # what is wrong with it is said before TensorFlow is awake
    if checkpoint.head not in (FILLS_MASKS, "pretrainer"):
        raise CheckpointError(
            f"{model} holds a {checkpoint.head or 'backbone without a head'}; {EXPECTED}"
        )
    from albert_tf import AlbertMaskedLM

    filler = AlbertMaskedLM.from_checkpoint(checkpoint)
    if filler.preprocessor is None:
        raise CheckpointError(no_tokenizer(model))
    return lambda texts: filler.answer(texts, top=top)


def _load_runner(path, top):
    from albert_tf.export import TFLiteRunner

    runner = TFLiteRunner(path)
    if runner.head != FILLS_MASKS:
        raise ExportError(f"{path} holds a {runner.head or 'backbone without a head'}; {EXPECTED}")
    runner.decoder = dataclasses.replace(runner.decoder, top=top)
    return runner


def _lines():
    for number, line in input_texts():
        _check(line, f"standard input, line {number}")
        yield [line]


def _check(text, where):
    if MASK not in text and "<mask>" not in text:
        raise DataError(_without_mask(where, text))


def _without_mask(where, text):
    shown = " ".join(text.split())[:40]
    return f"{where} has no {MASK}: {shown!r}; write {MASK} in the place of a word"


def _show(args, text, masks):
    if args.json:
        answer_json({"text": text, "masks": [dataclasses.asdict(mask) for mask in masks]})
        return
    for mask in masks:
        for token in mask.tokens:
            filled = text[: mask.start] + token.text + text[mask.end :]
            # A line and its cells stay what they are, whatever line breaks and tabs the text holds.
            cells = (token.text, f"{token.probability:.4f}", filled)
            answer("\t".join(" ".join(cell.split()) for cell in cells))
