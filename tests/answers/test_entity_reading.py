"""Entities and words of whole texts: words are not cut, long texts are read in windows, blanks belong to nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf import AlbertTokenizer
from albert_tf.answers.entities import EntityDecoder, EntityReader, WordDecoder, token_decoder
from albert_tf.answers.text_tokens import tokens_of_texts
from albert_tf.errors import DataError
from albert_tf.tables import entity_tags
from albert_tf.tables.tags import stretches

TOKENIZER = AlbertTokenizer()
NAMES = entity_tags(["A", "B"])
ODD_TEXTS = [
    "",
    "   ",
    "\U0001f600\U0001f680 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "Caf\u00e9 cafe\u0301 \u00bd \ufb01ne \u2160\u2161",
    "\u5317\u4eac\u662f\u4e2d\u56fd\u7684\u9996\u90fd",
    "tabs\tand\nlines\u00a0and\u200bnothing",
    "a-b.c@d #e's 1,000,000.5 x" * 3,
    "word " * 400,
]


def read(texts, length=12, stride=None):
    reader = EntityReader(TOKENIZER, length, stride)
    columns = reader.columns(texts)
    return reader.pack(columns), columns


def random_logits(packed, count, seed=0, padding=3):
    random = np.random.default_rng(seed)
    return {"logits": [5 * random.normal(size=(n + padding, count)) for n in packed.lengths]}


@pytest.mark.parametrize("scheme", ["IOB2", "BIOES"])
def test_odd_texts_never_have_invalid_entities(scheme):
    packed, columns = read(ODD_TEXTS)
    decoder = EntityDecoder(entity_tags(["A", "B"], scheme))
    for seed in range(5):
        answers = decoder.answers(random_logits(packed, len(decoder.labels), seed), packed, columns)
        assert len(answers) == len(ODD_TEXTS)
        for text, entities in zip(ODD_TEXTS, answers, strict=True):
            check_entities(text, entities)
        assert any(answers)
    assert answers[0] == answers[1] == []


def check_entities(text, entities):
    end = 0
    for entity in entities:
        assert end <= entity.start < entity.end <= len(text)
        assert entity.text == text[entity.start : entity.end] == entity.text.strip()
        assert 0.0 <= entity.probability <= 1.0
        around = text[max(entity.start - 1, 0) : entity.start + 1]
        assert len(around) == 1 or not (around.isascii() and around.isalnum()), around
        end = entity.end


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=60), seed=st.integers(0, 99), length=st.integers(4, 20))
def test_any_text(text, seed, length):
    packed, columns = read([text], length)
    names = entity_tags(["A"], "BIOES")
    (entities,) = EntityDecoder(names).answers(
        random_logits(packed, len(names), seed), packed, columns
    )
    check_entities(text, entities)


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=60), length=st.integers(4, 12), stride=st.integers(1, 12))
def test_every_token_is_read_once_in_whatever_windows(text, length, stride):
    whole, _ = read([text], 512)
    packed, _ = read([text], length, stride)
    (tokens,), (expected,) = (tokens_of_texts(rows, [text]) for rows in (packed, whole))
    assert np.array_equal(tokens.offsets, expected.offsets)
    assert np.array_equal(
        packed.flat_token_ids[tokens.places], whole.flat_token_ids[expected.places]
    )


def test_the_window_with_the_most_context_decides():
    text = "one two three four five six seven eight nine ten eleven twelve"
    packed, columns = read([text], 8, 2)
    logits = []
    for row, ids in enumerate(packed.token_ids):
        best = packed.max_context[row]
        assert best.sum() < len(ids) - 2 or row in (0, len(packed) - 1)
        # A token is outside where it has the most context, and an entity in every other window.
        logits.append(np.where(best[:, None], [9.0, 0, 0], [0, 9.0, 0]))
    decoder = EntityDecoder(["O", "B-A", "I-A"])
    assert decoder.answers({"logits": logits}, packed, columns) == [[]]
    logits = [-row for row in logits]  # where it counts, an entity
    (entities,) = decoder.answers({"logits": logits}, packed, columns)
    assert entities[0].start == 0
    assert entities[-1].end == len(text)


def test_all_tokens_of_a_word_have_a_say():
    text = "in Theoryversa now"
    packed, columns = read([text], 32)
    (tokens,) = tokens_of_texts(packed, [text])
    word = [place for place, (start, _) in enumerate(tokens.offsets) if 3 <= start < 14]
    assert len(word) > 2, "the word has several tokens"
    logits = np.zeros((int(packed.lengths[0]), 3))
    logits[:, 0] = 3.0
    inside = tokens.places[word]
    logits[inside] = [0.0, -3.0, 4.0]  # I-A, without a begin
    logits[inside[0]] = [1.0, 0.5, 0.0]
    (entities,) = EntityDecoder(["O", "B-A", "I-A"]).answers({"logits": [logits]}, packed, columns)
    assert [(e.start, e.end, e.text) for e in entities] == [(3, 14, "Theoryversa")]
    logits[inside[1:-1]] = [4.0, 0.0, 0.0]  # now most of it is none
    (entities,) = EntityDecoder(["O", "B-A", "I-A"]).answers({"logits": [logits]}, packed, columns)
    assert entities == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rome's", [0, 4, 5]),
        ("U.S.", [0, 1, 2, 3]),
        ("cafe\u0301s", [0]),
        ("\u5317\u4eac", [0, 1]),
        ("two words", [0, 4]),
        ("\u00bd", [0]),
    ],
)
def test_where_entities_may_begin(text, expected):
    packed, _ = read([text], 32)
    (tokens,) = tokens_of_texts(packed, [text])
    begins = tokens.offsets[~tokens.go_on(), 0].tolist()
    assert set(begins) <= set(expected)
    assert begins[0] == 0
    assert {start for start in expected if start in tokens.offsets[:, 0]} == set(begins)


def test_labels_of_words():
    text = "  Colorless ideas,  sleep "
    packed, columns = read([text], 32)
    logits = random_logits(packed, 2)
    (words,) = WordDecoder(("NOUN", "VERB")).answers(logits, packed, columns)
    assert [word.text for word in words] == ["Colorless", "ideas,", "sleep"]
    assert all(text[word.start : word.end] == word.text for word in words)
    (tokens,) = tokens_of_texts(packed, [text])
    exponentials = np.exp(logits["logits"][0])
    shares = (exponentials / exponentials.sum(-1, keepdims=True))[tokens.places]
    first = shares[tokens.offsets[:, 0] < words[0].end].mean(axis=0)
    assert words[0].probability == pytest.approx(first.max())
    assert words[0].label == ("NOUN", "VERB")[first.argmax()]


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["O", "B-A", "I-A"], EntityDecoder),
        (["I_A", "O"], EntityDecoder),
        (["NOUN", "VERB"], WordDecoder),
        (["B-A", "I-A"], WordDecoder),
        (["O", "B-A", "X"], WordDecoder),
    ],
)
def test_class_names_decide_what_is_answered(names, kind):
    assert type(token_decoder(names)) is kind


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("one text", "single text 'one text'"),
        ((["a"], ["b"]), "got pairs of texts; expected texts alone"),
        ([("a", "b")], "got pairs of texts"),
        ([None], r"texts\[0\] is 'None'"),
    ],
)
def test_what_is_no_list_of_texts(texts, message):
    with pytest.raises(DataError, match=message):
        read(texts)


def test_no_texts():
    packed, columns = read([])
    for decoder in (EntityDecoder(NAMES), WordDecoder(("X", "Y"))):
        assert decoder.answers({}, packed, columns) == []


@pytest.mark.parametrize(("scheme", "tags"), [("IOB2", "BI"), ("BIOES", "BIES")])
def test_names_of_tags(scheme, tags):
    assert entity_tags(["PER", "x-y"], scheme) == [
        "O",
        *(f"{tag}-PER" for tag in tags),
        *(f"{tag}-x-y" for tag in tags),
    ]
    assert stretches(entity_tags(["PER"], scheme)[1:3], None) == [("PER", 0, 1)]


def test_no_names_of_tags():
    with pytest.raises(DataError, match="scheme is 'IOB3'; expected 'IOB2' or 'BIOES'"):
        entity_tags(["A"], "IOB3")
    with pytest.raises(DataError, match="types is 'PER'"):
        entity_tags("PER")
