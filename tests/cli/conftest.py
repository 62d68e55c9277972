"""A trained preset and its exported file, made by the command itself."""

import pytest

from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier, AlbertTokenizer
from albert_tf.cli.main import main
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from tests.tiny import randomize

GOOD = ["a lovely film", "well worth the money", "great sound and a fair price", "I love it"]
BAD = ["a waste of time", "it broke after a week", "poor sound at a high price", "I hate it"]
QUICK = ["--epochs", "1", "--batch-size", "16", "--sequence-length", "16"]


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """A table, a small backbone preset, a fine-tuned preset and its TFLite file."""
    folder = tmp_path_factory.mktemp("cli")
    rows = [*((text, "good") for text in GOOD * 6), *((text, "bad") for text in BAD * 6)]
    table = "review,stars\n" + "".join(f"{text},{label}\n" for text, label in rows)
    (folder / "reviews.csv").write_text(table, "utf-8")
    model = AlbertTextClassifier(
        AlbertBackbone(
            AlbertConfig.named(
                "tiny",
                hidden_size=32,
                embedding_size=16,
                num_attention_heads=4,
                intermediate_size=48,
                num_hidden_layers=2,
            )
        ),
        preprocessor=AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=32),
        labels=["bad", "good"],
    )
    randomize(model)
    model.save_to_preset(folder / "small")
    arguments = [
        "--preset",
        f"{folder}/small",
        "--output",
        f"{folder}/run",
        "--no-baselines",
        *QUICK,
    ]
    columns = ["--text", "review", "--label", "stars"]
    assert main(["finetune", f"{folder}/reviews.csv", *columns, *arguments]) == 0
    assert main(["export", f"{folder}/run/model", f"{folder}/reviews.tflite"]) == 0
    return folder


def write(path, text) -> str:
    """Writes a text file and returns its path."""
    path.write_text(text, "utf-8")
    return str(path)
