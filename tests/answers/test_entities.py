"""Entities: against every sequence of tags tried one by one, and seqeval's reading of the schemes."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.answers.entities import EntityDecoder, parse_tag
from albert_tf.errors import ConfigError

SCHEMES = {
    "IO": ["O", "I-A", "I-B"],
    "IOB2": ["O", "B-A", "I-A", "B-B", "I-B"],
    "BIOES": ["O", "B-A", "I-A", "E-A", "S-A"],
}


def is_valid(labels: list[str], scheme: str) -> bool:
    """The rules of a scheme, written down once more and otherwise."""
    open_type = None  # of an entity that the next tag may or must go on with
    for label in labels:
        letter, _, kind = label.partition("-")
        if scheme == "IO":
            continue
        if letter in ("I", "E") and open_type != kind:
            return False
        if scheme == "BIOES" and open_type and letter in ("O", "B", "S"):
            return False
        open_type = kind if letter in ("B", "I") else None
    return not (scheme == "BIOES" and open_type)


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 9999), length=st.integers(0, 4))
def test_the_best_of_all_valid_sequences(scheme, seed, length):
    labels = SCHEMES[scheme]
    logs = np.random.default_rng(seed).normal(size=(length, len(labels)))
    path = EntityDecoder(labels).best_path(logs)

    def score(numbers):
        return sum(logs[place, n] for place, n in enumerate(numbers))

    valid = [
        numbers
        for numbers in itertools.product(range(len(labels)), repeat=length)
        if is_valid([labels[n] for n in numbers], scheme)
    ]
    assert tuple(path) in valid
    assert score(path) == pytest.approx(max(map(score, valid)))


@pytest.mark.parametrize(
    ("labels", "tags", "expected"),
    [
        (SCHEMES["IO"], "I-A I-A O I-B I-A", [("A", 0, 1), ("B", 3, 3), ("A", 4, 4)]),
        (SCHEMES["IOB2"], "B-A I-A B-A O B-B I-B", [("A", 0, 1), ("A", 2, 2), ("B", 4, 5)]),
        (SCHEMES["BIOES"], "B-A I-A E-A S-A O S-A", [("A", 0, 2), ("A", 3, 3), ("A", 5, 5)]),
        (["O", "B_A", "L_A", "U_A"], "B_A L_A U_A", [("A", 0, 1), ("A", 2, 2)]),
        (["O", "I-A", "B-A"], "O O", []),
    ],
)
def test_where_entities_begin_and_end(labels, tags, expected):
    tags = tags.split()
    text = "ab " * len(tags)
    offsets = np.array([[3 * i, 3 * i + 2] for i in range(len(tags))])
    probabilities = np.full((len(tags), len(labels)), 0.01)
    for place, tag in enumerate(tags):
        probabilities[place, labels.index(tag)] = 0.9 - 0.1 * place
    found = EntityDecoder(labels).entities(probabilities, offsets, text)
    assert [(e.label, e.start, e.end) for e in found] == [
        (kind, 3 * first, 3 * last + 2) for kind, first, last in expected
    ]
    for entity, (_, _, last) in zip(found, expected, strict=True):
        assert entity.text == text[entity.start : entity.end]
        assert entity.probability == pytest.approx(0.9 - 0.1 * last), "of the least sure token"


def test_blanks_at_the_begin_belong_to_no_entity():
    (entity,) = EntityDecoder(["O", "I-A"]).entities(
        np.array([[0.0, 1.0]]), np.array([[0, 4]]), " Rom"
    )
    assert (entity.text, entity.start, entity.end) == ("Rom", 1, 4)


@pytest.mark.parametrize(("label", "position"), [("O", None), ("B-LOC", "B"), ("U-x-y", "S")])
def test_tags(label, position):
    assert parse_tag(label).position == position


@pytest.mark.parametrize("label", ["", "LOC", "B-", "X-LOC", "B LOC"])
def test_what_is_no_tag(label):
    with pytest.raises(ConfigError, match="is no tag; expected O"):
        EntityDecoder(["O", label])


def test_labels_need_an_outside():
    with pytest.raises(ConfigError, match="expected an O among them"):
        EntityDecoder(["B-A", "I-A"])
