"""Tables as people have them, given to the command in processes of its own."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier, AlbertTokenizer
from albert_tf.cli.data_arguments import add_table_arguments, read_labelled
from albert_tf.errors import DataError
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor

ROOT = Path(__file__).resolve().parents[2]
HAM, SPAM = "ham,see you at {} then,,,\n", "spam,WIN {} pounds now,,,\n"
NEWS = "".join(
    f'"{n % 2 + 1}","Headline {n} of the day","What happened on day {n}, in many words"\n'
    for n in range(24)
)
TOXIC = "id,comment_text,toxic,obscene\n" + "".join(
    f"{n},comment number {n} it is,{n % 2},{n // 2 % 2}\n" for n in range(24)
)


def run(*arguments):
    """Runs `albert-tf` as a process of its own."""
    return subprocess.run(
        [sys.executable, ROOT / "albert_tf_command.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    path = tmp_path_factory.mktemp("preset") / "small"
    config = AlbertConfig.named(
        "tiny", hidden_size=32, num_attention_heads=4, intermediate_size=64, num_hidden_layers=2
    )
    AlbertTextClassifier(
        AlbertBackbone(config),
        preprocessor=AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=32),
    ).save_to_preset(path)
    return path


def fine_tuned(path, preset, *arguments):
    """Returns what `finetune` says of a table, and the folder of the model."""
    options = ("--preset", preset, "--epochs", 1, "--no-baselines", "--output", path.parent / "run")
    done = run("finetune", path, *options, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stderr + done.stdout, path.parent / "run" / "model"


def labels_of(model) -> list[str]:
    return json.loads((model / "albert_tf.json").read_text("utf-8"))["head_config"]["labels"]


@pytest.mark.slow
def test_header_cells_without_a_name(tmp_path, preset):
    path = tmp_path / "spam.csv"
    rows = "".join((HAM, SPAM)[n % 2].format(n) for n in range(24)) + "ham,ok, £5 it is,,\n"
    path.write_bytes(f"v1,v2,,,\n{rows}".encode("latin-1"))
    said, model = fine_tuned(path, preset)
    assert labels_of(model) == ["ham", "spam"]
    assert "if not, --no-header" in " ".join(said.split())
    assert "1 row has something in columns without a name" in " ".join(said.split())


@pytest.mark.slow
def test_news_say_what_to_type_and_it_works(tmp_path, preset):
    path = tmp_path / "news.csv"
    path.write_text(NEWS, "utf-8")
    done = run("finetune", path, "--preset", preset)
    assert done.returncode == 2
    (line,) = (line for line in done.stderr.splitlines() if line.strip())
    assert "Traceback" not in done.stderr
    assert line.endswith(
        "name the text column with --text, such as --text 3 and --label 1, "
        "or for both --text 2 and --pair 3 and --label 1"
    )
    said, model = fine_tuned(path, preset, "--text", 2, "--pair", 3, "--label", 1)
    assert labels_of(model) == ["1", "2"]
    assert "no header line" in said


@pytest.mark.slow
def test_a_column_for_each_label(tmp_path, preset):
    path = tmp_path / "toxic.csv"
    path.write_text(TOXIC, "utf-8")
    columns = ("--label", "toxic", "--label", "obscene")
    _, model = fine_tuned(path, preset, *columns)
    assert labels_of(model) == ["obscene", "toxic"]
    done = run("evaluate", model, path, *columns, "--json")
    assert done.returncode == 0, done.stderr
    assert 0 <= json.loads(done.stdout)["micro_f1"] <= 1


@pytest.mark.slow
def test_an_export_of_label_studio(tmp_path, preset):
    path = tmp_path / "export.json"
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
    path.write_text(json.dumps(tasks), "utf-8")
    said, model = fine_tuned(path, preset)
    assert labels_of(model) == ["Bad", "Good"]
    assert "left out 1 task without an annotation" in " ".join(said.split())
    done = run("predict", model, "--file", path)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 25


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
