"""Tables as people have them: each is read rightly, with a note on what was guessed, or refused in one line."""

import gzip
import json

import pytest

from albert_tf.errors import DataError
from albert_tf.tasks import read_table

BODY = "a good film,pos\na bad film,neg\n"
TEXTS, LABELS = ["a good film", "a bad film"], ["pos", "neg"]
TABLE = "text,label\n" + BODY
OBJECTS = [{"text": "a good film", "label": "pos"}, {"text": "a bad film", "label": "neg"}]


def lines(*objects) -> str:
    return "\n".join(map(json.dumps, objects))


def csv_of(labels, header="text,label") -> str:
    quoted = ('"' + label.replace('"', '""') + '"' for label in labels)
    return header + "\n" + "".join(f"text {n},{label}\n" for n, label in enumerate(quoted))


# What is written: how it is named: texts, labels, and words that the notes hold.
READ = {
    # Bytes and line ends.
    "byte-order mark": ("\ufeff" + TABLE, "t.csv", TEXTS, LABELS, ""),
    "two byte-order marks": ("\ufeff\ufeff" + TABLE, "t.csv", TEXTS, LABELS, ""),
    "utf-16": (TABLE.encode("utf-16"), "t.csv", TEXTS, LABELS, "utf-16"),
    "utf-16 as tsv without a mark": (
        *(TABLE.replace(",", "\t").encode("utf-16-le"), "t.tsv", TEXTS, LABELS, "utf-16-le"),
    ),
    "latin-1": (
        *("text,label\ncafé,pos\nthé,neg\n".encode("latin-1"), "t.csv", ["café", "thé"]),
        *(LABELS, "cp1252"),
    ),
    "line ends of Windows": (TABLE.replace("\n", "\r\n"), "t.csv", TEXTS, LABELS, ""),
    "line ends of old Macs": (TABLE.replace("\n", "\r"), "t.csv", TEXTS, LABELS, ""),
    "no line end at the end": (TABLE.rstrip(), "t.csv", TEXTS, LABELS, ""),
    "gzip": (gzip.compress(TABLE.encode()), "t.csv.gz", TEXTS, LABELS, ""),
    "gzip without its extension": (gzip.compress(TABLE.encode()), "t.csv", TEXTS, LABELS, ""),
    "gzip of json": (
        *(gzip.compress(json.dumps(OBJECTS).encode()), "t.json.gz", TEXTS, LABELS, ""),
    ),
    # Delimiters, and files named for another one.
    "semicolons": (TABLE.replace(",", ";"), "t.csv", TEXTS, LABELS, "semicolon"),
    "semicolons without a header, commas in texts": (
        *("good, I say;pos\nbad, I say;neg\n", "t.csv", ["good, I say", "bad, I say"], LABELS),
        "semicolon",
    ),
    "pipes": (TABLE.replace(",", "|"), "t.csv", TEXTS, LABELS, "pipe"),
    "tabs in a csv": (TABLE.replace(",", "\t"), "t.csv", TEXTS, LABELS, "tab"),
    "commas in a tsv": (TABLE, "t.tsv", TEXTS, LABELS, "comma"),
    "commas in a txt with a header": (TABLE, "t.txt", TEXTS, LABELS, "comma"),
    "semicolons in a txt without a header": (
        *("i feel low;sad\ni feel fine;glad\ni feel so, so;sad\ni do feel good;glad\n", "t.txt"),
        *(["i feel low", "i feel fine", "i feel so, so", "i do feel good"], ["sad", "glad"] * 2),
        "semicolon",
    ),
    "tabs within texts": ("text,label\na\tb,pos\nc,neg\n", "t.csv", ["a\tb", "c"], LABELS, ""),
    "Excel's line": ("sep=;\n" + TABLE.replace(",", ";"), "t.csv", TEXTS, LABELS, "sep=;"),
    "Excel's line with quotes": (
        *('"sep=|"\r\n' + TABLE.replace(",", "|"), "t.csv", TEXTS, LABELS, "states the delimiter"),
    ),
    "Excel's line, no header": (
        *("sep=;\na good film;pos\na bad film;neg\n", "t.csv", TEXTS, LABELS, "no header line"),
    ),
    "json lines named csv": (lines(*OBJECTS), "t.csv", TEXTS, LABELS, "despite its name"),
    "a json list named txt": (json.dumps(OBJECTS), "t.txt", TEXTS, LABELS, "despite its name"),
    "json lines named json": (lines(*OBJECTS), "t.json", TEXTS, LABELS, "one after the other"),
    # Quotes.
    "line breaks in quotes": (
        *('text,label\n"a\n\nb",pos\nc,neg\n', "t.csv", ["a\n\nb", "c"], LABELS, ""),
    ),
    "quotes after blanks": (
        *('text, label\n"a, b", "pos"\n"c", "neg"\n', "t.csv", ["a, b", "c"], LABELS),
        "blanks before cells",
    ),
    "unquoted cells with escaped quotes": (
        *('text,label\nsays \\"no\\",pos\nfine,neg\n', "t.csv", ['says "no"', "fine"], LABELS),
        'written \\"',
    ),
    "a backslash at the end": (
        *('text,label\n"C:\\dir\\",pos\n"C:\\new",neg\n', "t.csv", ["C:\\dir\\", "C:\\new"]),
        *(LABELS, ""),
    ),
    # Headers.
    "upper case and blanks": (" TEXT , LABEL \n" + BODY, "t.csv", TEXTS, LABELS, ""),
    "an index without a name": (
        *(",text,label\n0,a good film,pos\n1,a bad film,neg\n", "t.csv", TEXTS, LABELS, ""),
    ),
    "two indexes of pandas": (
        "Unnamed: 0.1,Unnamed: 0,review_body,stars\n0,0,a good film,pos\n1,1,a bad film,neg\n",
        *("t.csv", TEXTS, LABELS, "'review_body'"),
    ),
    "numbers as pandas writes for no names": (
        *(
            ",0,1\n0,a good film,pos\n1,a bad film,neg\n",
            "t.csv",
            TEXTS,
            LABELS,
            "header: '0', '1'",
        ),
    ),
    "R's header lacks the rows' numbers": (
        *('"text","label"\n"1","a good film","pos"\n"2","a bad film","neg"\n', "t.csv"),
        *(TEXTS, LABELS, ""),
    ),
    "the header again": (TABLE + "text,label\n", "t.csv", TEXTS, LABELS, "again"),
    "another script": (
        *("文本,标签\n这个酒店非常好下次还来,好\n这个酒店太差了再也不来,差\n", "t.csv"),
        *(["这个酒店非常好下次还来", "这个酒店太差了再也不来"], ["好", "差"], "header: '文本'"),
    ),
    "a hash before the header": ("# " + TABLE, "t.csv", TEXTS, LABELS, ""),
    "texts that begin with a hash": (
        *("#love it,pos\n#hate it,neg\n#meh it,pos\n", "t.csv"),
        *(["#love it", "#hate it", "#meh it"], ["pos", "neg", "pos"], "no header line"),
    ),
    "label first": ("label,text\npos,a good film\nneg,a bad film\n", "t.csv", TEXTS, LABELS, ""),
    "a date beside": (
        *("date,text,label\n2024-01-02,a good film,pos\n2024-01-03,a bad film,neg\n", "t.csv"),
        *(TEXTS, LABELS, ""),
    ),
    "six columns and no header": (
        '"0","81","Mon Apr 06 22:19:45 PDT 2009","none","u1","a bummer that is"\n'
        '"4","82","Mon Apr 06 22:20:45 PDT 2009","none","u2","is upset that he cannot"\n'
        '"0","83","Tue Apr 07 22:21:45 PDT 2009","none","u3","dived many times for it"\n',
        *("t.csv", ["a bummer that is", "is upset that he cannot", "dived many times for it"]),
        *(["0", "4", "0"], "the label is column 1"),
    ),
    # Rows that are no rows.
    "empty lines between": ("\n\ntext,label\n\n" + BODY + "\n\n", "t.csv", TEXTS, LABELS, ""),
    "empty rows of a sheet": (
        TABLE + ",\n,\n",
        "t.csv",
        TEXTS,
        LABELS,
        "2 empty rows (lines 4, 5)",
    ),
    "delimiters at all ends": (
        *("text,label,\na good film,pos,\na bad film,neg,\n", "t.csv", TEXTS, LABELS, ""),
    ),
    "delimiters at the ends of rows": (
        *("text,label\na good film,pos,,\na bad film,neg,,\n", "t.csv", TEXTS, LABELS, ""),
    ),
    "a delimiter at the header's end": (
        *("text,label,\na good film,pos\na bad film,neg\n", "t.csv", TEXTS, LABELS, ""),
    ),
    "a comment at the end": (TABLE + "# end\n", "t.csv", TEXTS, LABELS, "1 comment (line 4)"),
    # Labels.
    "blanks around labels": (csv_of([" pos ", "\u00a0neg"]), "t.csv", None, LABELS, ""),
    "case variants": (csv_of(["Pos", "pos", "POS"]), "t.csv", None, ["Pos", "pos", "POS"], "case"),
    "blank variants": (
        *(
            csv_of(["not  ok", "not ok"]),
            "t.csv",
            None,
            ["not  ok", "not ok"],
            "differ only in how",
        ),
    ),
    "booleans": (csv_of(["True", "False"]), "t.csv", None, ["True", "False"], ""),
    "json booleans and numbers": (
        *(lines({"text": "a", "label": True}, {"text": "b", "label": 0}), "t.jsonl"),
        *(["a", "b"], ["true", "0"], ""),
    ),
    "floats as classes": (
        csv_of(["1.0", "0.0"]),
        "t.csv",
        None,
        ["1", "0"],
        "'1.0' are read as '1'",
    ),
    "classes with a decimal comma": (
        *(csv_of(["4,0", "5,0"]), "t.csv", None, ["4", "5"], "are read as '1'"),
    ),
    "emoji": (csv_of(["👍", "👎"]), "t.csv", None, ["👍", "👎"], ""),
    "a class named none": (
        csv_of(["none", "favor"]),
        "t.csv",
        None,
        ["none", "favor"],
        "for a class",
    ),
    "several in one cell": (
        *(csv_of(["slow;rude", "slow", "rude"]), "t.csv", None, ["slow;rude", "slow", "rude"]),
        'pass task="multi_label" and label_separator=";"',
    ),
    "tuples": (
        *(csv_of(["('x', 'y')", "('x',)"]), "t.csv", None, [["x", "y"], ["x"]], "written as text"),
    ),
    "sets": (csv_of(["{'y', 'x'}", "{'x'}"]), "t.csv", None, [["y", "x"], ["x"]], "multi_label"),
    "arrays of NumPy": (csv_of(["['x' 'y']", "['x']"]), "t.csv", None, [["x", "y"], ["x"]], ""),
    "lists without quotes": (csv_of(["[x]", "[x, y y]"]), "t.csv", None, [["x"], ["x", "y y"]], ""),
    "lists and words": (csv_of(["x", "['x', 'y']"]), "t.csv", None, [["x"], ["x", "y"]], ""),
    "Label Studio's cells": (
        *(csv_of(['{"choices": ["x", "y"]}', "x"]), "t.csv", None, [["x", "y"], ["x"]], ""),
    ),
    "a broken list": (csv_of(["['x', 'y", "z"]), "t.csv", None, ["['x', 'y", "z"], "broken"),
    "fastText": (
        *("__label__pos a good film\n__label__neg a bad film\n", "t.txt", TEXTS, LABELS),
        "__label__",
    ),
    "fastText with several": (
        *("__label__a __label__b x y\n__label__a z\n", "t.txt", ["x y", "z"]),
        *([["a", "b"], ["a"]], "multi_label"),
    ),
    # Texts.
    "numbers as texts": ("text,label\n12,pos\n34,neg\n", "t.csv", ["12", "34"], LABELS, ""),
    "a very long text": (f"text,label\n{'ab ' * 90_000},pos\nc,neg\n", "t.csv", None, LABELS, ""),
    "texts that say there is none": (
        *("text,label\nnan,pos\na,neg\n", "t.csv", ["nan", "a"], LABELS, "1 text says only"),
    ),
    # JSON.
    "blank lines in jsonl": (
        *("\n" + lines(OBJECTS[0]) + "\n\n" + lines(OBJECTS[1]) + "\n\n", "t.jsonl"),
        *(TEXTS, LABELS, ""),
    ),
    "jsonl with line ends of Windows": (
        *(lines(*OBJECTS).replace("\n", "\r\n"), "t.jsonl", TEXTS, LABELS, ""),
    ),
    "objects over several lines": (
        *("\n".join(json.dumps(each, indent=2) for each in OBJECTS), "t.json", TEXTS, LABELS, ""),
    ),
    "objects in objects": (
        lines({"text": "a", "meta": {"label": "x"}}, {"text": "b", "meta": {"label": "y"}}),
        *("t.jsonl", ["a", "b"], ["x", "y"], "'meta.label'"),
    ),
    "other keys in some rows": (
        *(lines(OBJECTS[0], {**OBJECTS[1], "url": "x"}), "t.jsonl", TEXTS, LABELS, ""),
    ),
    "lists and strings": (
        *(lines({"text": "a", "label": "x"}, {"text": "b", "label": ["x", "y"]}), "t.jsonl"),
        *(["a", "b"], [["x"], ["x", "y"]], "multi_label"),
    ),
}
# What is written: how it is named: words of the one line that refuses it.
REFUSED = {
    "header only": ("text,label\n", "t.csv", "only a header line"),
    "header and empty rows": ("text,label\n,\n\n", "t.csv", "only a header line"),
    "one column": ("text\na\nb\n", "t.csv", "there is no label column"),
    "one column of lines": ("a film\nanother film\n", "t.txt", "there is no label column"),
    "two texts of one name": ("text,text,label\na,b,x\n", "t.csv", "by its number, from 1"),
    "two labels of one name": ("text,label,label\na,x,y\n", "t.csv", "by its number, from 1"),
    "a comma without quotes": (TABLE + "good, bad,pos\n", "t.csv", "t.csv:4: 3 cells"),
    "a hashtag and a comma without quotes": (
        *(TABLE + "#love it, really,pos\n", "t.csv", "t.csv:4: 3 cells"),
    ),
    "a hashtag and no label": (TABLE + "#love it\n", "t.csv", "t.csv:4: 1 cells"),
    "a row cut short": (TABLE + "good\n", "t.csv", "t.csv:4: 1 cells where line 1 has 2"),
    "a sum at the end": (TABLE + "Total: 2\n", "t.csv", "if it is no row of the table, remove it"),
    "an unknown delimiter": (TABLE.replace(",", "~"), "t.csv", "the first row is 1: 'text~label'"),
    "a title and no header": (
        "My films\n" + BODY,
        "t.csv",
        "t.csv:1: 1 cell where all lines below",
    ),
    "a comment with a comma and no header": (
        *("# films, of 2024\n" + BODY, "t.csv", "may be a comment or a row; remove a comment"),
    ),
    "a line of data above the header": (
        "von Hans, 2024\nrating,kommentar\n5,das war gut so\n1,das war schlecht so\n",
        *("t.csv", "t.csv:2: this line may be the header ('rating', 'kommentar'), or line 1 is"),
    ),
    "NaN": (csv_of(["pos", "NaN"]), "t.csv", "t.csv:3: the label is 'NaN'"),
    "null": (csv_of(["pos", "null"]), "t.csv", "t.csv:3: the label is 'null'"),
    "NULL of MySQL": (csv_of(["pos", "\\N"]), "t.csv", "t.csv:3: the label is '\\\\N'"),
    "a JSON null": (
        lines(OBJECTS[0], {"text": "b", "label": None}),
        "t.jsonl",
        "t.jsonl:2: the lab",
    ),
    "zeros and ones": (csv_of(["[0, 1, 0]", "[1, 0, 0]"]), "t.csv", "zeros and ones"),
    "zeros and ones of NumPy": (csv_of(["[0 1 0]", "[1 0 0]"]), "t.csv", "zeros and ones"),
    "a list in a list": (
        csv_of(["['x', ['y']]", "['x']"]),
        "t.csv",
        "t.csv:2: the label is a list",
    ),
    "spans": (csv_of(["[(0, 1, 'PER')]"]), "t.csv", "t.csv:2: the label marks spans"),
    "JSON spans": (lines({"text": "a", "labels": [[0, 1, "PER"]], "n": 1}), "t.jsonl", "spans"),
    "a text that is true": (
        lines({"text": True, "label": "x"}),
        "t.jsonl",
        "the text is a JSON bool",
    ),
    "an object for a label": (lines({"text": "a", "label": {"x": 1}}), "t.jsonl", "a JSON dict"),
    "a list named jsonl": (json.dumps(OBJECTS), "t.jsonl", "a JSON list, not an object"),
    "JSON that ends early": (json.dumps(OBJECTS)[:-5], "t.json", "t.json:1: broken JSON"),
    "JSON too deep": ("[" * 100_000, "t.json", "too deeply nested"),
    "a number too long": (f'[{{"text": "a", "label": {"1" * 5000}}}]', "t.json", "is too long"),
    "an empty list": ("[]", "t.json", "the list is empty"),
    "a list of lists": ('[["a", "x"]]', "t.json", "t.json:1: a JSON list in the list"),
    "SQuAD": (json.dumps({"data": [{"title": "t", "paragraphs": []}]}), "t.json", "read_squad"),
    "two lists": (
        json.dumps({"a": OBJECTS, "b": OBJECTS}),
        "t.json",
        "several lists of objects: 'a'",
    ),
    "a web page": ("<!DOCTYPE html>\n<html>text,label</html>", "t.csv", "this is a web page"),
    "a Git LFS pointer": (
        "version https://git-lfs.github.com/spec/v1\n",
        "t.csv",
        "Git LFS pointer",
    ),
    "bzip2": (b"BZh91AY&SY", "t.csv", "bzip2 file"),
    "a database": (b"SQLite format 3\x00", "t.csv", "SQLite"),
    "an Excel file named csv": (b"PK\x03\x04\x14", "t.csv", "save the sheet as CSV"),
    "nothing but commas": (",,\n,,\n", "t.csv", "all rows are empty"),
}


def read(tmp_path, content, name, **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, **options)


@pytest.mark.parametrize("case", READ)
def test_odd_table_is_read(tmp_path, case):
    content, name, texts, labels, note = READ[case]
    table = read(tmp_path, content, name)
    assert texts is None or table.texts == texts
    assert table.labels == labels
    several = any(isinstance(label, list) for label in labels)
    assert table.task == ("multi_label" if several else "classification")
    assert note in " / ".join(table.notes)


@pytest.mark.parametrize("case", REFUSED)
def test_odd_table_is_refused(tmp_path, case):
    content, name, words = REFUSED[case]
    with pytest.raises(DataError) as caught:
        read(tmp_path, content, name)
    message = str(caught.value)
    assert "\n" not in message
    assert words in message.replace(f"{tmp_path}/", "")


@pytest.mark.parametrize("case", [*READ, *REFUSED])
def test_texts_alone_of_an_odd_table_end_in_no_traceback(tmp_path, case):
    content, name = (READ | REFUSED)[case][:2]
    found = table_or_error(tmp_path, content, name)
    if isinstance(found, DataError):
        assert "\n" not in str(found)
    else:
        assert found.labels is None
        assert all(isinstance(text, str) for text in found.texts)


def table_or_error(tmp_path, content, name):
    try:
        return read(tmp_path, content, name, with_labels=False)
    except DataError as error:
        return error


def test_missing_labels_are_left_out_on_request(tmp_path):
    table = read(tmp_path, csv_of(["pos", "NaN", "", "neg"]), "t.csv", skip_empty=True)
    assert table.labels == ["pos", "neg"]
    assert "left out 2 rows with no label (lines 3, 4)" in table.notes
    with pytest.raises(DataError, match="no row has a label"):
        read(tmp_path, csv_of(["", "NaN"]), "t.csv", skip_empty=True)


def test_words_for_missing_are_classes_on_request(tmp_path):
    assert read(tmp_path, csv_of(["a", "nan"]), "t.csv", task="classification").labels == [
        "a",
        "nan",
    ]
