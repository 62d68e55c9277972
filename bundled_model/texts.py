"""Stage 1: the texts that the teacher and the student read.

python -m bundled_model.texts --data DATA --output runs/small_en/texts

DATA holds `enwiki/`, `imdb/`, `squad/`, `clinc150/` and the test sets that must stay out. One file a
source is written, one text a line, one of texts with their labels (jsonl), and `texts.json` with
counts, checksums and how many texts were dropped because they stand in a test set.
"""

import argparse
import csv
import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from albert_tf.pretraining import ExcludedTexts, split_sentences

SEED = 0
COUNTS = {"enwiki": 40_000, "imdb": 50_000, "squad_questions": 25_000, "clinc150": 19_000}
"""Texts of each source, at most."""

WORDS = (3, 45)
"""Fewest and most words of a sentence."""

ENDING_WORDS = 32
"""Most words of a review's ending."""


# === Sources: one generator each, one sentence a paragraph or review, so that topics are many ===


def enwiki(data: Path, random_: random.Random) -> Iterator[str]:
    """Yields one sentence of each paragraph of the Wikipedia articles."""
    with gzip.open(data / "enwiki" / "enwiki_docs.txt.gz", "rt", encoding="utf-8") as file:
        yield from _one_of_each(file, random_)


def imdb(data: Path, random_: random.Random) -> Iterator[str]:
    """Yields one sentence of each unlabelled review."""
    with gzip.open(data / "imdb" / "unsup_docs.txt.gz", "rt", encoding="utf-8") as file:
        yield from _one_of_each(file, random_)


def squad_questions(data: Path, random_: random.Random) -> Iterator[str]:
    """Yields the questions of SQuAD's training set."""
    with gzip.open(data / "squad" / "train-v1.1.json.gz", "rt", encoding="utf-8") as file:
        for article in json.load(file)["data"]:
            for paragraph in article["paragraphs"]:
                yield from (question["question"] for question in paragraph["qas"])


def clinc150(data: Path, random_: random.Random) -> Iterator[str]:
    """Yields the queries of CLINC150's training and validation sets."""
    splits = json.loads((data / "clinc150" / "data_full.json").read_text("utf-8"))
    for name in ("train", "val", "oos_train", "oos_val"):
        yield from (text for text, _ in splits[name])


SOURCES = {
    "enwiki": enwiki,
    "imdb": imdb,
    "squad_questions": squad_questions,
    "clinc150": clinc150,
}


def imdb_endings(data: Path) -> Iterator[tuple[list[str], str]]:
    """Yields the last sentences of each training review, and whether it praises.

    Reviews end with their verdict, so the label of the whole fits the ending better than a sentence
    from the middle.
    """
    with gzip.open(data / "imdb" / "train.tsv.gz", "rt", encoding="utf-8") as file:
        next(file)
        for line in file:
            _, label, _, review = line.rstrip("\n").split("\t", 3)
            ending = []
            for sentence in reversed(split_sentences(_without_breaks(review))):
                if len(" ".join([sentence, *ending]).split()) > ENDING_WORDS:
                    break
                ending.insert(0, sentence)
            if len(" ".join(ending).split()) >= WORDS[0]:
                yield ending, ("negative", "positive")[int(label)]


LABELLED = "imdb_endings"
"""The source whose texts have a label."""


def _one_of_each(paragraphs, random_: random.Random) -> Iterator[str]:
    for paragraph in paragraphs:
        fitting = [s for s in split_sentences(_without_breaks(paragraph)) if _fits(s)]
        if fitting:
            yield random_.choice(fitting)


def _without_breaks(text: str) -> str:
    return re.sub(r"(<br\s*/?>\s*)+", " ", text)


def _fits(sentence: str) -> bool:
    return WORDS[0] <= len(sentence.split()) <= WORDS[1]


# === Test sets ===


def test_texts(data: Path) -> Iterator[str]:
    """Yields every text of the sets that the quality table is measured on.

    Of UCI and SMS, which are split at random, all texts.
    """
    with (data / "banking77" / "test.csv").open(encoding="utf-8", newline="") as file:
        yield from (row["text"] for row in csv.DictReader(file))
    for path in sorted((data / "uci_sentences").glob("*_labelled.txt")):
        for line in path.read_text("utf-8").split("\n"):
            yield line.rsplit("\t", 1)[0]
    for line in (data / "sms_spam" / "SMSSpamCollection").read_text("utf-8").split("\n"):
        yield line.split("\t", 1)[-1]
    for line in (data / "glue" / "SST-2" / "dev.tsv").read_text("utf-8").split("\n")[1:]:
        yield line.split("\t", 1)[0]


# === The stage ===


def collect(data: Path, output: Path) -> dict:
    """Writes the files, and returns what `texts.json` says."""
    output.mkdir(parents=True, exist_ok=True)
    excluded = ExcludedTexts(test_texts(data))
    report = {"seed": SEED, "excluded_texts": len(excluded), "sources": {}}
    for name, read in SOURCES.items():
        random_ = random.Random(f"{SEED} {name}")
        candidates = list(dict.fromkeys(" ".join(t.split()) for t in read(data, random_)))
        kept = [text for text in candidates if text and not excluded.matches(text)]
        random_.shuffle(kept)
        kept = kept[: COUNTS[name]]
        report["sources"][name] = {
            "candidates": len(candidates),
            "dropped_as_test_texts": sum(map(excluded.matches, candidates)),
            **_written(output / f"{name}.txt.gz", kept, kept),
        }
    report["sources"][LABELLED] = _collect_labelled(data, output, excluded)
    (output / "texts.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    return report


def _collect_labelled(data: Path, output: Path, excluded: ExcludedTexts) -> dict:
    kept, candidates, dropped = {}, 0, 0
    for sentences, label in imdb_endings(data):
        candidates += 1
        if any(map(excluded.matches, _runs(sentences))):
            dropped += 1
        else:
            kept[" ".join(" ".join(sentences).split())] = label
    texts = list(kept)
    random.Random(f"{SEED} {LABELLED}").shuffle(texts)
    lines = [json.dumps({"text": text, "label": kept[text]}, ensure_ascii=False) for text in texts]
    return {
        "candidates": candidates,
        "dropped_as_test_texts": dropped,
        **_written(output / f"{LABELLED}.jsonl.gz", lines, texts),
    }


def _runs(sentences: list[str]) -> Iterator[str]:
    """Yields every run of neighbouring sentences: a test text may be any of them."""
    for start in range(len(sentences)):
        for end in range(start + 1, len(sentences) + 1):
            yield " ".join(sentences[start:end])


def _written(path: Path, lines: list[str], texts: list[str]) -> dict:
    content = "".join(f"{line}\n" for line in lines).encode("utf-8")
    with gzip.GzipFile(path, "wb", mtime=0) as file:
        file.write(content)
    return {
        "texts": len(texts),
        "words": sum(len(text.split()) for text in texts),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def main() -> None:
    """Runs the stage."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()
    print(json.dumps(collect(args.data, args.output), indent=2))


if __name__ == "__main__":
    main()
