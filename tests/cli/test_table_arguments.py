"""Tables as people have them, given to the command."""

import argparse
import json

import pytest

from albert_tf.cli.data_arguments import add_table_arguments, read_labelled
from albert_tf.errors import DataError
from tests.cli.conftest import write

HAM, SPAM = "ham,see you at {} then,,,\n", "spam,WIN {} pounds now,,,\n"
NEWS = "".join(
    f'"{n % 2 + 1}","Headline {n} of the day","What happened on day {n}, in many words"\n'
    for n in range(24)
)
TOXIC = "id,comment_text,toxic,obscene\n" + "".join(
    f"{n},comment number {n} it is,{n % 2},{n // 2 % 2}\n" for n in range(24)
)


@pytest.fixture
def finetune(small, shell):
    """A function that fine-tunes on a table, and returns what that says, in one line, and the classes."""

    def run(path, *arguments):
        start = ["--preset", small, "--epochs", 1, "--no-baselines", "--output", "run"]
        done = shell.albert_tf("finetune", path, *start, *arguments)
        description = json.loads((shell.folder / "run/model/albert_tf.json").read_text("utf-8"))
        return " ".join(done.err.split()), description["head_config"]["class_names"]

    return run


@pytest.mark.slow
def test_header_cells_without_a_name(finetune, shell):
    rows = "".join((HAM, SPAM)[n % 2].format(n) for n in range(24)) + "ham,ok, £5 it is,,\n"
    (shell.folder / "spam.csv").write_bytes(f"v1,v2,,,\n{rows}".encode("latin-1"))
    said, labels = finetune("spam.csv")
    assert labels == ["ham", "spam"]
    assert "if not, --no-header" in said
    assert "1 row has something in columns without a name" in said


@pytest.mark.slow
def test_news_are_read_by_what_their_error_says_to_type(finetune, shell):
    """That it says so is tested below."""
    write(shell.folder / "news.csv", NEWS)
    said, labels = finetune("news.csv", "--text", 2, "--pair", 3, "--label", 1)
    assert labels == ["1", "2"]
    assert "no header line" in said


@pytest.mark.slow
def test_a_column_for_each_label(finetune, shell):
    write(shell.folder / "toxic.csv", TOXIC)
    columns = ("--label", "toxic", "--label", "obscene")
    _, labels = finetune("toxic.csv", *columns)
    assert labels == ["obscene", "toxic"]
    (found,) = shell.albert_tf("evaluate", "run/model", "toxic.csv", *columns, "--json").rows
    assert 0 <= found["micro_f1"] <= 1


@pytest.mark.slow
def test_an_export_of_label_studio(finetune, shell):
    tasks = [
        {
            "id": n,
            "data": {"text": f"text number {n}"},
            "annotations": [
                {
                    "result": [
                        {
                            "type": "choices",
                            "from_name": "sentiment",
                            "value": {"choices": [("Good", "Bad")[n % 2]]},
                        }
                    ]
                }
            ],
        }
        for n in range(24)
    ]
    tasks.append({"id": 24, "data": {"text": "a later one"}, "annotations": []})
    write(shell.folder / "export.json", json.dumps(tasks))
    said, labels = finetune("export.json")
    assert labels == ["Bad", "Good"]
    assert "left out 1 task without an annotation" in said
    assert len(shell.albert_tf("predict", "run/model", "--file", "export.json").lines) == 25


def arguments(*given):
    parser = argparse.ArgumentParser()
    add_table_arguments(parser)
    return parser.parse_args(list(map(str, given)))


def test_a_repeated_option_gives_a_list():
    assert arguments().label is None
    assert arguments("--label", "a").label == "a"
    assert arguments("--label", "a", "--label", "b c", "--label", "d").label == ["a", "b c", "d"]


@pytest.mark.parametrize(
    ("content", "given", "words"),
    [
        (NEWS, (), "such as --text 3 and --label 1, or for both --text 2 and --pair 3"),
        (TOXIC, (), "such as --label toxic --label obscene"),
        (
            TOXIC.replace("toxic", "very 'toxic'"),
            (),
            "--label 'very '\"'\"'toxic'\"'\"'' --label o",
        ),
        ("# a, b\nc d,x\ne f,y\n", (), "pass --no-header for a row and --header for the"),
        ("text,label\na,nan\nb,x\n", (), "or pass --task classification if it is a class"),
        ('text,label\n"a \\"b\\", c",x\n', ("--quoting", "rfc"), "pass --quoting backslash"),
        ("text,label\na,['x']\nb,\"['x', 'y']\"\n", ("--task",), "or pass --task multi_label"),
    ],
)
def test_advice_is_what_to_type(tmp_path, content, given, words):
    path = tmp_path / "t.csv"
    path.write_text(content, "utf-8")
    task = "classification" if "--task" in given else None
    with pytest.raises(DataError) as caught:
        read_labelled(arguments(*(g for g in given if g != "--task")), path, task=task)
    assert words in str(caught.value)


def test_notes_say_what_to_type(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "kind,words\n" + "a;b,one more text\na,two more texts\nb,three more texts\n" * 2
    )
    notes = " / ".join(read_labelled(arguments(), path, task=None).notes)
    assert "if not, --no-header" in notes
    assert 'pass --task multi_label and --label-separator ";" to read them so' in notes
