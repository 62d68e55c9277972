"""Tables are read as they were written, whatever their encoding, delimiter, quoting and header."""

import csv
import gzip
import io
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.tasks import read_table, write_table

# Every character that csv can hold and UTF-8 can write, with those that break naive readers often.
CHARACTERS = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from("\"',;\t|\n\r\\ \x00\x0b\x0c\x1c\x85\u2028\u2029\ufeff"),
)
TEXTS = st.text(CHARACTERS, min_size=1).filter(lambda text: text.strip())
ROWS = st.lists(st.tuples(TEXTS, st.sampled_from(["spam", "ham"])), min_size=1, max_size=8)


def written(rows, **style) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, **style).writerows([("text", "label"), *rows])
    return buffer.getvalue()


@settings(deadline=None)
@given(rows=ROWS, delimiter=st.sampled_from(",;|\t"), quoting=st.sampled_from([0, 1]))
def test_csv_returns_what_was_written(tmp_path_factory, rows, delimiter, quoting):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    content = written(rows, delimiter=delimiter, quoting=quoting)
    path.write_bytes(content.encode("utf-8"))
    table = read_table(path, "text", label_column="label", delimiter=delimiter)
    assert list(zip(table.texts, table.labels, strict=True)) == rows


@settings(deadline=None)
@given(rows=ROWS)
def test_a_written_table_is_read_as_it_was(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("csv")
    (folder / "t.csv").write_bytes(written(rows).encode("utf-8"))
    table = read_table(folder / "t.csv", "text", label_column="label")
    write_table(folder / "again.csv", table, {"spam": "unwanted"})
    again = read_table(folder / "again.csv", "text", label_column="label")
    assert again.texts == table.texts
    assert again.labels == [label.replace("spam", "unwanted") for label in table.labels]


@settings(deadline=None)
@given(rows=ROWS, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_quoted_tsv_returns_what_was_written(tmp_path_factory, rows, encoding):
    path = tmp_path_factory.mktemp("tsv") / "t.tsv.gz"
    content = written(rows, delimiter="\t", quoting=csv.QUOTE_ALL)
    path.write_bytes(gzip.compress(content.encode(encoding)))
    table = read_table(path, "text", label_column="label", quoting="rfc")
    assert list(zip(table.texts, table.labels, strict=True)) == rows


@settings(deadline=None)
@given(rows=ROWS, ascii_only=st.booleans())
def test_jsonl_returns_what_was_written(tmp_path_factory, rows, ascii_only):
    path = tmp_path_factory.mktemp("jsonl") / "t.jsonl"
    lines = [
        json.dumps({"text": text, "label": label}, ensure_ascii=ascii_only) for text, label in rows
    ]
    path.write_text("\n".join(lines), "utf-8")
    table = read_table(path)
    assert list(zip(table.texts, table.labels, strict=True)) == rows
    assert table.lines == list(range(1, len(rows) + 1))


def test_lines_are_those_of_the_file(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b'text,label\r\n"two\r\nlines",a\r\n\r\nlater,b\r\n')
    table = read_table(path)
    assert table.texts == ["two\r\nlines", "later"]
    assert [table.where(row) for row in range(2)] == [f"{path}:2", f"{path}:5"]


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "utf-16, after its byte-order mark"),
        ("utf-16-le", "utf-16-le: every other byte is zero"),
        ("utf-16-be", "utf-16-be: every other byte is zero"),
        ("cp1252", "cp1252, because line 2 is not UTF-8"),
    ],
)
def test_encoding_is_found_and_reported(tmp_path, encoding, note):
    path = tmp_path / "t.csv"
    content = "text,label\n“Très déçu” – 5 €,bad\nSplendid all through,good\n"
    path.write_bytes(content.encode(encoding))
    table = read_table(path)
    assert table.texts == ["“Très déçu” – 5 €", "Splendid all through"]
    assert table.encoding == encoding
    about = [each for each in table.notes if each.startswith("read as")]
    assert (note is None and not about) or (len(about) == 1 and note in about[0])


def test_bytes_outside_windows_1252_are_read_as_latin_1(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"text,label\ncaf\xe9 \x81,a\nx,b\n")
    table = read_table(path)
    assert (table.encoding, table.texts[0]) == ("latin-1", "café \x81")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiter_of_a_csv_is_found(tmp_path, delimiter):
    path = tmp_path / "t.csv"
    rows = [("a, b, and c", "x"), ("no comma", "y"), ("one, comma", "x")]
    path.write_text(written(rows, delimiter=delimiter), "utf-8")
    assert read_table(path).texts == [text for text, _ in rows]


def test_unbalanced_quotes_in_a_tsv_are_characters(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text('sentence\tlabel\n" open here\t1\nclose there "\t0\n"both"\t1\n', "utf-8")
    table = read_table(path)
    assert table.texts == ['" open here', 'close there "', '"both"']
    assert "double quotes are ordinary characters" in table.notes


def test_balanced_quotes_in_a_tsv_enclose_cells(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text('sentence\tlabel\n"a\ttab"\t1\n"a\nline"\t0\n"a ""quote"""\t1\n', "utf-8")
    table = read_table(path)
    assert table.texts == ["a\ttab", "a\nline", 'a "quote"']
    assert table.lines == [2, 3, 5]
    assert "double quotes enclose cells" in table.notes


def test_documents_beyond_the_csv_modules_limit_are_read(tmp_path):
    path = tmp_path / "t.csv"
    long = "word " * 60_000
    path.write_text(f"text,label\n{long},a\nshort,b\n", "utf-8")
    limit = csv.field_size_limit()
    assert read_table(path).texts[0] == long
    assert csv.field_size_limit() == limit


def test_plain_text_is_one_text_a_line(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text('First, with a comma\nyes "quoted"\n\n7\n7\nyes "quoted"\n', "utf-8")
    table = read_table(path, require_labels=False)
    assert table.texts == ["First, with a comma", 'yes "quoted"', "7", "7", 'yes "quoted"']
    assert table.labels is None
    assert table.lines == [1, 2, 4, 5, 6]


@pytest.mark.parametrize(
    "content",
    [
        "text,label\na,\nb,x\n",
        "text,score\na,3.5\nb,2\n",
        "text,intent,topic\na,x,y\nb,x,y\n",
        "a\t\nb\tx\nc\tx\nd\tx\n",
    ],
    ids=["missing", "measured", "two columns", "no header"],
)
def test_texts_alone_need_no_labels(tmp_path, content):
    path = tmp_path / ("t.tsv" if "\t" in content else "t.csv")
    path.write_text(content)
    table = read_table(path, with_labels=False)
    assert table.texts[:2] == ["a", "b"]
    assert (table.labels, table.task) == (None, "classification")
    assert list(table.columns) == ["text"]
    assert not any("label" in note for note in table.notes)


def test_a_named_label_is_not_taken_for_the_text(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("alpha,beta\n,a\n,b\n")
    table = read_table(path, label_column="alpha", header=True, with_labels=False)
    assert (table.texts, table.labels) == (["a", "b"], None)
    assert table.columns == {"text": "beta"}


def test_labels_of_any_json_kind(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text(
        '{"text": "a", "label": 1}\n{"text": "b", "label": 0.0}\n{"text": 7, "label": true}'
    )
    table = read_table(path)
    assert table.labels == ["1", "0", "true"]
    assert table.texts == ["a", "b", "7"]
    assert "labels such as '1.0' are read as '1'" in table.notes


def test_lists_in_jsonl_are_multi_label(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text('{"text": "a", "labels": ["x", "y", "x"]}\n{"text": "b", "labels": []}\n')
    table = read_table(path)
    assert (table.task, table.labels) == ("multi_label", [["x", "y"], []])


def test_multi_label_cells_are_cut_at_the_separator(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("text,tags\none,x; y\ntwo,\nthree,y\n")
    table = read_table(path, task="multi_label", delimiter=",", label_separator=";")
    assert table.labels == [["x", "y"], [], ["y"]]


def test_regression_gives_floats(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("text,score\none,0.5\ntwo,-3\nthree,1e2\n")
    assert read_table(path, task="regression").labels == [0.5, -3.0, 100.0]


def test_labels_that_differ_in_case_are_noted(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("text,label\na,Spam\nb,spam\nc,ham\n")
    table = read_table(path)
    assert table.labels == ["Spam", "spam", "ham"]
    assert "the labels 'Spam' and 'spam' differ only in case and are kept apart" in table.notes


def test_skip_empty_leaves_rows_out_and_says_so(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('text,label\na,x\n" ",y\nb,y\n,x\n')
    table = read_table(path, skip_empty=True)
    assert (table.texts, table.lines) == (["a", "b"], [2, 4])
    assert "left out 2 rows with an empty text (lines 3, 5)" in table.notes


def test_skip_empty_does_not_grow_with_the_square_of_the_rows(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("text,label\n" + "a,x\nb,y\n" * 10_000)

    def seconds(skip_empty):
        begun = time.process_time()
        assert len(read_table(path, skip_empty=skip_empty)) == 20_000
        return time.process_time() - begun

    # The best of three each: what else the machine does comes on top of some.
    plain, skipping = (min(seconds(skip) for _ in range(3)) for skip in (False, True))
    assert skipping < 5 * plain  # it was 50 times


@pytest.mark.parametrize(
    ("header", "body", "columns"),
    [
        ("id,text,label", "1,a b,x", {"text": "text", "label": "label"}),
        ("label,stars,title,text", "x,4,t,a b", {"text": "text", "label": "label"}),
        ("utterance,intent", "a b,x", {"text": "utterance", "label": "intent"}),
        ("Review,Sentiment", "a b,x", {"text": "Review", "label": "Sentiment"}),
        (
            "premise,hypothesis,gold_label",
            "a,b,x",
            {"text": "premise", "pair": "hypothesis", "label": "gold_label"},
        ),
        ("index,question,sentence", "1,a,b", {"text": "question", "pair": "sentence"}),
        ("frage,label", "a,x", {"text": "frage", "label": "label"}),
    ],
)
def test_common_column_names_are_found(tmp_path, header, body, columns):
    path = tmp_path / "t.csv"
    path.write_text(f"{header}\n{body}\n")
    assert read_table(path, require_labels=False).columns == columns


def test_header_in_another_language_is_found_by_what_stands_below(tmp_path):
    path = tmp_path / "t.csv"
    rows = "".join(f"texto {n},{'bueno' if n % 2 else 'malo'}\n" for n in range(8))
    path.write_text(f"contenido,etiqueta\n{rows}")
    table = read_table(path)
    assert table.columns == {"text": "contenido", "label": "etiqueta"}
    assert len(table) == 8


@pytest.mark.parametrize("first", ["ham\tWell, hello there.", "Well, hello there.\tham"])
def test_without_a_header_the_column_of_few_values_is_the_label(tmp_path, first):
    swap = first.startswith("ham")
    rows = [("hello there " + str(n), "spam" if n % 2 else "ham") for n in range(6)]
    lines = ["\t".join(row[::-1] if swap else row) for row in rows]
    path = tmp_path / "SMSSpamCollection"
    path.write_text("\n".join([first, *lines]) + "\n")
    table = read_table(path)
    assert len(table) == 7
    assert table.labels[:2] == ["ham", "ham"]
    assert table.columns == ({"text": "2", "label": "1"} if swap else {"text": "1", "label": "2"})
    assert "no header line" in table.notes


def test_columns_may_be_named_by_number(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("gj04\t1\t\tThey sailed.\ngj04\t0\t*\tThem sailed.\n")
    for text, label in ((4, 2), ("4", "2")):
        table = read_table(path, text, label_column=label)
        assert table.texts == ["They sailed.", "Them sailed."]
        assert table.labels == ["1", "0"]


def test_header_can_be_stated(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("text,label\na,x\nb,y\n")
    assert len(read_table(path, 1, label_column=2, header=False)) == 3
    assert len(read_table(path, 1, label_column=2, header=True)) == 2


def test_inputs_and_subset(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("text_a,text_b,label\na,b,x\nc,d,y\n")
    table = read_table(path)
    assert table.inputs == (["a", "c"], ["b", "d"])
    part = table.subset([1])
    assert (part.inputs, part.labels, part.lines) == ((["c"], ["d"]), ["y"], [3])


@pytest.mark.parametrize(
    ("name", "rows", "first"),
    [
        ("uci_sentences/amazon_cells_labelled.txt", 1000, "So there is no way"),
        ("uci_sentences/imdb_labelled.txt", 1000, "A very, very, very"),
        ("uci_sentences/yelp_labelled.txt", 1000, "Wow... Loved"),
        ("sms_spam/SMSSpamCollection", 5574, "Go until jurong"),
        ("banking77/train.csv", 10003, "I am still waiting"),
        ("banking77/test.csv", 3080, "How do I locate"),
    ],
)
def test_public_tables_are_read_without_a_hint(shared, name, rows, first):
    table = read_table(shared / "data" / name)
    assert len(table) == rows
    assert table.texts[0].startswith(first)
    assert len(set(table.labels)) == (77 if "banking" in name else 2)
