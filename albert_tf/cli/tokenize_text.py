"""Show how texts become token ids.

Without TEXT, or with - as TEXT, reads standard input, one text a line. Prints one line for each text: the pieces, or
with --ids their numbers, or with --json both and the character span of every piece in the text.

  albert-tf tokenize "Hello, World!"
  albert-tf tokenize --json < texts.txt
"""

from albert_tf.cli.console import answer, answer_json, flush_answers
from albert_tf.cli.text_input import TEXTS_HELP, given_texts, input_lines

NAME = "tokenize"
HELP = "show how texts become token ids"


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf tokenize`."""
    parser.add_argument("texts", nargs="*", metavar="TEXT", help=TEXTS_HELP)
    parser.add_argument(
        "--tokenizer",
        "--model",
        metavar="FILE",
        help="a SentencePiece model, a vocab.txt or a tokenizer.json; default the bundled English one",
    )
    parser.add_argument(
        "--cased",
        action="store_true",
        help="keep capitals and accents, for models trained with them",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--ids", action="store_true", help="print ids instead of pieces")
    form.add_argument("--json", action="store_true", help="print ids, pieces and character spans")


def run(args) -> None:
    """Runs `albert-tf tokenize`."""
    from albert_tf.tokenizer import AlbertTokenizer

    texts = given_texts(args.texts)
    keep = False if args.cased else None
    tokenizer = AlbertTokenizer(args.tokenizer, lowercase=keep, strip_accents=keep)
    for text in texts or (line for _, line in input_lines()):
        ids, spans = tokenizer.encode(text, offsets=True)
        pieces = [tokenizer.id_to_piece(i) for i in ids]
        if args.json:
            row = {"text": text, "ids": ids, "pieces": pieces, "offsets": [list(s) for s in spans]}
            answer_json(row)
        else:
            answer(" ".join(map(str, ids) if args.ids else pieces))
        flush_answers()
