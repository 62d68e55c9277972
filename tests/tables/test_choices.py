"""Questions with choices: the forms that they come in, and mistakes by their line."""

import json

import pytest

from albert_tf.errors import DataError
from albert_tf.tables.choices import ChoiceQuestion, read_choices

SWAG = (
    ",video-id,fold-ind,startphrase,sent1,sent2,gold-source,ending0,ending1,ending2,ending3,label\n"
    "0,a_1,1,She opens the door and,She opens the door.,She,gold,leaves.,sleeps.,sings.,flies.,0\n"
    '1,a_2,2,"A man, who is late, runs",A man runs.,He,gen,home.,away.,up.,down.,3\n'
)


def read(tmp_path, name, content, **options):
    (tmp_path / name).write_text(content, "utf-8")
    return read_choices(tmp_path / name, **options)


def test_swag(tmp_path):
    first, second = read(tmp_path, "swag.csv", SWAG)
    assert first == ChoiceQuestion(
        "She opens the door and", ("leaves.", "sleeps.", "sings.", "flies."), None, 0, line=2
    )
    assert (second.question, second.answer) == ("A man, who is late, runs", 3)


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("a.csv", "question,A,B,C,answer\nWhy?,x,y,,B\nWho?,r,s,t,C\n", {}),
        (
            "a.tsv",
            "passage\tquestion\toption_1\toption_2\toption_3\tlabel\n\tWhy?\tx\ty\t\t2\n\tWho?\tr\ts\tt\t3\n",
            {},
        ),
        (
            "a.csv",
            "question,choice1,choice2,choice3,label\nWhy?,x,y,,choice2\nWho?,r,s,t,choice3\n",
            {},
        ),
        ("a.csv", "stem;Choice A;Choice B;Choice C;correct\nWhy?;x;y;;y\nWho?;r;s;t;t\n", {}),
        (
            "a.csv",
            "q,one,two,three,right\nWhy?,x,y,,B\nWho?,r,s,t,C\n",
            {"question_column": "q", "choice_columns": ["one", "two", "three"]},
        ),
        (
            "a.jsonl",
            '{"question": "Why?", "choices": ["x", "y"], "answer": 1}\n'
            '{"question": "Who?", "choices": ["r", "s", "t"], "answer": 2}\n'
            '{"question": "How?", "choices": ["u", "v"], "answer": 0}\n',
            {},
        ),
        (
            "arc.jsonl",
            '{"question": "Why?", "choices": {"text": ["x", "y"], "label": ["A", "B"]}, "answerKey": "B"}\n'
            '{"question": "Who?", "choices": {"text": ["r", "s", "t"], "label": ["A", "B", "C"]}, "answerKey": "C"}\n',
            {},
        ),
        (
            "list.json",
            json.dumps(
                [
                    {"question": "Why?", "options": ["x", "y"], "answer": "y"},
                    {"question": "Who?", "options": ["r", "s", "t"], "answer": "t"},
                ]
            ),
            {},
        ),
    ],
)
def test_forms(tmp_path, name, content, options):
    first, second, *_ = read(tmp_path, name, content, **options)
    assert (first.question, first.choices, first.answer) == ("Why?", ("x", "y"), 1)
    assert (second.question, second.choices, second.answer) == ("Who?", ("r", "s", "t"), 2)
    assert first.context is None


def test_a_context_and_no_answer(tmp_path):
    rows = read(tmp_path, "a.csv", "article,question,option1,option2\nOnce.,Why?,x,y\n")
    assert rows == [ChoiceQuestion("Why?", ("x", "y"), "Once.", None, line=2)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("question,A,B,answer\nWhy?,x,,A\n", r"a\.csv:2: 1 choices; expected at least two"),
        ("question,A,B,C,answer\nWhy?,x,,z,A\n", r"a\.csv:2: choice 2 of 3 is empty"),
        ("question,A,B,answer\n  ,x,y,A\n", r"a\.csv:2: the question is empty"),
        (
            "question,A,B,answer\nWhy?,x,y,C\n",
            r"a\.csv:2: the answer is C, and there are 2 choices",
        ),
        (
            "question,A,B,answer\nWhy?,x,y,maybe\n",
            r"a\.csv:2: the answer 'maybe' is none of the choices",
        ),
        ("question,A,B,C,answer\nWhy?,x,y,z,1\nWho?,x,y,z,2\n", "may count from 0 or from 1"),
        (
            "question,text,answer\nWhy?,x,A\n",
            "no columns are known as choices; name them with choice_columns",
        ),
        (
            "titel,A,B,answer\nWhy?,x,y,A\n",
            "no column is known as the question; name it with question_column",
        ),
    ],
)
def test_mistakes_are_named(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, "a.csv", content)


def test_a_column_that_is_not_there(tmp_path):
    with pytest.raises(
        DataError, match="there is no choice column 'D'; the columns are question, a, b, answer"
    ):
        read(tmp_path, "a.csv", "question,A,B,answer\nWhy?,x,y,A\n", choice_columns=["A", "D"])
