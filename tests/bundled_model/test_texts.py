"""The texts that the bundled model is distilled on: what is taken of a review, and what is not."""

import gzip
import json

import pytest

from albert_tf.pretraining import ExcludedTexts
from bundled_model.texts import ENDING_WORDS, LABELLED, _collect_labelled, imdb_endings

REVIEWS = [
    ("0", "I had hopes. The plot is thin.<br /><br />Wasted two hours. Avoid it at all costs!"),
    ("1", "Long ago. " + "word " * ENDING_WORDS + "end. A lovely film."),
    ("1", "The sound is great. I would see it again, gladly."),
    ("0", "word " * (ENDING_WORDS + 1) + "."),
    ("1", "Bravo!"),
]


@pytest.fixture
def data(tmp_path):
    (tmp_path / "imdb").mkdir()
    with gzip.open(tmp_path / "imdb" / "train.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("id\tlabel\tstars\ttext\n")
        file.writelines(f"t{n}\t{label}\t5\t{text}\n" for n, (label, text) in enumerate(REVIEWS))
    return tmp_path


def test_endings_are_the_last_sentences_that_fit(data):
    endings = list(imdb_endings(data))
    assert endings == [
        (
            ["I had hopes.", "The plot is thin.", "Wasted two hours.", "Avoid it at all costs!"],
            "negative",
        ),
        (["A lovely film."], "positive"),
        (["The sound is great.", "I would see it again, gladly."], "positive"),
    ]


@pytest.mark.parametrize(
    "test_text",
    ["avoid it at all costs", "the plot is thin. wasted two hours", "“Wasted TWO hours”"],
)
def test_an_ending_with_a_test_text_anywhere_is_dropped(data, tmp_path, test_text):
    report = _collect_labelled(data, tmp_path, ExcludedTexts([test_text]))
    with gzip.open(tmp_path / f"{LABELLED}.jsonl.gz", "rt", encoding="utf-8") as file:
        kept = [json.loads(line) for line in file]
    assert sorted(line["text"] for line in kept) == [
        "A lovely film.",
        "The sound is great. I would see it again, gladly.",
    ]
    assert report["candidates"] == 3
    assert report["dropped_as_test_texts"] == 1
