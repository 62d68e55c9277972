"""Every difference between the package's WordPieces and google-research/bert's: Python, graph, Kotlin and JavaScript.

Texts: the 2,027 reference texts with the ids that google-research/bert gave them, and all 35,124 Chinese reviews, whose
ids come from `tests/tokenizer/bert_reference.py`, the same steps one text at a time. Compared are the ids of
`AlbertTokenizer.encode_batch`, of `in_graph()`, of `android_demo/tools/tokenize` and of `web_demo/tools/tokenize`;
the character offsets of both tools with Python's; and for each token, whether what stands at its offsets reads as its
piece.

    python -m benchmarks.wordpiece_exactness

It needs Java and Maven for the Kotlin, and Node for the JavaScript.
"""

import argparse
import json
from collections.abc import Callable
from operator import ne
from pathlib import Path

import tensorflow as tf

from albert_tf import AlbertTokenizer
from benchmarks.chinese_reviews import SIDES, read_reviews
from benchmarks.machine import ROOT, shared_folder
from tests.tokenizer.bert_reference import FullTokenizer
from tests.tokenizer.device_tools import answered, utf16

TOOLS = {
    "Kotlin": ROOT / "android_demo" / "tools" / "tokenize",
    "JavaScript": ROOT / "web_demo" / "tools" / "tokenize",
}
BATCH = 2000
Spans = list[tuple[int, int]]


def golden(shared: Path) -> tuple[list[str], list[list[int]]]:
    """Returns the reference texts and their ids."""
    lines = (shared / "fixtures" / "wordpiece_zh_golden.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row["text"] for row in rows], [row["ids"] for row in rows]


def reviews(shared: Path) -> list[str]:
    """Returns all Chinese reviews."""
    return [line for side in SIDES for line in read_reviews(shared / "data", side)]


def by_tool(tool: Path, vocabulary: Path, texts: list[str]) -> tuple[list[list[int]], list]:
    """Returns ids and offsets, in units of UTF-16, by one of `TOOLS`."""
    rows = answered(tool, [str(vocabulary), "--offsets"], texts)
    return [row["ids"] for row in rows], [row["offsets"] for row in rows]


def in_graph(tokenizer: AlbertTokenizer) -> Callable[[list[str]], list[list[int]]]:
    """Returns a function from texts to ids, by the tokenizer in a graph."""
    graph = tf.function(tokenizer.in_graph(), input_signature=[tf.TensorSpec([None], tf.string)])

    def encode(texts):
        batches = (texts[start : start + BATCH] for start in range(0, len(texts), BATCH))
        return [ids for batch in batches for ids in graph(tf.constant(batch)).to_list()]

    return encode


def misread(
    tokenizer: AlbertTokenizer, texts: list[str], ids: list[list[int]], spans: list[Spans]
) -> int:
    """Returns how many tokens stand at offsets that do not read as their pieces."""
    reference, count = FullTokenizer(tokenizer.pieces), 0
    for text, row, places in zip(texts, ids, spans, strict=True):
        for index, (start, end) in zip(row, places, strict=True):
            read = "".join(reference.words(text[start:end])).replace("ς", "σ")
            piece = tokenizer.id_to_piece(index).replace("ς", "σ")
            piece = piece.removeprefix("##") if len(piece) > 2 else piece
            if index == tokenizer.unk_id:
                count += not read
            elif end - start == 1:  # a character may be several pieces
                count += piece not in read
            else:
                count += piece != read
    return count


def compare(name: str, texts: list[str], expected: list[list[int]], vocabulary: Path) -> None:
    """Prints how many texts differ from what is expected."""
    tokenizer = AlbertTokenizer(vocabulary)
    ids, spans = tokenizer.encode_batch(texts, offsets=True)
    in_units = list(map(utf16, texts, spans))
    found = {"Python": (ids, None), "graph": (in_graph(tokenizer)(texts), None)}
    found |= {name: by_tool(tool, vocabulary, texts) for name, tool in TOOLS.items()}
    print(f"{name}: {len(texts):,} texts, {sum(map(len, expected)):,} tokens", flush=True)
    for engine, (own, places) in found.items():
        other = sum(a != b for a, b in zip(own, expected, strict=True))
        told = "" if places is None else f", {sum(map(ne, places, in_units)):,} of other offsets"
        print(f"  {engine}: {other:,} texts of other ids{told}", flush=True)
    print(
        f"  offsets: {misread(tokenizer, texts, ids, spans):,} tokens that do not read as their pieces"
    )


def main() -> None:
    """Compares, and prints what was found."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    shared = shared_folder()
    vocabulary = shared / "albert_zh" / "vocab.txt"
    compare("reference texts", *golden(shared), vocabulary)
    texts = reviews(shared)
    reference = FullTokenizer(AlbertTokenizer(vocabulary).pieces)
    compare("reviews", texts, [reference.encode(text) for text in texts], vocabulary)


if __name__ == "__main__":
    main()
