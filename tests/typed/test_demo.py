"""`albert-tf demo`, which is what `make demo` types, and the next command on what it leaves."""

import pytest

from tests.conftest import TYPED

READ = """
import sys
from albert_tf.tasks import demo_data, read_table

train, test = read_table("some.csv"), read_table("test.csv")
assert (train.task, test.task) == ("classification", "classification")
assert sorted([*train.texts, *test.texts]) == sorted(demo_data(sys.argv[1]).texts)
assert set(train.labels) == set(test.labels)
"""


@pytest.mark.slow
def test_the_demo_leaves_what_the_next_commands_read(shell, record_property):
    done = shell.albert_tf("demo", "--sequence-length", "48")
    answers = [line.split(maxsplit=1)[0] for line in done.lines[-4:]]
    assert answers == ["positive", "negative", "positive", "negative"]
    file, table = "runs/demo/sentiment.tflite", "runs/demo/sentences.csv"
    (answer,) = shell.albert_tf("predict", file, "It broke after two days").lines
    assert answer.startswith("negative\t")
    found = shell.albert_tf("evaluate", file, table, "--json").rows[-1]
    assert found["accuracy"] > 0.9
    assert "finished already" in shell.albert_tf("finetune", "--resume", "runs/demo").err
    record_property(TYPED, {"commands": 4})


@pytest.mark.slow
@pytest.mark.parametrize("data", ["uci_sentences", "sms_spam", "banking77"])
def test_sample_writes_tables_that_are_read_as_they_are_meant(shell, data):
    shell.albert_tf("sample", "some.csv", "--test", "test.csv", "--data", data)
    (shell.folder / "check.py").write_text(READ, "utf-8")
    shell.type(f"python check.py {data}")


def test_sample_never_writes_over_a_file(shell):
    (shell.folder / "mine.csv").write_text("text,label\n", "utf-8")
    assert "mine.csv exists" in shell.albert_tf("sample", "mine.csv", status=2).error
    assert (
        "mine.csv exists"
        in shell.albert_tf("sample", "a.csv", "--test", "mine.csv", status=2).error
    )
    assert not (shell.folder / "a.csv").exists()
    assert "too" in shell.albert_tf("sample", "a.csv", "--test", "a.csv", status=2).error
    assert ".csv" in shell.albert_tf("sample", "a.txt", status=2).error
    assert "--rows is 0" in shell.albert_tf("sample", "a.csv", "--rows", "0", status=2).error
