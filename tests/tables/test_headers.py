"""A header is found where it is one, whatever stands above it and whichever of its cells are empty."""

import pytest

from albert_tf.errors import DataError
from albert_tf.tasks import read_table

SPAM = [
    'ham,"Go until jurong point, crazy..",,,',
    "ham,Ok lar... Joking wif u oni...,,,",
    "spam,Free entry in 2 a wkly comp to win FA Cup,,,",
    "ham,U dun say so early, hor,,",
    "spam,You won £900 in our weekly draw,,,",
]
AG_NEWS = (
    '"3","Wall St. Bears Claw Back","Short-sellers, Wall Street\'s dwindling band, see green"\n'
    '"4","Carlyle Looks Toward Aerospace","A private investment firm has placed its bets"\n'
    '"3","Oil and Economy Cloud Outlook","Soaring crude prices are expected to hang over stocks"\n'
)
SPANISH = (
    "contenido,etiqueta\nuna pelicula buena,bueno\nuna pelicula mala,malo\nno me gusta nada,malo\n"
    "me gusta mucho si,bueno\n"
)


@pytest.fixture
def read(tmp_path):
    def read(content, name="t.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, **options)

    return read


def refusal(read, content, **options) -> str:
    with pytest.raises(DataError) as caught:
        read(content, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("rows", [5, 3], ids=["five rows", "three rows"])
def test_header_cells_without_a_name(read, rows):
    table = read("\r\n".join(["v1,v2,,,", *SPAM[:rows]]).encode("latin-1"))
    assert table.labels == ["ham", "ham", "spam", "ham", "spam"][:rows]
    assert table.texts[0] == "Go until jurong point, crazy.."
    assert table.columns == {"text": "v2", "label": "v1"}
    assert any("header: 'v1', 'v2'" in note for note in table.notes)


def test_texts_that_go_on_in_columns_without_a_name_are_noted(read):
    table = read("\n".join(["v1,v2,,,", *SPAM]).encode("latin-1"))
    assert table.texts[3] == "U dun say so early"
    (note,) = (note for note in table.notes if "without a name" in note)
    assert note.startswith("1 row has something in columns without a name")
    assert "(line 5)" in note


@pytest.mark.parametrize(
    ("above", "skipped"),
    [
        ("# exported 2024\n", "line 1"),
        ("# exported 2024, by hand\n", "line 1"),
        ("#exported\n# by hand; with care\n", "lines 1, 2"),
        ("My reviews\n", "line 1"),
        ("My reviews, 2024\n", "line 1"),
        ("My reviews\nGenerated: 2024-01-02\n\n", "lines 1, 2"),
        ("My reviews,,\n,,\n", "line 1"),
        ('"All, of them"\n', "line 1"),
    ],
)
@pytest.mark.parametrize("header", [None, True])
def test_lines_above_the_header_are_left_out(read, above, skipped, header):
    body = "text,label\na good film,pos\na bad film,neg\n"
    if above.endswith(",,\n"):
        body = body.replace("\n", ",\n").replace("label,", "label,id").replace("s,", "s,1")
    table = read(above + body, header=header)
    assert table.texts == ["a good film", "a bad film"]
    assert table.labels == ["pos", "neg"]
    assert table.lines[0] == above.count("\n") + 2
    assert any(note.startswith(f"{skipped} stand") for note in table.notes)


@pytest.mark.parametrize("above", ["", "Mis textos\n", "# textos, 2024\n", "\n\n"])
def test_a_header_of_unknown_names_below_a_title(read, above):
    table = read(above + SPANISH)
    assert table.columns == {"text": "contenido", "label": "etiqueta"}
    assert table.labels == ["bueno", "malo", "malo", "bueno"]


def test_columns_named_by_the_caller_show_the_header(read):
    table = read("Mis textos\na,b\nuno,x\ndos,y\n", text_column="A", label_column="b")
    assert table.texts == ["uno", "dos"]


def test_a_title_above_a_column_of_texts(read):
    assert read("My texts\ntext\none\ntwo\n", with_labels=False).texts == ["one", "two"]
    # A line of its own is a text wherever it is not above the surest of names.
    assert len(read("Hello\nReview\nthree\n", "t.txt", with_labels=False).texts) == 3


def test_a_first_row_is_no_title(read):
    message = refusal(read, "My reviews\na good film,pos\na bad film,neg\n")
    assert ":1: 1 cell where all lines below have 2; if it is a title or a comment" in message
    message = refusal(read, "# films, 2024\na good film,pos\na bad film,neg\n")
    assert ":1: '# films' may be a comment or a row; remove a comment" in message
    table = read("# films, 2024\na good film,pos\na bad film,neg\n", header=False)
    assert table.labels == ["2024", "pos", "neg"]


@pytest.mark.parametrize(
    "content",
    [
        "pos,fine\nneg,a bad film\npos,a good film\nneg,another\n",
        "y,#love\nn,#hate it\nn,#meh it\n",
        "2024-01-02,a good film\n2024-01-03,a bad film\n",
        "5,good\n4,fine\n1,bad\n",
    ],
)
def test_a_row_of_data_is_no_header(read, content):
    table = read(content, with_labels=False, text_column=2)
    assert len(table) == content.count("\n")
    assert "no header line" in table.notes


def test_news_without_a_header_name_what_to_type(read):
    message = refusal(read, AG_NEWS)
    assert "name the text column, such as text_column=3 and label_column=1" in message
    assert "or for both text_column=2 and pair_column=3 and label_column=1" in message
    table = read(AG_NEWS, text_column=3)
    assert table.labels == ["3", "4", "3"]
    assert table.texts[1] == "A private investment firm has placed its bets"
    assert (
        read(AG_NEWS, text_column=2, pair_column=3, label_column=1).pairs
        == read(AG_NEWS, text_column=3).texts
    )


def test_class_first_and_one_text_is_read(read):
    table = read('"2","Great CD, for every mood"\n"1","Not a good one at all"\n')
    assert table.labels == ["2", "1"]
    assert table.texts[0] == "Great CD, for every mood"


def test_an_unknown_name_is_the_text_where_it_alone_holds_sentences(read):
    table = read("id,review_body,stars\n1,a very good film,5\n2,a very bad film,1\n")
    assert table.columns == {"text": "review_body", "label": "stars"}


def test_the_likely_label_is_named(read):
    content = (
        "review_id,review_body,vine\n1,a very good film,a\n2,a bad film here,b\n3,so so it is,a\n"
    )
    assert refusal(read, content).endswith("name the label column, such as label_column='vine'")
    jigsaw = "id,comment_text,toxic,obscene\n1,you are so bad,1,0\n2,have a nice day,0,0\n"
    assert refusal(read, jigsaw + "3,what is this now,0,1\n").endswith(
        "such as label_column=['toxic', 'obscene']"
    )
