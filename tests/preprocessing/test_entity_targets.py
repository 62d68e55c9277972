"""Targets of tokens: entities and tags of words there and back, and what is wrong with them in one line."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from albert_tf import AlbertTokenizer
from albert_tf.answers import Entity
from albert_tf.answers.entities import EntityReader, token_decoder
from albert_tf.answers.text_tokens import tokens_of_texts
from albert_tf.errors import DataError
from albert_tf.preprocessing.entity_targets import EntityTargets
from albert_tf.tables import LabelledSpan, entity_tags

TOKENIZER = AlbertTokenizer()
NAMES = tuple(entity_tags(["PER", "LOC"]))
TEXTS = ["Ada Lovelace lives in Rome.", "It rains"]
SPANS = [[(0, 12, "PER"), (22, 26, "LOC")], []]


def rows_of(texts, y, names=NAMES, length=16, stride=None, sample_weight=None):
    reader = EntityReader(TOKENIZER, length, stride)
    packed = reader.pack(reader.columns(texts))
    targets = EntityTargets(tuple(names)).read(y)
    return packed, targets.of_tokens(packed, texts, sample_weight)


def answers(texts, y, names=NAMES, **options):
    """What a model answers that is sure of every label that it was given."""
    packed, (numbers, _) = rows_of(texts, y, names, **options)
    one_hot = 50.0 * np.eye(len(names))[numbers.flat]
    logits = np.split(one_hot, packed.row_splits[1:-1])
    return token_decoder(names).answers({"logits": logits}, packed, (texts,))


def spans(found):
    return [[(e.start, e.end, e.label) for e in entities] for entities in found]


SAME = {
    "tuples": SPANS,
    "lists": [[list(span) for span in row] for row in SPANS],
    "dicts": [[dict(zip(("start", "end", "label"), s, strict=True)) for s in r] for r in SPANS],
    "spans": [[LabelledSpan(label, start, end) for start, end, label in row] for row in SPANS],
    "answers": [[Entity(label, "", s, e, 1.0) for s, e, label in row] for row in SPANS],
    "in any order": [SPANS[0][::-1], []],
    "a column": pd.Series(SPANS),
    "an array": np.array([*SPANS, None], dtype=object)[:2],
    "numpy's numbers": [[(np.int64(s), np.int32(e), str(k)) for s, e, k in r] for r in SPANS],
}


@pytest.mark.parametrize("form", SAME)
@pytest.mark.parametrize("scheme", ["IOB2", "BIOES"])
def test_entities_in_every_form(form, scheme):
    names = entity_tags(["PER", "LOC"], scheme)
    assert spans(answers(TEXTS, SAME[form], names)) == SPANS


WORDS = ["B-PER I-PER O O B-LOC O".split(), ["O", "O"]]
WORD_TEXTS = ["Ada Lovelace lives in Rome .", "It rains"]


@pytest.mark.parametrize(
    "y",
    [
        WORDS,
        [["I-PER", "I-PER", "O", "O", "I-LOC", "O"], ["O", "O"]],
        ["B-PER E-PER O O S-LOC O".split(), ["O", "O"]],
        [[NAMES.index(tag) for tag in row] for row in WORDS],
        [np.array([NAMES.index(tag) for tag in row]) for row in WORDS],
        [np.array(row) for row in WORDS],
        [WORDS[0], []],
    ],
)
def test_tags_of_words_in_every_scheme(y):
    assert spans(answers(WORD_TEXTS, y)) == [[(0, 12, "PER"), (22, 26, "LOC")], []]


def test_every_token_of_a_word_is_labelled():
    packed, (numbers, weights) = rows_of(["Theoryversa reads"], [["B-PER", "O"]])
    (tokens,) = tokens_of_texts(packed, ["Theoryversa reads"])
    inside = int((tokens.offsets[:, 0] < 11).sum())
    assert inside > 2
    assert numbers.flat.tolist() == [0, 1, *[2] * (inside - 1), 0, 0]
    assert weights.flat.tolist() == [0, *[1] * (inside + 1), 0]


def test_weights_of_texts_and_windows():
    text = "one two three four five six seven eight"
    packed, (numbers, weights) = rows_of(
        [text, "nine"], [[(8, 39, "LOC")], []], length=6, stride=2, sample_weight=np.array([2, 0.5])
    )
    assert len(packed) == 4
    rows = [numbers.batch([row], 6)[0].tolist() for row in range(4)]
    assert rows == [[0, 0, 0, 3, 4, 0], [0, 3, 4, 4, 4, 0], [0, 4, 4, 4, 4, 0], [0, 0, 0, 0, 0, 0]]
    assert weights.batch([0, 2, 3], 6).tolist() == [
        [0, 2, 2, 2, 2, 0],
        [0, 2, 2, 2, 2, 0],
        [0, 0.5, 0, 0, 0, 0],
    ]


def test_labels_of_words_that_are_no_tags():
    texts, y = ["Colorless ideas sleep"], [["ADJ", "NOUN", "VERB"]]
    (words,) = answers(texts, y, ("ADJ", "NOUN", "VERB"))
    assert [(word.text, word.label) for word in words] == [
        ("Colorless", "ADJ"),
        ("ideas", "NOUN"),
        ("sleep", "VERB"),
    ]
    _, (_, weights) = rows_of(texts, [[(16, 21, "VERB")]], ("ADJ", "NOUN", "VERB"))
    assert weights.flat.sum() == 1, "what has no label is not learned from"


@settings(max_examples=80, deadline=None)
@given(
    text=st.text(max_size=50) | st.text("ab\u00e9 '.-\u00bd\u5317\U0001f600", max_size=50),
    cuts=st.lists(st.integers(0, 60), max_size=8),
    kinds=st.lists(st.sampled_from(["PER", "LOC"]), min_size=4, max_size=4),
    scheme=st.sampled_from(["IOB2", "BIOES"]),
    length=st.integers(4, 20),
)
def test_any_entities_there_and_back(text, cuts, kinds, scheme, length):
    reader = EntityReader(TOKENIZER, 512)
    (tokens,) = tokens_of_texts(reader.pack(([text],)), [text])
    begins = np.flatnonzero(~tokens.go_on()) if len(tokens.offsets) else []
    assume(len(begins))
    # Entities of whole words: from where one begins to before where one begins.
    places = sorted({int(cut) % (len(begins) + 1) for cut in cuts})
    bounds = [*begins, len(tokens.offsets)]
    wanted = [
        (int(tokens.offsets[bounds[a], 0]), int(tokens.offsets[bounds[b] - 1, 1]), kind)
        for a, b, kind in zip(places[::2], places[1::2], kinds, strict=False)
    ]
    names = entity_tags(["PER", "LOC"], scheme)
    assert spans(answers([text], [wanted], names, length=length)) == [wanted]


@settings(max_examples=60, deadline=None)
@given(text=st.text(min_size=1, max_size=40), data=st.data())
def test_spans_that_cut_words_give_valid_sequences_too(text, data):
    points = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    wanted = [
        (a, b, "PER") for a, b in zip(points[::2], points[1::2], strict=False) if text[a:b].strip()
    ]
    (found,) = answers([text], [wanted])
    for entity in found:
        assert text[entity.start : entity.end] == entity.text
        assert any(a < entity.end and entity.start < b for a, b, _ in wanted)


WRONG = {
    "missing": (None, "y is missing; expected for each text a list"),
    "one text's": ("B-PER", "y is 'B-PER' of type str; expected for each text"),
    "numbers": ([1, 0], r"y\[0\] is 1; expected for each text a list"),
    "tags as text": (["B-PER O", "O"], r"y\[0\] is 'B-PER O'; expected for each text a list"),
    "a dict": ({"a": 1}, "y is {'a': 1} of type dict; expected for each text"),
    "a lone span": ([(0, 3, "PER"), []], r"y\[0\]\[0\] is 0; expected an entity"),
    "unknown label": ([[], [(0, 2, "PERS")]], r"y\[1\]\[0\] has the label 'PERS'.*near: 'PER'"),
    "a tag as label": ([[], [(0, 2, "B-PER")]], r"y\[1\]\[0\] has the label 'B-PER'; expected one"),
    "unknown tag": (
        [[], ["O", "B-PERS"]],
        r"y\[1\]\[1\] is 'B-PERS'; expected one of .*near: 'B-P",
    ),
    "no tag": ([[], ["O", "PER"]], r"y\[1\]\[1\] is 'PER'; expected one of 'O', 'B-PER'"),
    "number": ([[], [0, 5]], r"y\[1\]\[1\] is 5; expected a class number from 0 to 4"),
    "negative": ([[], [0, -100]], r"y\[1\]\[1\] is -100; expected a class number from 0 to 4"),
    "mixed": ([[], ["O", 1]], r"y\[1\]\[0\] is 'O'; expected an entity"),
    "half a span": ([[], [(0, 2)]], r"y\[1\]\[0\] is \(0, 2\); expected an entity"),
    "half a dict": ([[], [{"start": 0}]], r"y\[1\]\[0\] is {'start': 0}; expected an entity"),
    "no numbers": ([[], [("0", 2, "PER")]], r"y\[1\]\[0\] is \('0', 2, 'PER'\); expected \(start"),
    "scheme": ([["B-PER", "E-LOC"], []], r"y\[0\]: tag 2, 'E-LOC', may not stand there in BIOES"),
    "outside": ([[], [(3, 9, "PER")]], r"y\[1\] has the span 3 to 9, 'PER', which does not lie in"),
    "before": ([[], [(-1, 2, "PER")]], r"y\[1\] has the span -1 to 2"),
    "empty": ([[], [(2, 2, "PER")]], r"y\[1\] has the span 2 to 2"),
    "blank": ([[], [(2, 3, "PER")]], r"y\[1\] has the span 2 to 3, 'PER', which holds blanks only"),
    "overlap": ([[(0, 5, "PER"), (4, 9, "LOC")], []], r"y\[0\] has .* overlaps that from 0 to 5"),
    "tags": (
        [[], ["O"]],
        r"y\[1\] has 1 tags for the 2 words of 'It rains'; expected one for each",
    ),
    "rows": ([[]], "y has 1 rows for 2 texts; give one for each text"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_named_in_one_line(kind):
    y, message = WRONG[kind]
    with pytest.raises(DataError, match=message) as error:
        rows_of(TEXTS, y)
    assert "\n" not in str(error.value)


def test_tags_that_are_not_among_the_classes():
    with pytest.raises(DataError, match=r"y\[0\]: an entity 'PER' of .* needs the class I-PER"):
        rows_of(TEXTS, SPANS, ("O", "B-PER", "B-LOC"))
