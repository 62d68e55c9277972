"""Makes the models that the Android app ships: fine-tunes `albert_small_en`, exports, writes a manifest.

    python android_demo/tools/make_assets.py --trained questions=runs/squad/model --squad train-v1.1.json.gz
    python android_demo/tools/make_assets.py --only slots
    python android_demo/tools/make_assets.py --quick --output /tmp/models

Each model of `RECIPES` (asset_recipes.py) is trained on a data set that comes with the package, but for
`questions`, which `python -m benchmarks.squad --train-only` trains; and exported for TensorFlow Lite 2.16, which
every build of the app can run. The output folder receives, for each, `NAME.tflite` and its model card, and
`manifest.json`: what the app shows of them, with size and SHA-256 of each file. `--quick` takes few texts and
one epoch: enough to try the app, and nothing to ship.
"""

import argparse
import contextlib
import hashlib
import json
import shutil
import sys
from pathlib import Path

from asset_recipes import QUICK_SHARE, RECIPES, Passage, Recipe

from albert_tf.cli.main import main as albert_tf
from albert_tf.errors import AlbertError
from albert_tf.export import DEFAULT_LIMITS, ParityLimits, export_tflite
from albert_tf.models import AlbertTask
from albert_tf.tasks import (
    copy_demo_data,
    demo_data,
    demo_entities,
    read_squad,
    split_table,
    write_table,
)

OUTPUT = Path(__file__).resolve().parents[1] / "app" / "src" / "main" / "assets" / "models"
RUNTIME = "2.16"
FORMAT = 2
SAMPLES = 500
"""Texts with entities, or questions, on which a file is compared with Keras, at most."""


class Maker:
    """Trains and exports models.

    Args:
        output: folder of the exported files and their cards.
        work: folder of the training runs.
        quick: whether to take few texts and one epoch.
        squad: SQuAD's training file, on some of whose questions the exported model is compared with Keras; None takes
            those of the recipe.
        trained: folders of models that are trained already, by name.
    """

    def __init__(
        self, output: Path, work: Path, *, quick: bool, squad: Path | None, trained: dict[str, Path]
    ):
        self.output, self.work, self.quick = output, work, quick
        self.squad, self.trained = squad, trained

    def make(self, name: str) -> None:
        """Trains a model, unless it is trained already, and exports it."""
        recipe = RECIPES[name]
        folder = self.trained.get(name) or self.train(name, recipe)
        model = AlbertTask.from_preset(folder)
        # Hardly trained logits are small, and rounding changes them much.
        limits = ParityLimits(difference=100.0, agreement=0.0)
        texts, pairs = self.samples(recipe)
        path = self.output / f"{name}.tflite"
        result = export_tflite(
            model,
            path,
            runtime=RUNTIME,
            texts=texts,
            pairs=pairs,
            limits=limits if self.quick else DEFAULT_LIMITS["int8"],
        )
        print(result, file=sys.stderr)

    def train(self, name: str, recipe: Recipe) -> Path:
        """Trains a model and returns its folder."""
        data, run = self.data(name, recipe), self.work / name
        training = ["finetune", str(data), "--output", str(run), "--task", recipe.task]
        if recipe.task == "classification":
            training += ["--text", "text", "--label", "label"]
        training += ["--early-exit"] if recipe.early_exit else []
        training += recipe.options
        if self.quick:
            training += ["--epochs", str(self.quick_epochs(recipe)), "--no-baselines"]
        run_command(training)
        return run / "model"

    def quick_epochs(self, recipe: Recipe) -> int:
        """Returns how often a quick run sees its texts: until the model finds anything at all."""
        if recipe.data is None:
            return 8  # the few questions of the recipe, which are learned by heart
        return 3 if recipe.task == "token-classification" else 1

    def data(self, name: str, recipe: Recipe) -> Path:
        """Writes the training data of a model, and returns the file."""
        if recipe.data is None:
            path = self.work / f"{name}.json"
            path.write_text(json.dumps(own_questions(recipe.passages)), "utf-8")
            return path
        if recipe.task == "token-classification":
            path = self.work / f"{name}.jsonl"
            copy_demo_data(recipe.data, path)
            if self.quick:
                lines = path.read_text("utf-8").splitlines()
                path.write_text("\n".join(lines[:: round(1 / QUICK_SHARE[name])]) + "\n", "utf-8")
            return path
        path, table = self.work / f"{name}.csv", demo_data(recipe.data)
        if self.quick:
            table = split_table(table, QUICK_SHARE[name], seed=0).validation
        write_table(path, table, recipe.names)
        return path

    def samples(self, recipe: Recipe) -> tuple[list[str], list[str] | None]:
        """Returns texts to compare file and model on, and passages for a model that answers questions."""
        if recipe.task == "classification":
            return demo_data(recipe.data).texts, None
        if recipe.task == "token-classification":
            return [row.text for row in demo_entities(recipe.data, "test")][:SAMPLES], None
        if self.squad is None:
            pairs = [(q, passage.text) for passage in recipe.passages for q in passage.questions]
        else:
            questions = read_squad(self.squad)
            step = -(-len(questions) // SAMPLES)
            pairs = [(question.question, question.context) for question in questions[::step]]
        questions, passages = zip(*pairs, strict=True)
        return list(questions), list(passages)


def own_questions(passages: tuple[Passage, ...]) -> dict:
    """Returns passages in SQuAD's form, often enough for a part to be set aside; each is an article of its own."""
    articles = []
    for number in range(20):
        for place, passage in enumerate(passages):
            questions = [
                {
                    "id": f"{number}-{place}-{count}",
                    "question": question,
                    "answers": [{"text": answer, "answer_start": passage.text.index(answer)}],
                }
                for count, (question, answer) in enumerate(passage.questions.items())
            ]
            paragraph = {"context": passage.text, "qas": questions}
            articles.append({"title": f"{number} {place}", "paragraphs": [paragraph]})
    return {"version": "1.1", "data": articles}


def run_command(arguments: list[str]) -> None:
    """Runs a command of `albert-tf`, which says itself what went wrong; what it prints goes to standard error."""
    print("albert-tf", *arguments, file=sys.stderr, flush=True)
    with contextlib.redirect_stdout(sys.stderr):
        status = albert_tf(arguments)
    if status != 0:
        raise SystemExit(status)


def manifest(output: Path, quick: bool) -> dict:
    """Returns what the app reads: files, checksums and texts of each model that is there."""
    models = []
    for name, recipe in RECIPES.items():
        file = output / f"{name}.tflite"
        if not file.exists():
            print(f"note: the app has no model {name}; --only {name} makes it", file=sys.stderr)
            continue
        content = file.read_bytes()
        models.append(
            {
                "name": name,
                "screen": recipe.screen,
                "companion": recipe.companion,
                "file": file.name,
                "card": f"{name}.card.md",
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "title": recipe.title,
                "about": recipe.about,
                "examples": list(recipe.examples),
                "passages": [
                    {"text": passage.text, "questions": list(passage.questions)}
                    for passage in recipe.passages
                ],
                "attribution": recipe.attribution,
            }
        )
    return {"format": FORMAT, "quick": quick, "models": models}


def named_folder(text: str) -> tuple[str, Path]:
    """Reads `NAME=FOLDER` of the command line."""
    name, _, folder = text.partition("=")
    if name not in RECIPES or not Path(folder).is_dir():
        raise argparse.ArgumentTypeError(
            f"{text!r}; expected NAME=FOLDER, a name of {', '.join(RECIPES)} and a folder that is there"
        )
    return name, Path(folder)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Reads the command line; ends the process when it is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--output", type=Path, default=OUTPUT, metavar="DIR", help="default: the app's assets"
    )
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("runs/android"),
        metavar="DIR",
        help="of the training (default: %(default)s)",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=[*RECIPES],
        metavar="NAME",
        help=f"make these of {', '.join(RECIPES)}; the others stay as they are",
    )
    parser.add_argument(
        "--missing", action="store_true", help="make those that the output folder lacks"
    )
    parser.add_argument(
        "--list", action="store_true", help="print the names of those that would be made, and end"
    )
    parser.add_argument(
        "--squad",
        type=Path,
        metavar="FILE",
        help="SQuAD 1.1's train-v1.1.json, also .gz: questions on which file and model are compared",
    )
    parser.add_argument(
        "--trained",
        type=named_folder,
        nargs="+",
        default=[],
        metavar="NAME=DIR",
        help="export this model, of which DIR is the folder, instead of training one",
    )
    parser.add_argument(
        "--quick", action="store_true", help="few texts, one epoch: to try the app, not to ship"
    )
    options = parser.parse_args(arguments)
    options.names = options.only or [*RECIPES]
    if options.missing:
        options.names = [n for n in options.names if not (options.output / f"{n}.tflite").exists()]
    untrained = {name for name in options.names if RECIPES[name].data is None} - {
        *dict(options.trained)
    }
    if untrained and not options.quick and not options.list:
        parser.error(
            "the model questions is trained by python -m benchmarks.squad --train-only; name its folder with "
            "--trained questions=DIR, or make the others with --only"
        )
    return options


def main(arguments: list[str] | None = None) -> None:
    """Makes models, and the manifest of all."""
    options = parse(arguments)
    if options.list:
        print("".join(f"{name}\n" for name in options.names), end="")
        return
    options.output.mkdir(parents=True, exist_ok=True)
    # A run of other texts must not be taken for this one's.
    work = options.work / ("quick" if options.quick else "full")
    maker = Maker(
        options.output,
        work,
        quick=options.quick,
        squad=options.squad,
        trained=dict(options.trained),
    )
    for name in options.names:
        shutil.rmtree(work / name, ignore_errors=True)
        work.mkdir(parents=True, exist_ok=True)
        maker.make(name)
    for unwanted in (*options.output.glob("*.parity.json"), *options.output.glob("*.card.json")):
        unwanted.unlink()
    text = json.dumps(manifest(options.output, options.quick), indent=2, ensure_ascii=False) + "\n"
    (options.output / "manifest.json").write_text(text, "utf-8")
    print(f"{options.output}: {', '.join(options.names)}")


if __name__ == "__main__":
    try:
        main()
    except AlbertError as error:
        sys.exit(f"make_assets.py: error: {error}")
