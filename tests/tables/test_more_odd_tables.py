"""More tables as people have them, made up by kind: what describes columns, ids, quantities, arrays."""

import pytest

from albert_tf.errors import DataError
from albert_tf.tasks import read_table

TEXTS = [
    f"{text} {number}"
    for number in range(4)
    for text in (
        "I love this one so much",
        "It broke after a day",
        "Well worth it",
        "Awful service",
    )
]
LABELS = ["pos", "neg"] * 8
ANSWERS = ["Yes", "No"] * 8


@pytest.fixture
def read(tmp_path):
    def write_and_read(content, name="t.csv", **options):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8", newline="")
        return read_table(path, **options)

    return write_and_read


def rows(*columns, mark=","):
    """The columns as lines of a table, texts in quotes where they need them."""
    quoted = [[f'"{cell}"' if mark in str(cell) else str(cell) for cell in c] for c in columns]
    return "".join(mark.join(cells) + "\n" for cells in zip(*quoted, strict=True))


def refusal(read, content, name="t.csv", **options):
    with pytest.raises(DataError) as caught:
        read(content, name, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


QUALTRICS = (
    "StartDate,Q1,Q2\nStart Date,What did you think?,Would you come again?\n"
    '"{""ImportId"":""startDate""}","{""ImportId"":""QID1_TEXT""}","{""ImportId"":""QID2""}"\n'
    + rows(["2024-01-01 10:00:00"] * 16, TEXTS, LABELS)
)
SURVEY_MONKEY = "Respondent ID,What did you think?,Again?\n,Open-Ended Response,Response\n" + rows(
    range(16), TEXTS, LABELS
)
DESCRIBED = {
    "a Markdown table": (
        "| text | label |\n|:---|---:|\n"
        + "".join(f"| {t} | {label} |\n" for t, label in zip(TEXTS, LABELS, strict=True)),
        "t.csv",
        {},
    ),
    "a ruled csv": (f"text,label\n----,-----\n{rows(TEXTS, LABELS)}", "t.csv", {}),
    "a ruled tsv": (f"text\tlabel\n====\t===\n{rows(TEXTS, LABELS, mark=chr(9))}", "t.tsv", {}),
    "psql": (
        " text | label \n------+-------\n"
        + "".join(f" {t} | {label}\n" for t, label in zip(TEXTS, LABELS, strict=True)),
        "t.csv",
        {},
    ),
    "ruled, with unknown names": (
        f"Wortlaut,Art\n-----,----\n{rows(TEXTS, LABELS)}",
        "t.csv",
        {},
    ),
    "types": (f"text,label\nstring,category\n{rows(TEXTS, LABELS)}", "t.csv", {}),
    "sizes": (
        f"id,text,label\nint,varchar(255),varchar(9)\n{rows(range(16), TEXTS, LABELS)}",
        "t.csv",
        {},
    ),
    "Orange": (
        f"text\tclass\nstring\tdiscrete\nmeta\tclass\n{rows(TEXTS, LABELS, mark=chr(9))}",
        "t.tab",
        {},
    ),
    "Qualtrics": (QUALTRICS, "t.csv", {"text_column": "Q1", "label_column": "Q2"}),
    "SurveyMonkey": (SURVEY_MONKEY, "t.csv", {"text_column": 2, "label_column": 3}),
}


@pytest.mark.parametrize("kind", DESCRIBED)
def test_what_describes_the_columns_is_no_row(read, kind):
    content, name, options = DESCRIBED[kind]
    table = read(content, name, **options)
    assert table.labels == LABELS
    assert [text.strip() for text in table.texts] == TEXTS
    assert any(note.startswith("left out") and "line" in note for note in table.notes)


def test_a_drawn_line_among_plain_lines_is_a_text(read):
    table = read("first\n-----\nsecond\n", "t.txt", with_labels=False)
    assert table.texts == ["first", "-----", "second"]


def test_types_as_texts_beside_others_are_rows(read):
    table = read("text,label\nstring,c\nnumber,c\nfloat,java\nobject,java\n")
    assert table.texts[0] == "string"
    assert len(table) == 4


AMBIGUOUS = {
    "a form's questions": "How was your experience?,Would you recommend us?\n"
    + rows(TEXTS, ANSWERS),
    "a text with a class of its own": 'Nice and quiet here. Really!,"neutral"\n'
    + rows(TEXTS, LABELS),
    "a title with a comma": "Feedback, third quarter\nWortlaut,Art\n" + rows(TEXTS, LABELS),
}


@pytest.mark.parametrize("kind", AMBIGUOUS)
def test_a_first_line_that_may_be_either_is_refused(read, kind):
    message = refusal(read, AMBIGUOUS[kind])
    assert "this line may be the header" in message
    assert "pass header=True" in message
    assert "header=False" in message
    assert len(read(AMBIGUOUS[kind], header=False)) == len(AMBIGUOUS[kind].splitlines())


NO_LABELS = {
    "an id": "id,text\n" + rows([f"a{n}x" for n in range(16)], TEXTS),
    "numbers": "tweet_id,text\n" + rows(range(900, 1060, 10), TEXTS),
    "pandas' index": ",text\n" + rows(range(16), TEXTS),
    "pandas' index read again": "Unnamed: 0,text\n" + rows(range(16), TEXTS),
    "days": "created,text\n" + rows([f"2024-01-{n:02d}" for n in range(1, 17)], TEXTS),
    "row numbers without a header": rows(range(1, 17), TEXTS),
}


@pytest.mark.parametrize("kind", NO_LABELS)
def test_what_numbers_the_rows_is_no_label_unasked(read, kind):
    assert "name the label column" in refusal(read, NO_LABELS[kind])
    table = read(NO_LABELS[kind], require_labels=False)
    assert (table.labels, table.texts) == (None, TEXTS)


def test_labels_without_a_name_are_still_found(read):
    assert read(",text\n" + rows(LABELS, TEXTS)).labels == LABELS


def test_rows_with_a_label_each_are_told(read):
    table = read("author,text\n" + rows([f"user{n}" for n in range(16)], TEXTS))
    assert any("each of the 16 rows has a label of its own" in note for note in table.notes)


@pytest.mark.parametrize(
    "quantity",
    ["{}%", "{},5 %", "${}.50", "{},50 €", "EUR {}.20", "1\u202f2{:02d},50", "1.234.2{:02d}"],
)
def test_quantities_are_no_classes_unasked(read, quantity):
    labels = [quantity.format(n) for n in range(16)]
    content = "text;label\n" + rows(TEXTS, labels, mark=";")
    assert "as if measured" in refusal(read, content)
    assert len(set(read(content, task="classification").labels)) == 16


@pytest.mark.parametrize("form", ["{}/5", "{} out of 5", "{}%", "★{}"])
def test_few_quantities_are_classes(read, form):
    labels = [form.format(n % 4 + 1) for n in range(16)]
    assert read("text,label\n" + rows(TEXTS, labels)).labels == labels


def test_a_point_that_may_group_thousands_is_told(read):
    content = "text;price\n" + rows(TEXTS, [f"1.2{n:02d}" for n in range(16)], mark=";")
    table = read(content, task="regression")
    assert table.labels[1] == 1.201
    assert any("read with a decimal point" in note for note in table.notes)
    similarities = "text\tscore\n" + rows(TEXTS, [f"{n / 4:.3f}" for n in range(16)], mark="\t")
    assert not any("point" in n for n in read(similarities, "t.tsv", task="regression").notes)


@pytest.mark.parametrize("mark", ["\u200b", "\ufeff", "\u00ad", "\u2060", "\u200e"])
def test_labels_that_look_alike_are_told(read, mark):
    labels = ["p" + (mark if n == 4 else "") + "os" if n % 2 == 0 else "neg" for n in range(16)]
    table = read("text,label\n" + rows(TEXTS, labels))
    assert any("differ only in how they are written" in note for note in table.notes)


def test_arrays_of_postgresql_are_lists(read):
    cells = ["{billing,support}", "{billing}", "{}", '{"needs help",billing}'] * 4
    content = "text\tlabels\n" + "".join(f"{t}\t{c}\n" for t, c in zip(TEXTS, cells, strict=True))
    table = read(content, "t.tsv", quoting="none")
    assert table.task == "multi_label"
    assert table.labels[:4] == [
        ["billing", "support"],
        ["billing"],
        [],
        ["needs help", "billing"],
    ]


@pytest.mark.parametrize("form", ["{{'label': '{}'}}", '{{"name": "{}"}}'])
def test_objects_written_as_text_are_refused(read, form):
    cells = [form.format(label) for label in LABELS]
    content = "text\tlabel\n" + rows(TEXTS, cells, mark="\t")
    assert "an object written as text" in refusal(read, content, "t.tsv", quoting="none")


@pytest.mark.parametrize("mark", ["|", ";", ", ", "#"])
def test_several_labels_in_a_cell_are_told(read, mark):
    labels = [["Drama", f"Drama{mark}Action", f"Comedy{mark}Action"][n % 3] for n in range(16)]
    table = read("text\tgenres\n" + rows(TEXTS, labels, mark="\t"), "t.tsv", label_column="genres")
    assert table.labels == labels
    assert any("look like several in one" in note for note in table.notes)


def test_a_comma_inside_names_is_not_taken_for_several(read):
    labels = [["Books, used", "Books, new", "Toys"][n % 3] for n in range(16)]
    table = read("text\tkind\n" + rows(TEXTS, labels, mark="\t"), "t.tsv", label_column="kind")
    assert not any("several in one" in note for note in table.notes)


def test_what_guards_a_number_in_a_spreadsheet_is_left_out(read):
    content = "text,label\n" + "".join(f'{t},"=""0{n % 2}"""\n' for n, t in enumerate(TEXTS))
    table = read(content)
    assert table.labels == ["00", "01"] * 8
    assert any("read without =" in note for note in table.notes)


@pytest.mark.parametrize("word", ["#NAME?", "#REF!", "<NA>", "\\N", "#DIV/0!"])
def test_texts_that_are_a_programs_word_for_none_are_told(read, word):
    table = read("text,label\n" + rows([word, *TEXTS[1:]], LABELS))
    assert any("text says only that there is none" in n and "line 2" in n for n in table.notes)
