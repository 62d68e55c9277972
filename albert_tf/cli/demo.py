"""Show the whole way on bundled data: fine-tune, export, check, answer.

Fine-tunes albert_small_en, the English ALBERT that comes with the package, on 3,000 sentences of reviews (Sentiment
Labelled Sentences, CC BY 4.0), exports it to an int8 TFLite file, compares the file with the Keras model, and answers
sentences from the file; then yours, when the terminal is interactive.

  albert-tf demo
"""

import argparse
import sys
from pathlib import Path

from albert_tf.cli import finetune
from albert_tf.cli.console import answer, megabytes, percent, say
from albert_tf.cli.fine_tuning_arguments import add_model_arguments, choose_start

NAME = "demo"
HELP = "the whole way on bundled data, in a few minutes"

TYPED = (
    "The food was wonderful and the staff could not have been kinder",
    "It broke after two days, and nobody answered my letters",
    "Not bad at all, I would go again",
    "I wanted to like this film, but it bored me to tears",
)


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf demo`."""
    parser.add_argument("--output", default="runs/demo", metavar="DIR", help="default: %(default)s")
    add_model_arguments(parser.add_argument_group("model"))


def run(args) -> None:
    """Runs `albert-tf demo`."""
    from albert_tf.export import TFLiteRunner, export_tflite, measure_tflite

    run_dir = _new_folder(Path(args.output))
    say(f"1/4  fine-tuning on sentences of reviews, into {run_dir}")
    options = _fine_tuning_options(args, run_dir)
    finetuned = finetune.fine_tune(options, run_dir)
    texts = finetuned.validation.texts
    say("\n2/4  exporting to TFLite, int8")
    path = run_dir / "sentiment.tflite"
    export = export_tflite(finetuned.model, path, texts=texts)
    say("3/4  measuring the file")
    measured = measure_tflite(path, (32,))
    say(
        f"     {path}: {megabytes(path.stat().st_size)}, {measured.latency_ms[32].median:.1f} ms for 32 tokens on "
        f"one thread, loads in {measured.load_ms:.0f} ms; same label as Keras on "
        f"{percent(export.parity.agreement)} of {len(texts):,} texts"
    )
    say("4/4  answers from the file\n")
    runner = TFLiteRunner(path)
    for text in TYPED:
        _answer(runner, text)
    if sys.stdin.isatty():
        _answer_typed(runner)


def _answer_typed(runner):
    say("\nType a sentence (an empty line ends):")
    try:
        while text := input("> ").strip():
            _answer(runner, text)
    except EOFError:  # Ctrl-D ends it too, on the line of the prompt
        say("")


def _answer(runner, text):
    (result,) = runner([text])
    answer(f"{result.label} {percent(result.probability):>8}  {text}")


def _fine_tuning_options(args, run_dir):
    """Returns what `albert-tf finetune` would be called with, so that it can resume this run too."""
    from albert_tf.tasks import CLASS_NAMES, demo_data, write_table

    run_dir.mkdir(parents=True)
    data = str(run_dir / "sentences.csv")
    write_table(data, demo_data("uci_sentences"), CLASS_NAMES["uci_sentences"])
    columns = ["--text", "text", "--label", "label"]
    recipe = ["--recipe", "demo", "--validation-share", "0.2"]
    options = finetune.default_arguments(data, *columns, *recipe, "--output", str(run_dir))
    model = {name: value for name, value in vars(args).items() if name in vars(options)}
    options = argparse.Namespace(**{**vars(options), **model, "output": options.output})
    choose_start(options)
    return options


def _new_folder(wanted: Path) -> Path:
    """Returns the folder, or with a number behind it when it exists: an earlier run is never overwritten."""
    folder, number = wanted, 2
    while folder.exists():
        folder = wanted.with_name(f"{wanted.name}-{number}")
        number += 1
    return folder
