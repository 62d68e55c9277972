"""Show the whole way on bundled data: fine-tune, export, check, answer.

Fine-tunes albert_small_en, the English ALBERT that comes with the package, exports it to an int8 TFLite file, compares
the file with the Keras model, and answers sentences from the file; then yours, when the terminal is interactive.

--task reviews: whether a sentence of a review is positive, from 3,000 (Sentiment Labelled Sentences, CC BY 4.0).
--task commands: what a command to a voice assistant wants, and of what, by two models, from 13,784 (SNIPS, CC0).

--language zh: whether a sentence of a review is positive, in Chinese, from 1,300 (written for this package, CC0). No
Chinese ALBERT comes with the package, so a small one starts from random weights, with a vocabulary of its own: it shows
the way, not what an ALBERT can do. With one, say --preset.

  albert-tf demo
  albert-tf demo --task commands
  albert-tf demo --open
  albert-tf demo --language zh
"""

import abc
import argparse
import string
import sys
import webbrowser
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from albert_tf.cli import finetune
from albert_tf.cli.console import answer, megabytes, percent, say
from albert_tf.cli.fine_tuning_arguments import add_model_arguments, choose_start
from albert_tf.errors import DataError
from albert_tf.heads import head_of

NAME = "demo"
HELP = "the whole way on bundled data, in a few minutes"


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf demo`."""
    parser.add_argument(
        "--task",
        choices=tuple(dict.fromkeys(task for task, _ in DEMOS)),
        default="reviews",
        help="what to show (default: %(default)s)",
    )
    parser.add_argument(
        "--language",
        choices=tuple(dict.fromkeys(language for _, language in DEMOS)),
        default="en",
        help="of the texts: en, or zh for Chinese reviews (default: %(default)s)",
    )
    parser.add_argument(
        "--output",
        metavar="DIR",
        help="default: runs/demo, runs/demo-commands for commands, or runs/demo-zh for Chinese",
    )
    parser.add_argument(
        "--open", action="store_true", help="open the page that answers with the file in a browser"
    )
    add_model_arguments(parser.add_argument_group("model"))


def run(args) -> None:
    """Runs `albert-tf demo`."""
    if (args.task, args.language) not in DEMOS:
        raise DataError(
            f"--task {args.task} is not there in --language {args.language}; leave one of them out"
        )
    demo = DEMOS[args.task, args.language](args)
    demo.make_files()
    say(f"{demo.next_step()}answers from the file{'s' if demo.models > 1 else ''}\n")
    for text in demo.typed:
        demo.answer(text)
    _show_page(demo.output / f"{demo.page_of}.tflite", demo.output / "page", args.open)
    if sys.stdin.isatty():
        _answer_typed(demo)


class Demo(abc.ABC):
    """What one demo trains and shows.

    Args:
        args: of the command.

    Attributes:
        folder: the usual one for what it makes.
        models: how many it makes.
        page_of: the name of the file that a page is made of.
        prepared: steps before the first of them.
        typed: what the files answer in the end.
    """

    folder: str
    models = 1
    page_of: str
    prepared = 0
    typed: tuple[str, ...]

    def __init__(self, args):
        self.args = args
        self.output = _new_folder(Path(args.output or self.folder))
        self.steps = 0

    @abc.abstractmethod
    def make_files(self) -> None:
        """Trains the models and exports their files."""

    @abc.abstractmethod
    def answer(self, text: str) -> None:
        """Prints what the files say of a text."""

    def next_step(self) -> str:
        """Returns the number of the step that begins, and of how many it is."""
        self.steps += 1
        return f"{self.steps}/{self.prepared + 3 * self.models + 1}  "

    def fine_tune(self, what: str, run_dir: Path, *arguments: str):
        """Fine-tunes, and says so; returns what `albert_tf.finetune` does.

        Args:
            what: is learned from, for the line that says so.
            run_dir: of the run, which `albert-tf finetune --resume` can continue.
            *arguments: of `albert-tf finetune`, of which DATA is the first.
        """
        say(f"{self.next_step()}fine-tuning on {what}, into {run_dir}")
        options = finetune.default_arguments(*arguments, "--output", str(run_dir))
        for name, value in _given_model_arguments(self.args).items():
            setattr(options, name, value)
        choose_start(options)
        return finetune.fine_tune(options, run_dir)

    def export(self, model, name: str, texts: Sequence[str]):
        """Exports, compares on texts and measures, and says so; returns a `TFLiteRunner` of the file.

        Args:
            model: a task model.
            name: of the file, without its suffix.
            texts: to compare the answers on.
        """
        from albert_tf.export import TFLiteRunner, export_tflite, measure_tflite

        say(f"\n{self.next_step()}exporting to TFLite, int8")
        path = self.output / f"{name}.tflite"
        export = export_tflite(model, path, texts=texts)
        say(f"{self.next_step()}measuring the file")
        measured = measure_tflite(path, (32,))
        tokens = "the tokens of " if head_of(model.head).outputs_by_token() else ""
        say(
            f"     {path}: {megabytes(path.stat().st_size)}, {measured.latency_ms[32].median:.1f} ms for 32 tokens on "
            f"one thread, loads in {measured.load_ms:.0f} ms; same label as Keras on "
            f"{percent(export.parity.agreement)} of {tokens}{len(texts):,} texts"
        )
        return TFLiteRunner(path)


class Reviews(Demo):
    """Whether a sentence is positive."""

    folder = "runs/demo"
    page_of = "sentiment"
    typed = (
        "The food was wonderful and the staff could not have been kinder",
        "It broke after two days, and nobody answered my letters",
        "Not bad at all, I would go again",
        "I wanted to like this film, but it bored me to tears",
    )

    def make_files(self) -> None:
        """Trains and exports a classifier."""
        from albert_tf.tasks import CLASS_NAMES, demo_data, write_table

        data = self.output / "sentences.csv"
        write_table(data, demo_data("uci_sentences"), CLASS_NAMES["uci_sentences"])
        options = ["--text", "text", "--label", "label"]
        options += ["--recipe", "demo", "--validation-share", "0.2"]
        finetuned = self.fine_tune("sentences of reviews", self.output, str(data), *options)
        self.runner = self.export(finetuned.model, self.page_of, finetuned.validation.texts)

    def answer(self, text: str) -> None:
        """Prints the label."""
        (result,) = self.runner([text])
        answer(f"{result.label} {percent(result.probability):>8}  {text}")


class Commands(Demo):
    """What a command wants, and of what."""

    folder = "runs/demo-commands"
    models = 2
    page_of = "intents"
    typed = (
        "Play something by Nina Simone on Spotify",
        "Book a table for four at an Italian place in Boston tomorrow night",
        "Will it snow in Oslo this weekend?",
        "Give the last book I read four out of five stars",
    )

    def make_files(self) -> None:
        """Trains and exports a classifier of intents, and a token classifier of their parts."""
        from albert_tf.tasks import copy_demo_data, demo_data

        train, some, test = (self.output / f"{name}.jsonl" for name in ("train", "some", "test"))
        copy_demo_data("snips", train)
        copy_demo_data("snips", test, "test")
        # They are sorted by intent, and a quarter of them is enough to tell these apart.
        some.write_bytes(b"".join(train.read_bytes().splitlines(keepends=True)[::4]))
        texts = demo_data("snips", "test").texts
        quick = ["--validation", str(test), "--epochs", "1", "--learning-rate", "3e-4"]
        labels = ["--task", "classification", "--label", "intent"]
        intents = self.fine_tune(
            "what commands want", self.output / "intents", str(some), *labels, *quick
        )
        self.intents = self.export(intents.model, self.page_of, texts)
        say("")
        spans = ["--task", "token-classification", "--batch-size", "16"]
        slots = self.fine_tune("their parts", self.output / "slots", str(train), *spans, *quick)
        self.slots = self.export(slots.model, "slots", texts)

    def answer(self, text: str) -> None:
        """Prints the intent, and the parts that have a name."""
        (intent,), (parts,) = self.intents([text]), self.slots([text])
        answer(f"{intent.label} {percent(intent.probability):>8}  {text}")
        for part in parts:
            answer(f"    {part.label}: {part.text}")


class ChineseReviews(Reviews):
    """Whether a Chinese sentence is positive."""

    folder = "runs/demo-zh"
    typed = (
        "汤很鲜，服务也很周到",
        "用了两天就坏了，客服还不理人",
        "房间不大，但是干净，住得很舒服",
        "本来很期待这部电影，看完很失望",
    )

    def make_files(self) -> None:
        """Makes a vocabulary, trains and exports a classifier."""
        from albert_tf.tasks import demo_data, split_table, write_table

        split = split_table(demo_data("zh_sentences"), 0.2)
        train, validation = (self.output / f"{part}.csv" for part in ("train", "validation"))
        write_table(train, split.train)
        write_table(validation, split.validation)
        options = ["--validation", str(validation), "--text", "text", "--label", "label"]
        options += ["--recipe", "from-scratch", *self._start(split.train.texts)]
        finetuned = self.fine_tune("Chinese reviews", self.output, str(train), *options)
        self.runner = self.export(finetuned.model, self.page_of, split.validation.texts)

    def _start(self, texts):
        """What to start from: random weights, with a vocabulary of the texts unless the arguments name one."""
        if self.args.preset:
            return []
        size = [] if self.args.size else ["--size", "tiny"]
        if self.args.tokenizer:
            return size
        self.prepared = 1
        vocabulary = self.output / "vocab.txt"
        say(f"{self.next_step()}making a vocabulary of the training texts: {vocabulary}")
        _write_vocabulary(vocabulary, texts)
        return [*size, "--tokenizer", str(vocabulary)]


DEMOS: dict[tuple[str, str], type[Demo]] = {
    ("reviews", "en"): Reviews,
    ("commands", "en"): Commands,
    ("reviews", "zh"): ChineseReviews,
}


def _given_model_arguments(args) -> dict:
    """Those that say something else than nothing."""
    parser = argparse.ArgumentParser()
    add_model_arguments(parser)
    defaults = vars(parser.parse_args([]))
    given = {name: getattr(args, name) for name in defaults}
    return {name: value for name, value in given.items() if value != defaults[name]}


def _show_page(file: Path, folder: Path, opens: bool) -> None:
    """Names the command that makes a page of a file; or writes the page and opens it."""
    if not opens:
        say(f"\nin a browser: albert-tf export {file} --web {folder} --single-file")
        return
    from albert_tf.web import write_page

    page = write_page(file, folder, single_file=True)
    opened = webbrowser.open(page.absolute().as_uri())
    say(f"\n{page}: {'opened in a browser' if opened else 'no browser was found; open it in one'}")


def _answer_typed(demo):
    say("\nType a sentence (an empty line ends):")
    try:
        while text := input("> ").strip():
            demo.answer(text)
    except EOFError:  # Ctrl-D ends it too, on the line of the prompt
        say("")


def _write_vocabulary(path, texts):
    """The characters of texts as WordPieces, the frequent ones first, and letters and digits also within words."""
    from albert_tf.tokenizer.wordpiece import vocabulary_file

    counts = Counter(c for text in texts for c in text.lower() if not c.isspace())
    pieces = [
        *vocabulary_file.SPECIAL_PIECES,
        *(character for character, _ in counts.most_common()),
    ]
    pieces += [vocabulary_file.CONTINUATION + c for c in string.ascii_lowercase + string.digits]
    path.write_bytes(vocabulary_file.write_word_pieces(pieces))


def _new_folder(wanted: Path) -> Path:
    """Creates the folder, or one with a number behind its name when it exists: an earlier run is never overwritten."""
    folder, number = wanted, 2
    while folder.exists():
        folder = wanted.with_name(f"{wanted.name}-{number}")
        number += 1
    folder.mkdir(parents=True)
    return folder
