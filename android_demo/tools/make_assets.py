"""Makes the models that the Android app ships: fine-tunes `albert_small_en`, exports, writes a manifest.

    python android_demo/tools/make_assets.py
    python android_demo/tools/make_assets.py --quick --output /tmp/models

Each model of `RECIPES` is trained on a data set that comes with the package, and exported for TensorFlow Lite 2.16,
which every build of the app can run. The output folder receives, for each, `NAME.tflite` and its model card, and
`manifest.json`: what the app shows of them, with size and SHA-256 of each file. `--quick` takes few texts and one
epoch: enough to try the app, and nothing to ship.
"""

import argparse
import contextlib
import dataclasses
import hashlib
import json
import shutil
import sys
from pathlib import Path

from albert_tf import AlbertTextClassifier
from albert_tf.cli.main import main as albert_tf
from albert_tf.export import DEFAULT_LIMITS, ParityLimits, export_tflite
from albert_tf.tasks import demo_data, split_table, write_table

OUTPUT = Path(__file__).resolve().parents[1] / "app" / "src" / "main" / "assets" / "models"
RUNTIME = "2.16"
QUICK_SHARE = {"sentiment": 0.12, "spam": 0.06, "banking77": 0.09}
FORMAT = 1


@dataclasses.dataclass(frozen=True)
class Recipe:
    """One model of the app.

    Args:
        data: name of the data set, as `demo_data` knows it.
        title: what the app calls the model, by language.
        about: one sentence on what it does, by language.
        examples: texts to try.
        attribution: of the training data.
        names: what the app calls a label, where the data set only numbers it.
        early_exit: whether the model may answer after any layer.
    """

    data: str
    title: dict[str, str]
    about: dict[str, str]
    examples: tuple[str, ...]
    attribution: str
    names: dict[str, str] = dataclasses.field(default_factory=dict)
    early_exit: bool = False


RECIPES = {
    "sentiment": Recipe(
        data="uci_sentences",
        title={"en": "Sentiment", "zh": "情感"},
        about={
            "en": "Tells whether a sentence of a review is positive or negative.",
            "zh": "判断评论中的一句话是正面还是负面。",
        },
        examples=(
            "The food was wonderful and the staff could not have been kinder.",
            "It broke after two days, and nobody answered my letters.",
            "Not bad at all, I would go again.",
        ),
        attribution="Sentiment Labelled Sentences, Kotzias et al. 2015, CC BY 4.0",
        names={"0": "negative", "1": "positive"},
        early_exit=True,
    ),
    "spam": Recipe(
        data="sms_spam",
        title={"en": "Spam", "zh": "垃圾短信"},
        about={
            "en": "Tells unwanted text messages (spam) from wanted ones (ham).",
            "zh": "区分垃圾短信（spam）和正常短信（ham）。",
        },
        examples=(
            "Congratulations! You have won a prize of 1000 pounds. Call 09061701461 to claim it now.",
            "I am on the bus, see you at home in ten minutes.",
            "Can you bring the keys when you come tonight?",
        ),
        attribution="SMS Spam Collection, Almeida and Gómez Hidalgo 2011, CC BY 4.0",
        early_exit=True,
    ),
    "banking77": Recipe(
        data="banking77",
        title={"en": "Bank queries", "zh": "银行咨询"},
        about={
            "en": "Finds which of 77 wishes a customer has who writes to a bank.",
            "zh": "识别客户写给银行的内容属于 77 种意图中的哪一种。",
        },
        examples=(
            "My card has still not arrived after two weeks.",
            "Why was I charged a fee for taking out cash?",
            "How do I change my PIN?",
        ),
        attribution="BANKING77, Casanueva et al. 2020, CC BY 4.0",
    ),
}


def make(name: str, recipe: Recipe, output: Path, work: Path, quick: bool) -> None:
    """Trains and exports one model.

    Args:
        name: of the model and its files.
        recipe: of the model.
        output: folder of the exported file and its card.
        work: folder of the training run.
        quick: whether to take few texts and one epoch.
    """
    table = demo_data(recipe.data)
    if quick:
        table = split_table(table, QUICK_SHARE[name], seed=0).validation
    data, run, file = work / f"{name}.csv", work / name, output / f"{name}.tflite"
    write_table(data, table, recipe.names)
    training = ["finetune", str(data), "--output", str(run), "--text", "text", "--label", "label"]
    training += ["--early-exit"] if recipe.early_exit else []
    training += ["--epochs", "1", "--no-baselines"] if quick else []
    run_command(training)
    model = AlbertTextClassifier.from_preset(run / "model")
    # Hardly trained logits are small, and rounding changes them much.
    limits = ParityLimits(difference=100.0, agreement=0.0) if quick else DEFAULT_LIMITS["int8"]
    print(
        export_tflite(model, file, runtime=RUNTIME, texts=table.texts, limits=limits),
        file=sys.stderr,
    )


def run_command(arguments: list[str]) -> None:
    """Runs a command of `albert-tf`, which says itself what went wrong; what it prints goes to standard error."""
    print("albert-tf", *arguments, file=sys.stderr, flush=True)
    with contextlib.redirect_stdout(sys.stderr):
        status = albert_tf(arguments)
    if status != 0:
        raise SystemExit(status)


def manifest(output: Path, quick: bool) -> dict:
    """Returns what the app reads: each model's files, checksums and texts."""
    models = []
    for name, recipe in RECIPES.items():
        content = (output / f"{name}.tflite").read_bytes()
        models.append(
            {
                "name": name,
                "file": f"{name}.tflite",
                "card": f"{name}.card.md",
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "title": recipe.title,
                "about": recipe.about,
                "examples": list(recipe.examples),
                "attribution": recipe.attribution,
            }
        )
    return {"format": FORMAT, "quick": quick, "models": models}


def main(arguments: list[str] | None = None) -> None:
    """Makes all models."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=OUTPUT,
        metavar="DIR",
        help="default: the app's assets",
    )
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("runs/android"),
        metavar="DIR",
        help="of the training (default: %(default)s)",
    )
    parser.add_argument(
        "--quick", action="store_true", help="few texts, one epoch: to try the app, not to ship"
    )
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    # A run of other texts must not be taken for this one's.
    work = options.work / ("quick" if options.quick else "full")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for name, recipe in RECIPES.items():
        make(name, recipe, options.output, work, options.quick)
    for unwanted in (*options.output.glob("*.parity.json"), *options.output.glob("*.card.json")):
        unwanted.unlink()
    text = json.dumps(manifest(options.output, options.quick), indent=2, ensure_ascii=False) + "\n"
    (options.output / "manifest.json").write_text(text, "utf-8")
    print(f"{options.output}: {', '.join(RECIPES)}")


if __name__ == "__main__":
    main()
