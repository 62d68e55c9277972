"""Texts with entities: schemes, columns, JSON lines, and mistakes by their line."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.errors import DataError
from albert_tf.tables.class_tags import ClassTags, tags_of
from albert_tf.tables.entities import (
    EntityText,
    LabelledSpan,
    entity_types,
    read_entities,
    texts_and_entities,
)
from albert_tf.tables.tags import find_scheme, iob2, stretches

ENTITIES = [("PER", 0, 0), ("PER", 1, 2), ("LOC", 4, 4), ("LOC", 5, 6)]
WRITTEN = {
    "IOB1": "I-PER B-PER I-PER O I-LOC B-LOC I-LOC",
    "IOB2": "B-PER B-PER I-PER O B-LOC B-LOC I-LOC",
    "BIOES": "S-PER B-PER E-PER O S-LOC B-LOC E-LOC",
}


NAMES = {
    "IO": ["O", "I-PER", "I-LOC"],
    "IOB2": ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"],
    "BIOES": ["S-PER", "E-PER", "I-PER", "B-PER", "O"],
    "BILOU": ["O", "B_PER", "I_PER", "L_PER", "U_PER"],
}


@pytest.mark.parametrize("scheme", NAMES)
@pytest.mark.parametrize("count", [1, 2, 4])
def test_tags_are_written_in_the_class_names(scheme, count):
    classes = ClassTags(NAMES[scheme])
    names = [NAMES[scheme][number] for number in classes.written("PER", count)]
    assert stretches(names) == [("PER", 0, count - 1)]
    assert stretches(names, {"IO": "IOB1", "BILOU": "BIOES"}.get(scheme, scheme))
    assert NAMES[scheme][classes.outside] == "O"
    assert set(classes.types) <= {"PER", "LOC"}


@pytest.mark.parametrize("names", [["B-PER", "I-PER"], ["O", "PER"], ["O", "B-PER", "X"], ["NOUN"]])
def test_names_that_are_no_tags(names):
    assert tags_of(names) is ClassTags(names).tags is None
    assert ClassTags(names).types == ()


def test_a_tag_that_is_not_among_the_names():
    with pytest.raises(DataError, match="'PER' of several tokens needs the class I-PER"):
        ClassTags(["O", "B-PER"]).written("PER", 2)


@pytest.mark.parametrize("scheme", WRITTEN)
def test_schemes(scheme):
    tags = WRITTEN[scheme].split()
    assert find_scheme([["O"], tags]) == scheme
    assert stretches(tags, scheme) == ENTITIES
    assert iob2(ENTITIES, 7) == WRITTEN["IOB2"].split()
    assert stretches("U-A B_A M-A L-A".split(), "BIOES") == [("A", 0, 0), ("A", 1, 3)]


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 2), st.integers(0, 2))))
def test_iob2_there_and_back(gaps):
    entities, place = [], 0
    for kind, before, length in gaps:
        entities.append((kind, place + before, place + before + length))
        place += before + length + 1
    assert stretches(iob2(entities, place + 1), "IOB2") == entities


@pytest.mark.parametrize(
    ("tags", "scheme", "message"),
    [
        ("O I-A", "IOB2", "tag 2, 'I-A', may not stand there in IOB2"),
        ("B-A I-B", "IOB2", "tag 2, 'I-B'"),
        ("B-A O", "BIOES", "tag 2, 'O'"),
        ("S-A I-A", "BIOES", "tag 2, 'I-A'"),
        ("O B-A", "BIOES", "leaves an entity open"),
        ("O S-A", "IOB1", "tag 2, 'S-A'"),
        ("O X-A", "IOB2", "'X-A' is no tag; expected O"),
        ("PER", "IOB2", "'PER' is no tag"),
    ],
)
def test_tags_outside_of_their_scheme(tags, scheme, message):
    with pytest.raises(DataError, match=message):
        stretches(tags.split(), scheme)


COLUMNS = (
    "-DOCSTART- -X- O\n\nAnna NNP I-PER\nEva NNP B-PER\n\n\nin IN O\nSão NN I-LOC\nPaulo NN I-LOC\n"
)


@pytest.mark.parametrize("name", ["a.conll", "a.txt", "a.conll.gz"])
@pytest.mark.parametrize("mark", [" ", "\t"])
def test_columns(tmp_path, name, mark):
    content = COLUMNS.replace(" ", mark).encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    first, second = read_entities(tmp_path / name)
    assert first == EntityText(
        "Anna Eva",
        (LabelledSpan("PER", 0, 4), LabelledSpan("PER", 5, 8)),
        ((0, 4), (5, 8)),
        line=3,
    )
    assert second.text == "in São Paulo"
    assert [second.text[e.start : e.end] for e in second.entities] == ["São Paulo"]
    assert second.line == 7


@pytest.mark.parametrize(
    ("key", "spans"),
    [
        ("entities", [{"start": 3, "end": 8, "label": "LOC", "token_start": 1}]),
        ("spans", [{"start": 3, "end": 8, "label": "LOC"}]),
        ("label", [[3, 8, "LOC"]]),
    ],
)
def test_json_lines(tmp_path, key, spans):
    path = tmp_path / "a.jsonl"
    rows = [{"text": "In Paris 🙂", key: spans, "intent": "x"}, {"text": "no one"}]
    path.write_text("\n\n".join(json.dumps(row) for row in rows))
    first, second = read_entities(path)
    assert first == EntityText("In Paris 🙂", (LabelledSpan("LOC", 3, 8),), line=1)
    assert second == EntityText("no one", (), line=3)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.conll", "Anna I-PER\nPaulo\n", r"a\.conll:2: 'Paulo' is no word with its tag"),
        ("a.conll", "Anna PER\n", r"a\.conll:1: 'PER' is no tag"),
        ("a.conll", "\nAnna O\nB X-PER\n", r"a\.conll:3: 'X-PER' is no tag"),
        (
            "a.conll",
            "A B-PER\nB I-LOC\nC E-LOC\n",
            r"a\.conll:1 \(.*: tag 2, 'I-LOC', may not stand",
        ),
        ("a.conll", "\n\n", "the file is empty"),
        ("a.conll", "-DOCSTART- O\n", "there is no text"),
        ("a.conll", "\tB-X\n", "is no word with its tag"),
        ("a.jsonl", '{"text": "a"\n', r"a\.jsonl:1: broken JSON"),
        ("a.jsonl", '\n{"texts": "a"}\n', r"a\.jsonl:2: expected an object with text"),
        ("a.jsonl", "[1]\n", r"a\.jsonl:1: expected an object with text"),
        ("a.jsonl", '{"text": 3}', "text is '3'; expected a text"),
        (
            "a.jsonl",
            '{"text": "abc", "entities": [{"start": 1, "end": 4, "label": "X"}]}',
            "1 to 4 does not lie in its text of 3",
        ),
        (
            "a.jsonl",
            '{"text": "abc", "entities": [{"start": 1, "end": 1, "label": "X"}]}',
            "1 to 1 does not lie",
        ),
        ("a.jsonl", '{"text": "a  b", "entities": [[1, 3, "X"]]}', "holds blanks only"),
        (
            "a.jsonl",
            '{"text": "abc", "entities": [[0, 2, "X"], [1, 3, "Y"]]}',
            "'Y' from 1 to 3 overlaps the one from 0 to 2",
        ),
        (
            "a.jsonl",
            '{"text": "abc", "entities": [[0, "2", "X"]]}',
            "each with start, end and label",
        ),
    ],
)
def test_mistakes_are_named_by_line(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=message):
        read_entities(tmp_path / name)


def test_words_that_are_blank_are_passed_over(tmp_path):
    (tmp_path / "a.conll").write_text("a\tO\n \tO\n\tO\nb\tB-X\n")
    (row,) = read_entities(tmp_path / "a.conll")
    assert (row.text, row.entities) == ("a b", (LabelledSpan("X", 2, 3),))


def test_an_unknown_scheme(tmp_path):
    with pytest.raises(DataError, match="scheme is 'BIO'; expected one of IOB1, IOB2, BIOES"):
        read_entities(tmp_path / "a.conll", scheme="BIO")


@pytest.mark.parametrize(
    ("file", "texts", "entities", "scheme"),
    [
        ("snips/train.jsonl", 13784, None, None),
        ("snips/validate.jsonl", 700, None, None),
        ("ner/btc/f.conll", None, None, "IOB2"),
        ("ner/wikigold/wikigold.conll.txt", None, None, "IOB1"),
        ("ner/wnut17/emerging.test.annotated", None, None, "IOB2"),
    ],
)
def test_public_data_is_read_whole(shared, file, texts, entities, scheme):
    found = read_entities(shared / "data" / file)
    assert texts is None or len(found) == texts
    for row in found:
        for entity in row.entities:
            assert row.text[entity.start : entity.end].strip()
    if scheme:
        assert found == read_entities(shared / "data" / file, scheme=scheme)


def test_what_a_model_is_trained_on():
    found = [
        EntityText("Ada in Rome", (LabelledSpan("PER", 0, 3), LabelledSpan("LOC", 7, 11))),
        EntityText("", ()),
    ]
    assert texts_and_entities(found) == (["Ada in Rome", ""], [found[0].entities, ()])
    assert entity_types(found) == ["LOC", "PER"]
    assert texts_and_entities([]) == ([], [])
