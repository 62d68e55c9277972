"""Label numbers do not depend on the order of rows; splits keep every class where it is needed."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from albert_tf.errors import DataError
from albert_tf.tasks import (
    LabelSet,
    TextTable,
    check_overlap,
    demo_data,
    encode_targets,
    split_table,
)


def table(labels, task="classification", texts=None):
    texts = texts or [f"text {row}" for row in range(len(labels))]
    return TextTable(
        texts, None, list(labels), Path("t.csv"), list(range(2, len(labels) + 2)), task
    )


@settings(deadline=None)
@given(st.lists(st.text(max_size=3), min_size=2).filter(lambda labels: len(set(labels)) > 1))
def test_labels_round_trip_in_any_order(labels):
    known = LabelSet.from_labels(labels)
    assert known == LabelSet.from_labels(labels[::-1])
    assert known.decode(known.encode(table(labels))) == labels


def test_whole_numbers_keep_their_order():
    assert LabelSet.from_labels(["10", "9", "-1", "x", "A"]).names == ("-1", "9", "10", "A", "x")


def test_multi_label_targets():
    known = LabelSet.from_labels([["b"], [], ["c", "a"]])
    targets = encode_targets(table([["a", "c"], []], "multi_label"), known)
    np.testing.assert_array_equal(targets, [[1, 0, 1], [0, 0, 0]])
    assert targets.dtype == np.float32


def test_regression_targets():
    targets = encode_targets(table([1.5, 2.0], "regression"), None)
    np.testing.assert_array_equal(targets, np.array([1.5, 2.0], "float32"))


def test_missing_labels_are_an_error():
    unlabeled = TextTable(["a"], None, None, Path("t.csv"), [1])
    for attempt in (
        lambda: encode_targets(unlabeled, LabelSet(("x", "y"))),
        lambda: LabelSet.from_table(unlabeled),
    ):
        with pytest.raises(DataError, match=r"t\.csv: .*; name the label column"):
            attempt()


def test_split_is_scikit_learns_stratified_one():
    data = demo_data("uci_sentences")
    split = split_table(data, 0.2, seed=0)
    _, expected = train_test_split(
        np.arange(3000), test_size=0.2, stratify=data.labels, random_state=0
    )
    assert split.validation.lines == [data.lines[row] for row in sorted(expected)]
    assert Counter(split.validation.labels) == {"0": 300, "1": 300}
    assert not split.notes


@settings(deadline=None)
@given(
    counts=st.lists(st.integers(1, 9), min_size=2, max_size=30),
    fraction=st.floats(0.01, 0.5),
    seed=st.integers(0, 99),
)
def test_split_keeps_every_row_once_and_every_class_in_training(counts, fraction, seed):
    labels = [f"class {number}" for number, count in enumerate(counts) for _ in range(count)]
    data = table(labels)
    if max(counts) == 1:
        with pytest.raises(DataError, match="every class has a single row"):
            split_table(data, fraction, seed)
        return
    split = split_table(data, fraction, seed)
    assert sorted(split.train.lines + split.validation.lines) == data.lines
    assert set(split.train.labels) == set(labels)
    assert len(split.validation) >= 1
    alone = {f"class {number}" for number, count in enumerate(counts) if count == 1}
    assert not alone & set(split.validation.labels)
    assert bool(alone) == any("one row, kept for training" in note for note in split.notes)
    assert split == split_table(data, fraction, seed)


def test_split_of_few_rows_a_class_takes_one_of_each_and_says_so():
    split = split_table(table([f"class {row % 77}" for row in range(154)]), 0.1)
    assert Counter(split.validation.labels) == {f"class {number}": 1 for number in range(77)}
    assert split.notes == (
        "77 rows are set aside for validation, one or more a class, instead of 10%",
    )


@pytest.mark.parametrize("task", ["regression", "multi_label"])
def test_other_tasks_are_split_at_random(task):
    labels = [float(row) for row in range(50)] if task == "regression" else [["x"]] * 50
    split = split_table(table(labels, task), 0.2)
    assert (len(split.train), len(split.validation)) == (40, 10)
    assert split.validation.lines != split_table(table(labels, task), 0.2, seed=1).validation.lines


def test_labels_that_occur_once_stay_in_training():
    labels = [["common", f"rare {row}"] if row % 10 == 0 else ["common"] for row in range(300)]
    data = table(labels, "multi_label")
    split = split_table(data, 0.1)
    assert sorted(split.train.lines + split.validation.lines) == data.lines
    assert len(LabelSet.from_table(split.train)) == 31
    assert split.validation.labels == [["common"]] * 30
    _, drawn = train_test_split(np.arange(300), test_size=30, random_state=0)
    assert {row + 2 for row in drawn if row % 10} < set(split.validation.lines)
    (note,) = split.notes
    assert " kept for training, where their labels would be missing: 'rare " in note


@settings(deadline=None)
@given(
    labels=st.lists(st.lists(st.integers(0, 9).map(str), max_size=3), min_size=2, max_size=40),
    fraction=st.floats(0.01, 0.5),
    seed=st.integers(0, 99),
)
def test_multi_label_split_keeps_every_row_once_and_every_label_in_training(labels, fraction, seed):
    data = table(labels, "multi_label")
    counts = Counter(label for row in labels for label in set(row))
    if all(any(counts[label] == 1 for label in row) for row in labels):
        with pytest.raises(DataError, match="every row has a label that no other row has"):
            split_table(data, fraction, seed)
        return
    split = split_table(data, fraction, seed)
    assert {label for row in split.train.labels for label in row} == set(counts)
    assert sorted(split.train.lines + split.validation.lines) == data.lines
    size = max(1, round(len(labels) * fraction))
    assert 1 <= len(split.validation) <= size
    assert split.notes or len(split.validation) == size


def test_a_label_of_its_own_in_every_row_cannot_be_split():
    data = table([[f"label {row}"] for row in range(20)], "multi_label")
    with pytest.raises(DataError, match=r"t\.csv: every row has a label .* a validation file"):
        split_table(data, 0.1)


@pytest.mark.parametrize("fraction", [0.0, 0.51, -1.0])
def test_fraction_out_of_range(fraction):
    with pytest.raises(DataError, match=r"is out of range; use 0 < fraction <= 0\.5"):
        split_table(table(["x", "y"] * 5), fraction)


def test_overlap_is_counted_without_case_and_spacing():
    train = table(["x"] * 3, texts=["Hello  there", "b", "c"])
    held_out = table(["x"] * 4, texts=["hello there ", "B", "d", "e"])
    assert check_overlap(train, held_out) == (
        "validation texts that also stand in the training data: 2 of 4 (50.0%); "
        "they flatter the scores"
    )
    assert check_overlap(train, table(["x"], texts=["hello"])) is None
