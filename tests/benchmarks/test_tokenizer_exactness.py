"""The comparison of both engines sees differences, reads whole files, and finds none where there should be none."""

import gzip
import json

import pytest

from albert_tf.tokenizer.model_file import parse_model
from albert_tf.tokenizer.segmentation import SegmentationEngine
from benchmarks.tokenizer_exactness import (
    MAIN,
    Comparison,
    compare,
    comparisons,
    generated_texts,
    sources,
    texts_of,
)
from tests.tokenizer.small_models import small_model

PIECES = {"▁": -1.0, "a": -2.0, "b": -2.0, "ab": -5.0}


def with_own(pieces):
    """A comparison whose own engine has other scores."""
    comparison = Comparison(small_model(PIECES))
    comparison._own = SegmentationEngine(parse_model(small_model({**PIECES, **pieces})))
    return comparison


def test_other_ids_and_offsets_are_counted():
    counts = compare(["a b", "ab", "b", "ab a"], {MAIN: with_own({"ab": -1.0})})[MAIN]
    assert (counts.texts, counts.different_ids, counts.different_offsets) == (4, 2, 2)
    same = Comparison(small_model(PIECES))
    counts = compare(["a b", "é ab", "日本 b", ""], {MAIN: same})[MAIN]
    assert (counts.texts, counts.different_ids, counts.different_offsets) == (4, 0, 0)
    assert counts.characters == 3 + 4 + 4
    assert same.differing == []


def test_others_take_fewer_texts():
    compared = {MAIN: Comparison(small_model(PIECES)), "other": with_own({"ab": -1.0})}
    counts = compare(["ab"] * 10, compared, others=3)
    assert (counts[MAIN].texts, counts["other"].texts) == (10, 3)
    assert compared["other"].differing == ["ab"] * 3


FILES = {
    "a.tsv": ("one\ttwo\nthree\n", ["one", "two", "three"]),
    "b.csv": ('text,label\n"a, b\nc",x\n', ["text", "label", "a, b\nc", "x"]),
    "c.jsonl": ('{"t": "é", "n": 1, "e": [{"s": "x"}]}\n"y"\n', ["é", "x", "y"]),
    "d.json": (json.dumps({"d": [["p", "q"], {"r": "s"}]}), ["p", "q", "s"]),
    "e.conll": ("-DOCSTART- O\n\na\tO\nb\tB-PER\n\nc O", ["-DOCSTART-", "a b", "c"]),
    "f.txt": ("a line\r\n\n  and another", ["a line\r", "", "  and another"]),
}


@pytest.mark.parametrize("name", FILES)
def test_every_text_of_a_file(name, tmp_path):
    content, expected = FILES[name]
    (tmp_path / name).write_bytes(content.encode())
    assert list(texts_of(tmp_path / name)) == expected
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content.encode()))
    assert list(texts_of(tmp_path / f"{name}.gz")) == expected


def test_a_file_of_an_unknown_kind_is_named(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"")
    with pytest.raises(SystemExit, match=r"a\.parquet: no reader"):
        list(texts_of(tmp_path / "a.parquet"))


def test_files_are_chosen_by_patterns(tmp_path):
    for name in ("a/one.txt", "a/two.txt", "b/three.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    found = {name: list(texts) for name, texts in sources(tmp_path, ["a/*", "*/one.txt"], None, 0)}
    assert found == {"a/one.txt": ["a/one.txt"], "a/two.txt": ["a/two.txt"]}
    assert len(list(sources(tmp_path, ["**/*"], None, 0))) == 3
    with pytest.raises(SystemExit, match="no file matches 'c/"):
        list(sources(tmp_path, ["a/*", "c/*"], None, 0))


def test_generated_texts_are_many_and_always_the_same():
    texts = generated_texts(200)
    assert len(set(texts)) == 200
    assert texts == generated_texts(200)


def test_nothing_differs_on_generated_texts():
    for name, counts in compare(generated_texts(500), comparisons()).items():
        assert (counts.texts, counts.different_ids, counts.different_offsets) == (500, 0, 0), name


@pytest.mark.slow
def test_nothing_differs_on_a_part_of_every_file_of_data(shared):
    compared = comparisons()
    names = []
    for name, texts in sources(shared / "data", ["**/*"], 300, generated=0):
        names.append(name)
        for key, counts in compare(texts, compared, others=100).items():
            assert counts.tokens, (name, key)
            assert (counts.different_ids, counts.different_offsets) == (0, 0), (name, key)
    assert len(names) > 40
