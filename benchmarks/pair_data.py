"""Pairs of sentences with a number that says how alike they are, which nobody had to judge.

`albert_small_en` was made of single sentences: it has never seen two at once, and a few thousand pairs, as GLUE's tasks
have them, are too few to learn how to compare. Its sentence vectors can compare, though. So sentences are paired, their
vectors' cosine becomes the value to be told, and one model reads both at once. No label of any task is used.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from albert_tf import AlbertTextEmbedder
from albert_tf.finetuning.start import BUNDLED
from albert_tf.tasks import read_glue, read_squad

SOURCES = {"STS-B": 3, "MRPC": 2, "RTE": 1}
"""Tasks whose training sentences are paired, each with so many others."""
QUESTIONS = 10_000
"""Of SQuAD, each paired with another one."""
FARTHEST = 1000
"""Rank of the least alike sentence that is paired, but for ties."""
BLOCK = 1024
"""Sentences that are compared with all others at a time."""


def sentence_sets(data: Path, seed: int = 0) -> list[tuple[list[str], int]]:
    """Returns sets of different sentences, in their order, and with how many others each sentence is to be paired.

    Args:
        data: with the folders `glue` and `squad`.
        seed: of the questions that are drawn.
    """
    found = []
    for task, partners in SOURCES.items():
        table = read_glue(data / "glue", task, "train")
        found.append((list(dict.fromkeys([*table.texts, *table.pairs])), partners))
    questions = list(
        dict.fromkeys(q.question for q in read_squad(data / "squad/train-v1.1.json.gz"))
    )
    drawn = np.random.default_rng(seed).choice(len(questions), QUESTIONS, replace=False)
    return [*found, ([questions[n] for n in sorted(drawn)], 1)]


def alike_pairs(
    vectors: np.ndarray, partners: int, random: np.random.Generator
) -> list[tuple[int, int, float]]:
    """Pairs each vector with some of its neighbours.

    Of which rank a neighbour is, is drawn evenly on a logarithmic scale, so that near and far ones are as frequent.

    Args:
        vectors: `(n, width)`.
        partners: how many pairs each is the first of.
        random: draws the ranks, and which of a pair comes first.

    Returns:
        Both numbers and the cosine of each pair, none twice.
    """
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    most = min(FARTHEST, len(unit) - 1)
    found = {}
    for begin in range(0, len(unit), BLOCK):
        cosines = unit[begin : begin + BLOCK] @ unit.T
        nearest = np.argsort(-cosines, axis=1)[:, : most + 2]
        for row, ranked in enumerate(nearest):
            others = ranked[ranked != begin + row][:most]
            ranks = np.exp(random.uniform(0, np.log(most + 1), partners)).astype(int) - 1
            for other in others[np.minimum(ranks, most - 1)]:
                pair = (begin + row, int(other))
                if pair[::-1] not in found:
                    found[pair] = float(cosines[row, other])
    flipped = random.random(len(found)) < 0.5
    return [
        (b, a, cosine) if flip else (a, b, cosine)
        for flip, ((a, b), cosine) in zip(flipped, found.items(), strict=True)
    ]


def write_pairs(data: Path, path: Path, seed: int = 0) -> None:
    """Writes a table of pairs, with values from 0 to 5 as STS-B has them.

    Args:
        data: as for `sentence_sets`.
        path: of the table, columns `text`, `pair` and `value`.
        seed: of all that is drawn.
    """
    random = np.random.default_rng(seed)
    embedder = AlbertTextEmbedder.from_preset(BUNDLED)
    rows: list[Sequence] = []
    for sentences, partners in sentence_sets(data, seed):
        vectors = embedder.predict(sentences, batch_size=64, verbose=0)
        for a, b, cosine in alike_pairs(vectors, partners, random):
            rows.append((sentences[a], sentences[b], f"{5 * max(cosine, 0):.3f}"))
    random.shuffle(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "pair", "value"))
        writer.writerows(rows)
