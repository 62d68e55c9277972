"""`albert-tf predict` on models of every task: from a preset and from a file, typed in a shell."""

import json

import pytest

from albert_tf import AlbertMultipleChoice, AlbertQuestionAnswerer
from albert_tf.export import export_tflite
from tests.tiny import english_model

CONTEXT = "It was built in Rome,\nand nobody knows by whom.\tÉmile says so."
QUESTION = "Where was it built?"
CONDITIONED = {"end_conditioned_on_start": True, "can_be_unanswerable": True}


@pytest.fixture(scope="session")
def models(made_once):
    """A folder with a preset and a file of each head."""

    def fill(folder):
        for name, cls, options in (
            ("questions", AlbertQuestionAnswerer, {}),
            ("conditioned", AlbertQuestionAnswerer, CONDITIONED),
            ("choices", AlbertMultipleChoice, {}),
        ):
            model = english_model(cls, sequence_length=40, scale=0.3, **options)
            model.save_to_preset(folder / name)
            export_tflite(model, folder / f"{name}.tflite", "none")

    return made_once("models of every task", fill)


@pytest.fixture
def context(tmp_path):
    (tmp_path / "context.txt").write_text(CONTEXT, "utf-8")
    return "context.txt"


def test_a_question(models, shell, context):
    asked = ["--context", context, QUESTION, "Who built it?"]
    rows = shell.albert_tf("predict", models / "questions.tflite", *asked, "--json").rows
    assert [row["question"] for row in rows] == [QUESTION, "Who built it?"]
    for row in rows:
        assert row["text"] == CONTEXT[row["start"] : row["end"]] != ""
        assert len(row["alternatives"]) == 5
        assert row["no_answer_probability"] is None
    lines = shell.albert_tf("predict", models / "questions.tflite", *asked).lines
    first = [" ".join(rows[0]["text"].split()), f"{rows[0]['probability']:.4f}", QUESTION]
    assert lines[0].split("\t") == first
    piped = shell.albert_tf(
        "predict", models / "questions.tflite", "--context", context, stdin=f"{QUESTION}\n"
    )
    assert piped.lines == lines[:1]


def test_a_question_whose_end_depends_on_its_start(models, shell, context):
    asked = ["--context", context, QUESTION, "--json"]
    (of_file,) = shell.albert_tf("predict", models / "conditioned.tflite", *asked).rows
    assert 0 < of_file["no_answer_probability"] < 1
    for span in of_file["alternatives"]:
        assert span["text"] == CONTEXT[span["start"] : span["end"]] != ""
    (of_preset,) = shell.albert_tf("predict", models / "conditioned", *asked).rows
    assert of_preset["text"] == of_file["text"]
    assert of_preset["no_answer_probability"] == pytest.approx(
        of_file["no_answer_probability"], abs=1e-4
    )


def test_questions_of_a_table_and_of_squad(models, shell, tmp_path):
    (tmp_path / "asked.csv").write_text(f'question,passage\n{QUESTION},"{CONTEXT}"\n', "utf-8")
    columns = ["--text", "question", "--pair", "passage", "--json"]
    (row,) = shell.albert_tf(
        "predict", models / "questions.tflite", "--file", "asked.csv", *columns
    ).rows
    answers = [{"text": "in Rome", "answer_start": CONTEXT.index("in Rome")}]
    qas = [{"id": "q1", "question": QUESTION, "answers": answers}]
    squad = {"data": [{"title": "t", "paragraphs": [{"context": CONTEXT, "qas": qas}]}]}
    (tmp_path / "squad.json").write_text(json.dumps(squad), "utf-8")
    (other,) = shell.albert_tf(
        "predict", models / "questions.tflite", "--file", "squad.json", "--json"
    ).rows
    assert other == {"id": "q1", **row}


def test_choices(models, shell, tmp_path):
    asked = ["What barks?", "--choice", "a dog", "--choice", "a cat", "--choice", "a tree"]
    (row,) = shell.albert_tf("predict", models / "choices.tflite", *asked, "--json").rows
    assert row["choices"] == ["a dog", "a cat", "a tree"]
    assert row["choice"] == row["choices"][row["index"]]
    assert sum(row["scores"]) == pytest.approx(1.0)
    (line,) = shell.albert_tf("predict", models / "choices.tflite", *asked).lines
    assert line.split("\t") == [row["choice"], f"{row['probability']:.4f}", "What barks?"]
    table = "question,choice1,choice2,choice3\nWhat barks?,a dog,a cat,a tree\nIs it?,yes,no,\n"
    (tmp_path / "quiz.csv").write_text(table, "utf-8")
    rows = shell.albert_tf(
        "predict", models / "choices.tflite", "--file", "quiz.csv", "--json"
    ).rows
    assert rows[0]["scores"] == pytest.approx(row["scores"], abs=1e-5)
    assert len(rows[1]["scores"]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("head", ["questions", "choices"])
def test_a_preset_answers_as_its_file(head, models, shell, context):
    asked = [QUESTION, "--context", context, "--json"]
    asked += [] if head == "questions" else ["--choice", "Rome", "--choice", "Paris"]
    (mine,) = shell.albert_tf("predict", models / head, *asked).rows
    (theirs,) = shell.albert_tf("predict", models / f"{head}.tflite", *asked).rows
    assert mine.keys() == theirs.keys()
    assert mine["probability"] == pytest.approx(theirs["probability"], abs=1e-4)
    assert mine.get("text", mine.get("choice")) == theirs.get("text", theirs.get("choice"))


BAD = {
    "no context": (
        ["questions.tflite", QUESTION],
        "needs a text that answers the questions; give --context",
    ),
    "no choices": (["choices.tflite", QUESTION], "needs choices; give --choice"),
    "choices of a question": (
        ["questions.tflite", QUESTION, "--choice", "a"],
        "--choice is for a multiple_choice, and the model is a question_answerer",
    ),
    "pair": (
        ["questions.tflite", QUESTION, "--context", "context.txt", "--pair-text", "b"],
        "--pair-text is for pairs of texts",
    ),
    "no such context": (
        ["questions.tflite", QUESTION, "--context", "none.txt"],
        "none.txt: cannot be read",
    ),
    "empty context": (
        ["questions.tflite", QUESTION, "--context", "empty.txt"],
        "empty.txt: it holds no text",
    ),
    "context beside a file": (
        ["questions.tflite", "--file", "asked.csv", "--context", "context.txt"],
        "there is a --context beside --file",
    ),
    "no column of contexts": (
        ["questions.tflite", "--file", "one.csv"],
        "name the columns: --text QUESTION --pair CONTEXT",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line(case, models, shell, context, tmp_path):
    (tmp_path / "empty.txt").write_text(" \n", "utf-8")
    (tmp_path / "one.csv").write_text(f"text\n{QUESTION}\nWhy?\n", "utf-8")
    (file, *words), message = BAD[case]
    assert message in shell.albert_tf("predict", models / file, *words, status=2).error
