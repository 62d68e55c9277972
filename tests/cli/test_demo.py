"""`albert-tf demo` as a person runs it: in a terminal, and stopped."""

import json
import os
import pty
import re
import signal
from functools import partial

import pytest

from albert_tf import AlbertTokenizer
from albert_tf.cli import streams
from albert_tf.tasks import demo_data
from albert_tf.training import FineTuningRecipe
from tests.cli.conftest import wait_for

pytestmark = pytest.mark.slow


def start(shell, files, *arguments, **options):
    """Starts the demo from a small preset."""
    model = ["--preset", f"{files}/small", "--sequence-length", 48]
    return shell.start("demo", *arguments, *model, **options)


def typed_into(begin, text):
    """The lines of the answers, and what is said beside them, of a demo into which a text is typed.

    `begin` starts the demo, with `stdin`.
    """
    typing, terminal = pty.openpty()
    process = begin(stdin=terminal)
    os.close(terminal)
    os.write(typing, f"{text}\n\x04".encode())  # Ctrl-D
    out, err = process.communicate()
    os.close(typing)
    assert process.returncode == 0, err
    assert err.endswith("ends):\n\n")
    return out.splitlines(), err


def test_demo_answers_until_the_end_of_the_input(files, shell):
    lines, said = typed_into(partial(start, shell, files), "a lovely film")
    answers = [line for line in lines if " %  " in line]
    assert len(answers) == 4 + 1
    assert re.fullmatch(r"> (positive|negative) +\d+\.\d %  a lovely film", answers[-1])
    (named,) = re.findall("in a browser: albert-tf (.*)", said)
    shell.albert_tf(*named.split())
    assert (shell.folder / "runs/demo/page/index.html").is_file()


def test_demo_of_commands(files, shell):
    browser = shell.folder / "browser"
    browser.write_text('#!/bin/sh\necho "$1" > opened\n')
    browser.chmod(0o700)
    arguments = ("--task", "commands", "--open")
    begin = partial(start, shell, files, *arguments, env={"BROWSER": f"{browser} %s"})
    lines, said = typed_into(begin, "play jazz")
    answers = [line for line in lines if " %  " in line]
    assert len(answers) == 4 + 1
    assert re.fullmatch(r"> [A-Z]\w+ +\d+\.\d %  play jazz", answers[-1])
    for count in ("3,446", "13,784"):
        assert f"{count} training and 700 validation texts" in said
    assert "7/7  answers from the files" in said
    folder = shell.folder / "runs" / "demo-commands"
    page = folder / "page" / "index.html"
    assert (shell.folder / "opened").read_text() == f"{page.as_uri()}\n"
    assert "intents" in page.read_text("utf-8")
    assert f"{page.relative_to(shell.folder)}: opened in a browser" in said
    for name in ("intents", "slots"):
        assert (folder / name / "report.md").is_file()
    asked = ("predict", folder / "slots.tflite", "play jazz", "--json")
    (row,) = shell.albert_tf(*asked).rows
    named = [f"    {part['label']}: {part['text']}" for part in row["entities"]]
    assert lines[lines.index(answers[-1]) + 1 :] == [*named, "> "]


def test_demo_can_be_resumed_as_a_fine_tuning_run(files, shell):
    process = start(shell, files)
    run = shell.folder / "runs" / "demo"
    log = run / "training.jsonl"
    wait_for(process, log, '"step"')
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert "2,400 training and 600 validation texts" in errors
    assert "continue with: albert-tf finetune --resume runs/demo" in errors.splitlines()[-1]
    recipe = json.loads((run / "recipe.json").read_text("utf-8"))
    assert recipe == FineTuningRecipe.named("demo").to_dict()
    kept = json.loads((run / "arguments.json").read_text("utf-8"))
    assert (kept["sequence_length"], kept["output"]) == (48, str(run))

    process = shell.start("finetune", "--resume", "runs/demo")
    wait_for(process, log, '"resume"')
    process.kill()
    process.communicate()


def test_demo_in_chinese(shell):
    arguments = ("demo", "--language", "zh", "--sequence-length", 16)
    begin = partial(shell.start, *arguments, env={"PYTHONIOENCODING": "utf-8"})
    lines, err = typed_into(begin, "菜很好吃，值得再来")
    answers = [line for line in lines if " %  " in line]
    assert len(answers) == 4 + 1
    assert all(re.match(r"(> )?(好评|差评) +\d+\.\d %  ", line) for line in answers)
    assert answers[-1].endswith(" %  菜很好吃，值得再来")
    assert "1,040 training and 260 validation texts" in err
    assert "TF-IDF" in err
    folder = shell.folder / "runs" / "demo-zh"
    parts = [(folder / f"{part}.csv").read_text("utf-8") for part in ("train", "validation")]
    texts = [{line.rpartition(",")[0] for line in part.splitlines()[1:]} for part in parts]
    assert not texts[0] & texts[1]
    tokenizer = AlbertTokenizer(folder / "vocab.txt")
    assert tokenizer.unk_id not in tokenizer.encode("".join(map("".join, texts[0])))


def test_demo_in_chinese_on_a_console_that_cannot_write_it(files, shell):
    options = ["--preset", f"{files}/small", "--sequence-length", 16]
    done = shell.albert_tf("demo", "--language", "zh", *options, env={"PYTHONIOENCODING": "cp1252"})
    answers = [line for line in done.lines if " %  " in line]
    assert len(answers) == 4
    labels = {streams.writable(label, "cp1252") for label in demo_data("zh_sentences").labels}
    assert {line.split()[0] for line in answers} <= labels
    assert "1/4  fine-tuning" in done.err


def test_demo_of_commands_is_not_there_in_chinese(shell):
    error = shell.albert_tf("demo", "--language", "zh", "--task", "commands", status=2).error
    assert "--task commands is not there in --language zh" in error
