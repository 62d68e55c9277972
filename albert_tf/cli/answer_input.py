"""What `albert-tf predict` answers: texts, questions or choices, of the command line, a file or standard input."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from albert_tf.cli.console import note
from albert_tf.cli.data_arguments import FORMAT_ARGUMENTS, add_table_arguments, read_texts
from albert_tf.cli.text_input import TEXTS_HELP, given_texts, input_texts
from albert_tf.errors import DataError

OF_HEAD = {"question_answerer": ("context",), "multiple_choice": ("choice", "context")}
"""Options that only some heads take, beside those of the heads that are not here."""

Portion = tuple[tuple, list[dict]]
"""What is answered together: a list for each role, such as questions and contexts; and what JSON says of each text."""


def add_input_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments that say what to answer."""
    parser.add_argument("texts", nargs="*", metavar="TEXT", help=TEXTS_HELP)
    parser.add_argument("--pair-text", metavar="TEXT", help="the second text of each TEXT's pair")
    parser.add_argument(
        "--context",
        metavar="FILE",
        help="a text that answers the questions, or is read before the choices",
    )
    parser.add_argument(
        "--choice",
        metavar="TEXT",
        action="append",
        help="one of the choices of each TEXT; repeated",
    )
    parser.add_argument(
        "--file",
        metavar="FILE",
        help="csv, tsv, jsonl or json, also .gz; of questions a table (--text the question, --pair the context) or "
        "SQuAD's json; of choices a table with a column for each",
    )
    add_table_arguments(parser, labels=False)


def check_input_arguments(args) -> None:
    """Refuses what would be passed over in silence, such as --text for a text instead of a column.

    Raises:
        DataError: naming the option.
    """
    if args.file:
        for name in ("texts", "pair_text", "context", "choice"):
            if getattr(args, name):
                beside = "TEXTs" if name in ("texts", "pair_text") else f"a --{name}"
                verb = "are" if beside == "TEXTs" else "is"
                raise DataError(f"there {verb} {beside} beside --file; give one or the other")
        return
    for name in ("text", "pair", *FORMAT_ARGUMENTS):
        if getattr(args, name):
            option = f"--{name.replace('_', '-')}"
            raise DataError(
                f"{option} tells how to read a --file, and there is none; give texts without an option, "
                'as in: albert-tf predict MODEL "a text"'
            )


def check_arguments_of_head(args, head: str) -> None:
    """Refuses options that a head does not read, and misses those without which it cannot answer.

    Args:
        args: of `add_input_arguments`.
        head: of the model.

    Raises:
        DataError: naming the option.
    """
    for name in ("context", "choice"):
        if getattr(args, name) and name not in OF_HEAD.get(head, ()):
            takers = " or ".join(each for each, names in OF_HEAD.items() if name in names)
            raise DataError(f"--{name} is for a {takers}, and the model is a {head}; leave it out")
    if args.pair_text and head in (*OF_HEAD, "token_classifier"):
        raise DataError(
            f"--pair-text is for pairs of texts, and the model is a {head}; leave it out"
        )
    for name in OF_HEAD.get(head, ())[:1]:
        if not getattr(args, name) and not args.file:
            what = "a text that answers the questions" if name == "context" else "choices"
            raise DataError(f"a {head} needs {what}; give --{name}, or a --file that holds both")


def portions(args, head: str) -> Iterator[Portion]:
    """Yields what to answer together: a file, all arguments, or a line of a pipe.

    Raises:
        DataError: when a text is empty, or a file cannot be read.
    """
    if args.file:
        yield _of_file(args, head)
        return
    context = None if args.context is None else _context(args.context)
    for texts in _typed_or_piped(args):
        yield _beside(texts, args, head, context)


def _typed_or_piped(args) -> Iterator[list[str]]:
    texts = given_texts(args.texts)
    for number, text in enumerate(texts, 1):
        if not text.strip():
            raise DataError(f"text {number} is empty; expected words to answer")
    if texts:
        yield texts
    else:
        for _, line in input_texts():
            yield [line]


def _beside(texts, args, head, context) -> Portion:
    """Texts with what the options say of each."""
    if head == "question_answerer":
        return (texts, [context] * len(texts)), [{"question": text} for text in texts]
    if head == "multiple_choice":
        contexts = None if context is None else [context] * len(texts)
        return _choices(texts, [args.choice] * len(texts), contexts)
    return _texts(texts, args.pair_text and [args.pair_text] * len(texts))


def _texts(texts, pairs) -> Portion:
    if pairs is None:
        return (texts,), [{"text": text} for text in texts]
    both = zip(texts, pairs, strict=True)
    return (texts, pairs), [{"text": text, "pair": pair} for text, pair in both]


def _choices(questions, choices, contexts) -> Portion:
    both = zip(questions, choices, strict=True)
    given = [{"question": question, "choices": list(own)} for question, own in both]
    return (questions, choices, contexts), given


def _context(path) -> str:
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise DataError(
            f"--context {path}: cannot be read ({error.strerror}); expected a text file"
        ) from None
    except UnicodeDecodeError:
        raise DataError(
            f"--context {path}: not UTF-8; convert it first, e.g. with iconv -f latin1"
        ) from None
    if not text.strip():
        raise DataError(f"--context {path}: it holds no text; expected what answers the questions")
    return text


# === Files ===


def _of_file(args, head) -> Portion:
    if head == "multiple_choice":
        return _choices_of_file(args)
    if head == "question_answerer" and (found := _squad(args.file)):
        questions = [question.question for question in found]
        given = [{"id": each.id, "question": each.question} for each in found]
        return (questions, [question.context for question in found]), given
    table = read_texts(args, args.file)
    for line in table.notes:
        note(line)
    if head != "question_answerer":
        return _texts(table.texts, table.pairs if head != "token_classifier" else None)
    if table.pairs is None:
        raise DataError(
            f"{args.file}: there are questions without contexts; name the columns: --text QUESTION --pair CONTEXT"
        )
    return (table.texts, table.pairs), [{"question": text} for text in table.texts]


def _squad(path):
    """The questions of SQuAD's json; None for a file of another form."""
    from albert_tf.tables.files import read_decoded

    if not str(path).removesuffix(".gz").endswith(".json"):
        return None
    if not read_decoded(Path(path)).text.lstrip().startswith("{"):
        return None
    from albert_tf.tasks import read_squad

    return read_squad(path)


def _choices_of_file(args) -> Portion:
    from albert_tf.tables import read_choices

    form = {name: getattr(args, name) for name in ("encoding", "delimiter", "quoting")}
    found = read_choices(args.file, question_column=args.text, context_column=args.pair, **form)
    with_context = [question.context is not None for question in found]
    if any(with_context) and not all(with_context):
        line = found[with_context.index(False)].line
        raise DataError(
            f"{args.file}:{line}: there is no context, as other questions have; fill it in"
        )
    contexts = [question.context for question in found] if all(with_context) else None
    return _choices([each.question for each in found], [each.choices for each in found], contexts)
