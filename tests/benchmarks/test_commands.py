"""How benchmarks call commands that may have been stopped."""

import sys

import pytest

from benchmarks import commands

COMMAND = [sys.executable, "-m", "albert_tf_command"]


@pytest.fixture
def called(monkeypatch) -> list[list[str]]:
    """The arguments of each call."""
    found = []
    monkeypatch.setattr(commands.subprocess, "run", lambda args, check: found.append(args))
    return found


def test_what_was_begun_goes_on_and_what_is_done_is_left_alone(called, tmp_path):
    run, data = tmp_path / "run", tmp_path / "t.csv"
    assert commands.finetuned(run, data, "--epochs", 1) == run / "model"
    assert called.pop() == [*COMMAND, "finetune", str(data), "--epochs", "1", "--output", str(run)]
    run.mkdir()
    (run / "arguments.json").touch()
    commands.finetuned(run, data, "--epochs", 1)
    assert called.pop() == [*COMMAND, "finetune", "--resume", str(run)]
    (run / "report.md").touch()
    assert commands.finetuned(run, data, "--epochs", 1) == run / "model"
    assert called == []


def test_a_suite_goes_on_with_other_tasks(called, tmp_path):
    for tasks in (["RTE"], ["CoLA", "QNLI"]):
        commands.run_resumably("glue", tmp_path, "--data", "d", always=["--tasks", *tasks])
        (tmp_path / "arguments.json").touch()
    first, second = called
    assert first == [*COMMAND, "glue", "--data", "d", "--output", str(tmp_path), "--tasks", "RTE"]
    assert second == [*COMMAND, "glue", "--resume", str(tmp_path), "--tasks", "CoLA", "QNLI"]
