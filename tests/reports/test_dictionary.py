"""The dictionary of seen entities, by hand."""

from albert_tf.reports import EntityDictionary
from albert_tf.tables import EntityText, LabelledSpan


def row(text, *found):
    """A text and its entities, given as `(label, characters)`."""
    spans = [
        LabelledSpan(label, text.index(part), text.index(part) + len(part)) for label, part in found
    ]
    return EntityText(text, tuple(spans))


TRAIN = [
    row("Ada saw New York", ("PER", "Ada"), ("LOC", "New York")),
    row("York is old", ("LOC", "York")),
    row("May I see May?", ("PER", "May?")),
    row("may it rain, may it not"),
    row("the York, Paris", ("ORG", "York"), ("LOC", "Paris")),
    row("York it is", ("ORG", "York")),
    row("Paris runs", ("PER", "Paris")),
    row("Paris, Paris"),
]


def found(text):
    (entities,) = EntityDictionary(TRAIN).answer([text])
    return [(entity.label, text[entity.start : entity.end]) for entity in entities]


def test_the_longest_phrase_wins_whatever_its_case():
    assert found("ADA, in new  york!") == [("PER", "ADA"), ("LOC", "new  york")]


def test_the_most_frequent_label_and_only_what_is_mostly_an_entity():
    assert found("York") == [("ORG", "York")], "twice so, once LOC"
    assert found("May I") == [], "never an entity of its own: it was with its question mark"
    assert found("May?") == [("PER", "May?")]
    assert found("Paris") == [("LOC", "Paris")], "in half of its places, first as LOC"


def test_words_are_not_cut():
    assert found("Adamant Yorkshire Ada's") == [("PER", "Ada")]


def test_nothing_seen():
    assert EntityDictionary([]).answer(["Ada", ""]) == [[], []]
    assert EntityDictionary(TRAIN).answer([]) == []
