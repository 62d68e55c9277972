"""Learn a vocabulary from texts: for a language, or a model, of one's own.

TEXTS are text files, plain or gzip, one text or paragraph a line, and tables (csv, tsv, jsonl, json, also .gz), of
which the column of texts is taken. FILE is what albert-tf pretraining-data and finetune take as --tokenizer:

  unigram    a SentencePiece model as ALBERT's own (pip install "albert-tf[vocabulary]")
  wordpiece  a vocab.txt as BERT's and the Chinese ALBERTs'; a Chinese character is a word

The same texts give the same bytes.

  albert-tf vocabulary corpus.txt.gz reviews.csv --size 8000 --output spiece.model
  albert-tf vocabulary corpus.txt --kind wordpiece --size 12000 --output vocab.txt
  albert-tf pretraining-data corpus.txt --tokenizer vocab.txt --output records
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path

from albert_tf.cli.console import command_line, note, say
from albert_tf.cli.data_arguments import FORMAT_ARGUMENTS, add_table_arguments, read_texts
from albert_tf.errors import AlbertError, DataError, MissingExtraError

NAME = "vocabulary"
HELP = "learn a vocabulary from texts"

NAMES = {"unigram": "spiece.model", "wordpiece": "vocab.txt"}
SAMPLE = 1000
"""Texts that are tokenized for the figures that are printed."""


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf vocabulary`."""
    parser.add_argument("files", nargs="+", metavar="TEXTS", help="text files and tables")
    parser.add_argument(
        "--kind", choices=tuple(NAMES), default="unigram", help="default: %(default)s"
    )
    parser.add_argument(
        "--size",
        type=int,
        default=8000,
        metavar="N",
        help="number of pieces (default: %(default)s)",
    )
    parser.add_argument(
        "--output", metavar="FILE", help="file to write (default: spiece.model or vocab.txt)"
    )
    parser.add_argument(
        "--cased",
        action="store_true",
        help="keep capitals and accents; whatever reads the vocabulary needs --cased too (default: lower-case)",
    )
    parser.add_argument(
        "--character-coverage",
        type=float,
        metavar="X",
        help="share of the texts' characters that can be spelled, the others become unknown (default: 0.9995 for texts "
        "without blanks between words, such as Chinese, else 0.99995)",
    )
    add_table_arguments(parser, labels=False)


def run(args) -> None:
    """Runs `albert-tf vocabulary`."""
    from albert_tf.tokenizer.trainers import train_vocabulary

    start = time.monotonic()
    output = Path(args.output or NAMES[args.kind])
    _check(args, output)
    texts = [text for file in args.files for text in _texts(args, file)]
    keep = False if args.cased else None
    try:
        content = train_vocabulary(
            texts,
            kind=args.kind,
            size=args.size,
            lowercase=not args.cased,
            strip_accents=keep,
            character_coverage=args.character_coverage,
        )
    except MissingExtraError:
        raise
    except AlbertError as error:
        raise type(error)(_in_options(str(error))) from error
    _write(output, content)
    _report(args, output, texts, keep, time.monotonic() - start)


def _check(args, output: Path) -> None:
    """Raises what would otherwise be found after minutes."""
    if output.is_dir():
        raise DataError(
            f"--output is the folder {output}; expected a file's name, such as {output / NAMES[args.kind]}"
        )
    if not output.absolute().parent.is_dir():
        raise DataError(
            f"--output is {output}, and there is no folder {output.parent}; make it first"
        )
    if not any(map(_is_table, args.files)):
        for name in ("text", "pair", *FORMAT_ARGUMENTS):
            if getattr(args, name):
                option = f"--{name.replace('_', '-')}"
                raise DataError(f"{option} tells how to read a table, and there is none")


def _is_table(file: str) -> bool:
    from albert_tf.tables.table import JSON_LINES

    tables = (".csv", ".tsv", ".tab", ".json", *JSON_LINES)
    return Path(file.lower().removesuffix(".gz")).suffix in tables


def _texts(args, file: str) -> Iterator[str]:
    if not _is_table(file):
        from albert_tf.pretraining.text_lines import text_lines

        yield from (line for _, line in text_lines(file))
        return
    table = read_texts(args, file)
    for line in table.notes:
        note(line)
    yield from table.texts
    yield from table.pairs or ()


def _write(path: Path, content: bytes) -> None:
    """Writes the file whole or not at all."""
    from albert_tf.operating_system import move_file

    part = path.with_name(f".{path.name}.tmp")
    try:
        part.write_bytes(content)
        move_file(part, path)
    finally:
        part.unlink(missing_ok=True)


def _report(args, output: Path, texts: list[str], keep: bool | None, seconds: float) -> None:
    from albert_tf.tokenizer import AlbertTokenizer

    tokenizer = AlbertTokenizer(output, lowercase=keep, strip_accents=keep)
    sample = [text for text in texts if text.strip()]
    sample = sample[:: -(-len(sample) // SAMPLE)]
    ids = [i for row in tokenizer.encode_batch(sample) for i in row]
    characters = sum(map(len, sample)) / max(1, len(ids))
    unknown = ids.count(tokenizer.unk_id) / max(1, len(ids))
    say(
        f"{len(texts):,} texts -> {tokenizer.vocab_size:,} pieces in {output}; {characters:.2f} characters a token, "
        f"{100 * unknown:.2f} % of tokens unknown; {seconds:.0f} s"
    )
    cased = ["--cased"] if args.cased else []
    following = command_line("pretraining-data", "TEXTS", "--tokenizer", output, *cased)
    say(f"\nnext:  {following} --output records")


def _in_options(message: str) -> str:
    """Turns the names of arguments in a message into those of options."""
    return re.sub(r"^size is", "--size is", message).replace(
        "character_coverage", "--character-coverage"
    )
