r"""Prepare raw text for pretraining: sentence-order pairs with masked runs of whole words, as TFRecord files.

FILES are plain text or gzip, UTF-8, one paragraph a line, a blank line between documents. DIR gets the records, a
manifest.json that says how they were made and what each file hashes to, and the tokenizer's model. It appears when
all is complete, and never in part.

Each example is two segments of one document, in their order or swapped, which the model has to tell (sentence-order
prediction); in each, runs of up to 3 words are masked, a run of n with a probability in proportion to 1/n. The names of
the features are those of google-research/albert, so its run_pretraining.py reads the files too.

The same texts, options and seed give the same bytes, from any number of processes and from Beam. The texts may be
larger than memory.

  albert-tf pretraining-data corpus.txt.gz --output records
  albert-tf pretraining-data part*.txt --output records --masking dynamic --exclude test.txt
  albert-tf pretraining-data zh.txt --output records --tokenizer vocab.txt --words jieba
  albert-tf pretraining-data part*.txt --output records --shards 256 --beam --runner FlinkRunner \
      --pipeline-option flink_master=localhost:8081
"""

import logging
import os
import re
import sys
import time
from pathlib import Path

from albert_tf.cli.console import megabytes, note, percent, say, status
from albert_tf.cli.data_arguments import check_files
from albert_tf.errors import AlbertError, MissingExtraError

NAME = "pretraining-data"
HELP = "prepare raw text for pretraining"
SECONDS_BETWEEN_LINES = 30
# What the library calls the options, for its messages.
NAMES = (
    "sequence_length short_share duplicates seed max_masked masked_share max_ngram shards processes"
)


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf pretraining-data`."""
    parser.add_argument("files", nargs="+", metavar="FILES", help="texts, plain or gzip")
    parser.add_argument(
        "--output", required=True, metavar="DIR", help="folder to make; must not exist or be empty"
    )
    parser.add_argument(
        "--exclude",
        nargs="+",
        default=[],
        metavar="FILE",
        help="texts of test sets, one a line, plain or gzip: sentences and paragraphs equal to one of them, but for "
        "capitals, white space and outer punctuation, are left out and counted",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of all that is random (default: 0)"
    )
    _add_example_arguments(parser.add_argument_group("examples"))
    _add_masking_arguments(parser.add_argument_group("masking"))
    _add_tokenizer_arguments(parser.add_argument_group("tokenizer"))
    _add_work_arguments(parser.add_argument_group("how the work is done"))


def _add_example_arguments(group) -> None:
    group.add_argument(
        "--sequence-length",
        type=int,
        default=128,
        metavar="N",
        help="tokens of an example, special ones included (default: %(default)s)",
    )
    group.add_argument(
        "--short-share",
        type=float,
        default=0.1,
        metavar="X",
        help="share of the examples that aim at a random shorter length (default: %(default)s)",
    )
    group.add_argument(
        "--duplicates",
        type=int,
        default=1,
        metavar="N",
        help="make each document into examples N times, with other cuts and masks (default: %(default)s)",
    )


def _add_masking_arguments(group) -> None:
    group.add_argument(
        "--masking",
        choices=("static", "dynamic"),
        default="static",
        help="static: masked now, the same in every epoch; dynamic: masked anew in every epoch of the training, by "
        "the same rules (default: %(default)s)",
    )
    group.add_argument(
        "--max-masked",
        type=int,
        default=20,
        metavar="N",
        help="most masked tokens of an example (default: %(default)s)",
    )
    group.add_argument(
        "--masked-share",
        type=float,
        default=0.15,
        metavar="X",
        help="masked share of an example's tokens, up to --max-masked (default: %(default)s)",
    )
    group.add_argument(
        "--max-ngram",
        type=int,
        default=3,
        metavar="N",
        help="words of the longest run that is masked together (default: %(default)s)",
    )
    group.add_argument(
        "--words",
        choices=("marked", "jieba"),
        default="marked",
        help="marked: words are what blanks and the vocabulary's marks part, and Chinese characters; jieba: Chinese "
        'words are masked whole, as jieba finds them (pip install "albert-tf[zh]") (default: %(default)s)',
    )


def _add_tokenizer_arguments(group) -> None:
    group.add_argument(
        "--tokenizer",
        metavar="FILE",
        help="a SentencePiece model, a vocab.txt or a tokenizer.json; default the bundled English one",
    )
    group.add_argument(
        "--cased", action="store_true", help="keep capitals and accents (default: lower-case)"
    )


def _add_work_arguments(group) -> None:
    group.add_argument(
        "--shards", type=int, default=16, metavar="N", help="record files (default: %(default)s)"
    )
    group.add_argument(
        "--processes", type=int, metavar="N", help="default: one for each core; not with --beam"
    )
    group.add_argument(
        "--beam",
        action="store_true",
        help="work in an Apache Beam pipeline; a shard must fit in a worker's memory",
    )
    group.add_argument(
        "--runner", metavar="NAME", help="Beam's runner (default: DirectRunner, on this machine)"
    )
    group.add_argument(
        "--pipeline-option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of Beam or its runner; may be given several times",
    )


def run(args) -> None:
    """Runs `albert-tf pretraining-data`."""
    if not args.beam and (args.runner or args.pipeline_option):
        raise AlbertError("--runner and --pipeline-option are for Beam; add --beam")
    if args.beam and args.processes is not None:
        raise AlbertError("--processes is not for --beam; its runner decides, by --pipeline-option")
    if args.beam and not args.debug:
        logging.disable(logging.CRITICAL)  # a worker's traceback, and what Beam has not found
    if not args.beam:  # which reads other places too
        check_files(*args.files, *args.exclude)
    try:
        options = _common(args)
        start = time.monotonic()
        manifest = _build_with_beam(args, options) if args.beam else _build(args, options)
    except MissingExtraError:
        raise
    except AlbertError as error:
        raise type(error)(_in_options(str(error))) from error
    _report(args, manifest, time.monotonic() - start)


def _build(args, options):
    from albert_tf.pretraining import build_records

    with _Progress() as progress:
        processes = _processes(args)
        return build_records(**options, processes=processes, on_progress=progress.show)


def _build_with_beam(args, options):
    from albert_tf.pretraining import build_records_with_beam

    flags = [f"--{option.lstrip('-')}" for option in args.pipeline_option]
    named = {"runner": args.runner} if args.runner else {}
    return build_records_with_beam(**options, options=flags, **named)


def _common(args) -> dict:
    """The arguments that both ways of working share."""
    from albert_tf.pretraining import ExampleRecipe, ExcludedTexts, MaskingRecipe
    from albert_tf.tokenizer import AlbertTokenizer

    recipe = ExampleRecipe(
        sequence_length=args.sequence_length,
        short_share=args.short_share,
        duplicates=args.duplicates,
        seed=args.seed,
        masking=args.masking,
        mask=MaskingRecipe(
            masked_share=args.masked_share,
            max_masked=args.max_masked,
            max_ngram=args.max_ngram,
        ),
        words=args.words,
    )
    keep = False if args.cased else None
    return {
        "files": args.files,
        "output": args.output,
        "tokenizer": AlbertTokenizer(args.tokenizer, lowercase=keep, strip_accents=keep),
        "recipe": recipe,
        "shards": args.shards,
        "excluded": ExcludedTexts.from_files(args.exclude),
    }


def _processes(args) -> int:
    if args.processes is not None:
        return args.processes
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


class _Progress:
    """Documents, examples and tokens a second: a moving line on a terminal, elsewhere a line now and then."""

    def __init__(self):
        self.start = self.last = time.monotonic()
        self.status = status("reading") if sys.stderr.isatty() else None

    def __enter__(self):
        if self.status:
            self.status.start()
        return self

    def __exit__(self, *error):
        if self.status:
            self.status.stop()

    def show(self, counts) -> None:
        """Shows the counts so far."""
        now = time.monotonic()
        rate = counts["text_tokens"] / (now - self.start)
        line = f"{counts['documents']:,} documents, {counts['examples']:,} examples, {rate:,.0f} tokens/s"
        if self.status:
            self.status.update(line)
        elif now - self.last >= SECONDS_BETWEEN_LINES:
            self.last = now
            say(line)


def _report(args, manifest, seconds) -> None:
    counts, size = manifest.counts, sum(shard.bytes for shard in manifest.shards)
    if counts["excluded_paragraphs"] or counts["excluded_sentences"]:
        note(
            f"left out {counts['excluded_paragraphs']:,} paragraphs and {counts['excluded_sentences']:,} sentences: "
            f"they equal one of {manifest.settings['excluded_texts']:,} excluded texts"
        )
    if counts["documents_without_examples"]:
        note(f"{counts['documents_without_examples']:,} documents made no example")
    masked = (
        f"{percent(counts['masked_tokens'] / counts['example_tokens'])} of their tokens masked"
        if manifest.masking == "static"
        else "to be masked when they are read"
    )
    say(
        f"{counts['documents']:,} documents with {counts['text_tokens']:,} tokens -> {counts['examples']:,} examples, "
        f"{percent(counts['swapped'] / counts['examples'])} swapped, {masked}; "
        f"{len(manifest.shards)} files, {megabytes(size)}, in {Path(args.output)}"
    )
    rate = counts["text_tokens"] / seconds
    by = "Beam" if args.beam else f"{_processes(args)} process{'es' * (_processes(args) > 1)}"
    say(f"{seconds:.1f} s, {rate:,.0f} tokens/s with {by}")


def _in_options(message: str) -> str:
    """Turns the names of arguments in a message into those of options."""
    names = "|".join(NAMES.split())
    return re.sub(rf"^({names}) is ", lambda match: f"--{match[1].replace('_', '-')} is ", message)
