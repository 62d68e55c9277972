"""Labels in their forms: a column for each, lists written as text, decimal commas; and what is wrong with them."""

import json
from pathlib import Path

import pytest

from albert_tf.errors import DataError
from albert_tf.tasks import LabelSet, TextTable, check_labels, encode_targets, read_table

TOXIC = (
    "id,comment_text,toxic,severe_toxic,obscene\n"
    "1,you are so bad,1,0,1\n2,have a nice day,0,0,0\n3,what is this,1,1,0\n"
)


@pytest.fixture
def read(tmp_path):
    def read(content, name="t.csv", **options):
        path = tmp_path / name
        path.write_text(content, "utf-8")
        return read_table(path, **options)

    return read


def refusal(read, content, name="t.csv", **options) -> str:
    with pytest.raises(DataError) as caught:
        read(content, name, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def scores(*values, delimiter=";") -> str:
    return f"text{delimiter}score\n" + "".join(f"text {v}{delimiter}{v}\n" for v in values)


def labelled(labels) -> str:
    return "text,label\n" + "".join(
        f'text {n},"{label.replace(chr(34), chr(34) * 2)}"\n' for n, label in enumerate(labels)
    )


@pytest.mark.parametrize("task", [None, "multi_label"])
@pytest.mark.parametrize(
    "columns", [["toxic", "severe_toxic", "obscene"], [3, 4, 5], ["3", 4, "5"]]
)
def test_a_column_for_each_label(read, columns, task):
    table = read(TOXIC, label_column=columns, task=task)
    assert table.task == "multi_label"
    assert table.labels == [["toxic", "obscene"], [], ["toxic", "severe_toxic"]]
    assert table.columns == {"text": "comment_text", "label": "toxic, severe_toxic, obscene"}
    labels = LabelSet.from_table(table)
    assert labels.names == ("obscene", "severe_toxic", "toxic")
    assert encode_targets(table, labels).tolist() == [[1, 0, 1], [0, 0, 0], [0, 1, 1]]


def test_a_list_of_one_label_column_is_that_column(read):
    assert read(TOXIC, label_column=["toxic"]).labels == ["1", "0", "1"]


def test_label_columns_in_json(read):
    rows = [{"text": "a", "x": True, "y": 0}, {"text": "b", "x": False, "y": 1.0}]
    table = read("\n".join(map(json.dumps, rows)), "t.jsonl", label_column=["x", "y"])
    assert table.labels == [["x"], ["y"]]


@pytest.mark.parametrize(
    ("no", "yes"), [("false", "true"), ("False", "TRUE"), ("no", "Yes"), ("n", "y"), ("0.0", "1.0")]
)
def test_words_for_zero_and_one(read, no, yes):
    content = f"text,a,b\nx,{yes},{no}\ny,{no},{no}\n"
    table = read(content, label_column=["a", "b"])
    assert table.labels == [["a"], []]
    assert any("read as 0 and 1" in note for note in table.notes) == (no != "0.0")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("2", "the label 'obscene' is '2'; with a column for each label, write 0 or 1"),
        ("maybe", "the label 'obscene' is 'maybe'"),
        ("-1", "the label 'obscene' is '-1'"),
        ("", "the label 'obscene' is missing"),
        ("yes", "the label 'obscene' is 'yes', where earlier rows have '0' or '1'"),
    ],
)
def test_what_is_neither_zero_nor_one_is_refused(read, cell, words):
    content = TOXIC.replace("what is this,1,1,0", f"what is this,1,1,{cell}")
    message = refusal(read, content, label_column=["toxic", "obscene"])
    assert f"t.csv:4: {words}" in message


def test_label_columns_are_for_several_labels(read):
    message = refusal(read, TOXIC, label_column=["toxic", "obscene"], task="classification")
    assert "2 label columns make a multi-label task, but classification is asked for" in message
    assert "no label column 'rude'" in refusal(read, TOXIC, label_column=["toxic", "rude"])
    assert "must be different columns" in refusal(read, TOXIC, label_column=["toxic", "toxic"])


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_decimal_commas(read, delimiter):
    content = scores(
        "4,5", "3,0", "2,25", "-1,5", "7", "1.234,5", "0,125", "1,234", delimiter=delimiter
    )
    table = read(content, task="regression")
    assert table.labels == [4.5, 3.0, 2.25, -1.5, 7.0, 1234.5, 0.125, 1.234]
    assert (
        "labels such as '4,5' are read as 4.5, and so '1,234' as 1.234: decimal commas"
        in table.notes
    )


def test_decimal_commas_are_no_classes(read):
    values = [f"{n},5" for n in range(8)]
    assert "t.csv:2: the label '0,5' is a fraction, as if measured" in refusal(
        read, scores(*values)
    )
    assert read(scores(*values), task="classification").labels == values


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["1,234", "2,345"], "t.csv:2: the label '1,234' may be 1.234 or 1234"),
        (["5", "1,234"], "t.csv:3: the label '1,234' may be 1.234 or 1234"),
        (["1.5", "2,5"], "t.csv:3: the label '2,5' has a comma where '1.5' (line 2) has a point"),
        (["1,234.5", "2,5"], "t.csv:2: the label '1,234.5' has commas between thousands"),
        (["1,234,567", "8"], "has commas between thousands"),
    ],
)
@pytest.mark.parametrize("task", [None, "regression"])
def test_ambiguous_commas_are_refused(read, values, words, task):
    assert words in refusal(read, scores(*values), task=task)


@pytest.mark.parametrize("task", [None, "multi_label"])
@pytest.mark.parametrize(
    "written",
    [
        ["['billing', 'support']", "['billing']", "[]"],
        ['["billing", "support"]', '["billing"]', "[]"],
        ["['billing' 'support']", "['billing']", "[]"],
        ["('billing', 'support')", "('billing',)", "[]"],
        ["[billing, support]", "[billing]", "[]"],
    ],
)
def test_lists_written_as_text(read, written, task):
    table = read(labelled(written), task=task)
    assert table.task == "multi_label"
    assert table.labels == [["billing", "support"], ["billing"], []]
    assert "the labels are lists written as text" in table.notes


def test_an_apostrophe_in_a_written_list(read):
    table = read(labelled(['["it\'s", "b, c"]', "['d\\'e']"]))
    assert table.labels == [["it's", "b, c"], ["d'e"]]


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_lists_of_one_are_single_labels(read, name):
    rows = [{"text": "a", "tags": ["x"]}, {"text": "b", "tags": ["y"]}]
    jsonl = "\n".join(map(json.dumps, rows))
    content = jsonl if name == "t.jsonl" else labelled(["['x']", "['y']"])
    for task in (None, "classification"):
        table = read(content, name, task=task)
        assert (table.task, table.labels) == ("classification", ["x", "y"])
        assert any("each label is a list of one" in note for note in table.notes)
    table = read(content, name, task="multi_label")
    assert (table.task, table.labels) == ("multi_label", [["x"], ["y"]])


def test_several_labels_are_none_for_classification(read):
    message = refusal(read, labelled(["['x']", "['x', 'y']"]), task="classification")
    assert (
        't.csv:2: the label is a list of 1; write one string or number, or pass task="mul'
        in message
    )


BACKSLASHES = 'text,label\n"he said \\"no\\", then left",bad\nfine,good\n"C:\\new \\\\ old",good\n'


@pytest.mark.parametrize("quoting", [None, "backslash"])
@pytest.mark.parametrize("name", ["t.csv", "t.tsv"])
def test_quotes_after_a_backslash(read, name, quoting):
    content = BACKSLASHES if name == "t.csv" else BACKSLASHES.replace(",bad", "\tbad")
    if name == "t.tsv":
        content = content.replace(",good", "\tgood").replace("text,", "text\t")
    table = read(content, name, quoting=quoting)
    assert table.texts == ['he said "no", then left', "fine", "C:\\new \\ old"]
    assert ('quotes within a cell are written \\"' in table.notes) == (quoting is None)


def test_advice_on_quotes_helps(read):
    assert refusal(read, BACKSLASHES, quoting="rfc").endswith(
        'if a backslash stands before quotes within a cell, pass quoting="backslash"'
    )
    broken = BACKSLASHES + '"never closed,good\na,bad\n'
    assert refusal(read, broken).endswith(
        "t.csv:5: a quoted cell that begins here is never closed; a quoted cell ends with a quote, "
        'and each quote within it is written ""'
    )


def table(texts, labels, task="classification"):
    return TextTable(texts, None, labels, Path("t.csv"), list(range(2, len(texts) + 2)), task)


def test_contradictory_labels_are_counted():
    rest = [f"text {n}" for n in range(8)]
    data = table(["Fine  film", "fine film", *rest], ["a", "b", *"abababab"])
    assert check_labels(data) == [
        "2 of 10 texts (20.0%) stand there with another label too (lines 2, 3); check them"
    ]
    data = table(["one", "two"] * 10, ["a"] * 10 + ["b"] * 10)
    assert check_labels(data) == [
        "every text stands there with another label too, so that nothing can be learned from them; "
        "check the labels, and that the right column is read"
    ]
    assert check_labels(table(["one"] * 10, ["a"] * 10)) == []


def test_contradictions_of_other_tasks():
    assert "with another value" in check_labels(table(["one"] * 2, [1.0, 2.0], "regression"))[0]
    several = table(["one"] * 10, [["a", "b"], ["b", "a"]] * 5, "multi_label")
    assert check_labels(several) == []


def test_classes_of_few_texts_are_named():
    labels = ["a"] * 6 + ["b"] * 4 + ["c"]
    texts = [f"text {n}" for n in range(11)]
    assert check_labels(table(texts, labels)) == [
        "2 of 3 classes have fewer than 5 texts, which is little to learn from: 'c' (1), 'b' (4)"
    ]
    several = table(texts, [["a", label] for label in labels], "multi_label")
    assert "2 of 3 classes have fewer" in check_labels(several)[0]
    assert check_labels(table(texts, [1.0] * 11, "regression")) == []
    assert check_labels(table(texts, None)) == []
