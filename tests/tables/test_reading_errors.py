"""Bad input gets one line that names the place, the value and the mend."""

import gzip

import pytest

from albert_tf.errors import DataError
from albert_tf.tasks import LabelSet, encode_targets, read_table


def message(path, **options) -> str:
    with pytest.raises(DataError) as caught:
        read_table(path, **options)
    text = str(caught.value)
    assert "\n" not in text
    return text.replace(str(path.parent) + "/", "")


@pytest.fixture
def file(tmp_path):
    def write(content: str | bytes, name: str = "t.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_missing_column_lists_the_columns_and_the_nearest(file):
    path = file("sentence,lable\na,x\nb,y\n")
    assert message(path, label_column="label") == (
        "t.csv: no label column 'label'; the columns are 'sentence', 'lable'; did you mean 'lable'?"
    )


def test_missing_column_number_lists_the_columns(file):
    assert message(file("sentence,label\na,x\n"), text_column=3) == (
        "t.csv: no text column number 3; columns count from 1 to 2; "
        "the columns are 'sentence', 'label'"
    )
    assert "no text column number 0" in message(file("a\tx\nb\ty\n", "t.tsv"), text_column=0)


def test_name_without_a_header_asks_for_a_number(file):
    path = file("a\tx\nb\ty\n", "t.txt")
    assert message(path, text_column="text", header=False) == (
        "t.txt: no text column 'text'; without a header, the first row is 1: 'a', 2: 'x'; "
        "give the column by its number, from 1"
    )


def test_same_column_twice(file):
    assert "text, pair and label must be different columns" in message(
        file("text,label\na,x\n"), text_column="text", label_column="text"
    )


def test_repeated_column_name(file):
    assert message(file("text,text,label\na,b,x\n"), text_column="text") == (
        "t.csv: 2 columns are named 'text'; give the text column by its number, from 1"
    )


def test_ambiguous_text(file):
    assert message(file("review,comment,label\na,b,x\n")) == (
        "t.csv: 'review' and 'comment' may each be the text; "
        "the columns are 'review', 'comment', 'label'; name the text column"
    )


def test_ambiguous_label(file):
    assert "'intent' and 'topic' may each be the label" in message(
        file("text,intent,topic\na,x,y\n")
    )


def test_unknown_columns(file):
    assert message(file("alpha,beta,gamma\na,b,c\nd,e,f\n"), header=True) == (
        "t.csv: cannot tell which column is the text; "
        "the columns are 'alpha', 'beta', 'gamma'; name the text column"
    )


def test_no_label_column(file):
    assert message(file("text\na\nb\n")) == (
        "t.csv: there is no label column; the columns are 'text'; name the label column"
    )


def test_empty_text(file):
    content = "text,label\n" + "a,x\n" * 3 + ",y\n" + " ,x\n"
    assert message(file(content)) == (
        "t.csv:5: the text is empty (and 1 more: line 6); fill it in, remove the row, "
        "or leave such rows out with skip_empty"
    )


def test_empty_pair(file):
    assert message(file("text,pair,label\na,,x\n")).startswith("t.csv:2: the pair is empty; ")


def test_all_texts_empty(file):
    assert message(file('text,label\n"",x\n'), skip_empty=True) == (
        "t.csv: every text is empty; check the text column"
    )


def test_missing_label(file):
    expected = "the label is missing; fill it in or remove the row"
    assert message(file("text,label\na,x\nb,\n")) == f"t.csv:3: {expected}"
    path = file('{"text": "a", "label": "x"}\n{"text": "b"}\n', "t.jsonl")
    assert message(path) == f"t.jsonl:2: {expected}"
    path = file('{"text": "a", "label": NaN}\n', "t.jsonl")
    assert message(path) == f"t.jsonl:1: {expected}"


def test_one_class_only(file):
    table = read_table(file("text,label\na,x\nb,x\n"))
    with pytest.raises(DataError, match="only the class 'x'; a classifier needs examples of two"):
        LabelSet.from_table(table)


def test_fractions_suggest_regression(file):
    assert message(file("text,score\na,3\nb,2.5\n")) == (
        "t.csv:3: the label '2.5' is a fraction, as if measured; pass task=\"regression\" to "
        'predict the number, or task="classification" to take each as a class'
    )


def test_many_numbers_suggest_regression(file):
    path = file("text,score\n" + "".join(f"text {n},{n}\n" for n in range(40)))
    assert message(path).startswith("t.csv: the labels are 40 different numbers in 40 rows, as if")
    assert len(set(read_table(path, task="classification").labels)) == 40


def test_regression_needs_numbers(file):
    path = file("text,score\na,3\nb,high\n")
    assert message(path, task="regression").startswith(
        "t.csv:3: the label 'high' is not a finite number, as regression needs"
    )
    path = file("text,score\na,inf\n")
    assert "'inf' is not a finite number" in message(path, task="regression")


def test_ragged_rows(file):
    assert message(file("text,label\na,x\nb, with a comma,y\n")) == (
        "t.csv:3: 3 cells where line 1 has 2; put the text in double quotes if it holds a comma, "
        "or pass another delimiter"
    )
    path = file("text\tlabel\na\tx\nb\n", "t.tsv")
    assert message(path).startswith("t.tsv:3: 1 cells where line 1 has 2; ")


def test_quote_that_never_closes(file):
    assert message(file('text,label\n"a,x\nb,y\n')) == (
        "t.csv:2: a quoted cell that begins here is never closed; if quotes are ordinary "
        'characters here, pass quoting="none"'
    )


def test_text_after_a_closing_quote(file):
    assert message(file('text,label\na,x\n"b" c,y\n')).startswith(
        't.csv:3: a quoted cell goes on after its closing quote (line 3); write "" for a quote'
    )


def test_broken_json_line(file):
    path = file('{"text": "a", "label": "x"}\n{"text": "b", "label": \n', "t.jsonl")
    assert message(path) == (
        "t.jsonl:2: broken JSON: Expecting value (character 24); write one complete object a line"
    )


def test_json_list_instead_of_lines(file):
    path = file('[\n{"text": "a", "label": "x"}\n]\n', "t.jsonl")
    assert message(path).endswith(
        "write one complete object a line, not one list for the whole file"
    )
    path = file('["a", "x"]\n', "t.jsonl")
    assert message(path).startswith(
        "t.jsonl:1: a JSON list, not an object; write one object a line"
    )


def test_json_values_of_the_wrong_kind(file):
    path = file('{"text": ["a"], "label": "x"}\n', "t.jsonl")
    assert message(path) == "t.jsonl:1: the text is a JSON list; write a string"
    path = file('{"text": "a", "label": {"x": 1}}\n', "t.jsonl")
    assert message(path).startswith(
        "t.jsonl:1: the label is a JSON dict; write one string or number"
    )
    path = file('{"text": "\\ud83d", "label": "x"}\n', "t.jsonl")
    assert message(path).startswith("t.jsonl:1: the text holds half a surrogate pair")
    path = file('{"text": "a", "labels": ["x"]}\n{"text": "b"}\n', "t.jsonl")
    assert message(path) == "t.jsonl:2: the labels are missing; write [] if none applies"


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_no_such_file(tmp_path, name):
    assert message(tmp_path / name) == f"{name}: no such file; check the path"


@pytest.mark.parametrize("name", ["folder", "folder.csv", "folder.d"])
def test_directory(tmp_path, name):
    (tmp_path / name).mkdir()
    assert message(tmp_path / name) == f"{name}: is a directory; name a file inside it"


def test_unreadable_file(file, monkeypatch):
    path = file("text,label\na,x\n")

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "read_bytes", refuse)  # root may read anything
    assert message(path) == "t.csv: cannot be read (Permission denied); check its permissions"


@pytest.mark.parametrize("content", [b"", b" \r\n\n", b"\xef\xbb\xbf", b"\xff\xfe"])
@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.txt"])
def test_empty_file(file, content, name):
    assert message(file(content, name)) == (
        f"{name}: the file is empty; it needs at least one line with a text"
    )


def test_header_only(file):
    assert message(file("text,label\n")) == (
        "t.csv: only a header line and no row; it needs at least one row"
    )


def test_objects_without_names(file):
    assert "cannot tell which column is the text" in message(file("{}\n", "t.jsonl"))


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("t.xlsx", "save the sheet as CSV (UTF-8)"),
        ("t.zip", "unpack it first"),
        ("t.docx", "give a .csv, .tsv, .txt (tab-separated) or .jsonl file, plain or .gz"),
    ],
)
def test_unknown_extension(file, name, mend):
    kind = name[1:]
    assert (
        message(file("x", name)) == f"{name}: cannot read files named {kind!r} as a table; {mend}"
    )


def test_binary_files(file):
    assert message(file(b"PK\x03\x04rest")) == (
        "t.csv: this is an Excel or zip file, not text; save the sheet as CSV (UTF-8) first"
    )
    assert "binary data, not text" in message(file(b"\x93NUMPY\x01\x00v\x00{'\xff\xfe\xfd"))


def test_broken_gzip(file):
    whole = gzip.compress(b"text,label\n" + b"some words,x\n" * 500)
    assert message(file(whole[:-20], "t.csv.gz")).startswith("t.csv.gz: broken gzip file")
    assert message(file("text,label\na,x\n", "t.csv.gz")) == (
        "t.csv.gz: not a gzip file despite its name; remove .gz from the name"
    )


def test_stated_encoding_that_does_not_fit(file):
    path = file("text,label\na,x\ncafé,y\n".encode("cp1252"))
    assert message(path, encoding="utf-8") == (
        "t.csv: not valid utf-8 at line 3; leave the encoding out to have it found out"
    )
    assert message(path, encoding="klingon") == (
        "t.csv: unknown encoding 'klingon'; use for instance utf-8, utf-16 or cp1252"
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"task": "ranking"}, "task 'ranking' is unknown; use one of classification, regression"),
        ({"delimiter": ",,"}, "delimiter ',,' is not usable; give one character, or 'tab'"),
        ({"quoting": "all"}, "quoting 'all' is unknown; use one of rfc, none"),
    ],
)
def test_unknown_options(file, options, expected):
    assert expected in message(file("text,label\na,x\n"), **options)


def test_unseen_label_names_line_label_and_known_ones(file, tmp_path):
    labels = LabelSet(("card_arrival", "card_linking", "exchange_rate"))
    table = read_table(file("text,label\na,card_arrival\nb,card_arival\n", "dev.csv"))
    with pytest.raises(DataError) as caught:
        encode_targets(table, labels)
    assert str(caught.value) == (
        f"{tmp_path}/dev.csv:3: the label 'card_arival' does not occur in the training data; known "
        "are 'card_arrival', 'card_linking', 'exchange_rate'; did you mean 'card_arrival'?"
    )
