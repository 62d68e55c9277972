"""`albert-tf glue` as a person types it: a suite, killed and gone on with, and its table."""

import json
import os

import pytest

from tests.cli.conftest import wait_for
from tests.glue_files import write_task

pytestmark = pytest.mark.slow

SMALL = ["--sequence-length", 16, "--batch-size", 8, "--learning-rate", "1e-3"]


@pytest.fixture
def suite(small, shell):
    """The arguments of a suite of two tasks in the shell's folder."""
    write_task(shell.folder / "data", "RTE", rows=64)
    write_task(shell.folder / "data", "STS-B", rows=32)
    preset = os.path.relpath(small, shell.folder)
    return ["glue", "--data", "data", "--preset", preset, *SMALL]


def losses(run) -> list[float]:
    """The losses of a run's log by step; of a step that was trained twice, the later."""
    lines = [json.loads(line) for line in (run / "training.jsonl").read_text("utf-8").splitlines()]
    found = {line["step"]: line["loss"] for line in lines if "step" in line and "loss" in line}
    return [found[step] for step in sorted(found)]


def test_a_suite_that_was_killed_goes_on_where_it_was(suite, shell):
    whole, killed = shell.folder / "whole", shell.folder / "killed"
    epochs = ["--epochs", 8, "--early-stopping-patience", 8, "--seeds", 0, "--no-baselines"]
    done = shell.albert_tf(*suite, *epochs, "--output", "whole")
    assert "STS-B, seed 0: begun" in done.err
    assert done.err.index("STS-B, seed 0") < done.err.index("RTE, seed 0")
    assert "WARNING" not in done.err

    process = shell.start(*suite, *epochs, "--output", "killed")
    wait_for(process, killed / "RTE" / "seed-0" / "training.jsonl", '"epoch": 2')
    process.kill()  # signal 9
    process.communicate()
    assert (killed / "STS-B" / "seed-0" / "glue.json").is_file()
    assert not (killed / "RTE" / "seed-0" / "glue.json").exists()
    error = shell.albert_tf(*suite, *epochs, "--output", "killed", status=2).error
    assert "holds a run already; continue it with --resume killed" in error

    (shell.folder / "elsewhere").mkdir()
    done = shell.albert_tf("glue", "--resume", killed, cwd=shell.folder / "elsewhere")
    assert "STS-B, seed 0: finished" in done.err
    assert "RTE, seed 0: going on" in done.err
    assert "32 training and 8 validation texts" not in done.err, "the finished run is not made anew"
    for task in ("STS-B", "RTE"):
        mine, expected = (losses(folder / task / "seed-0") for folder in (killed, whole))
        assert mine == pytest.approx(expected, rel=1e-4)
    found, expected = (
        json.loads((folder / "glue.json").read_text("utf-8")) for folder in (killed, whole)
    )
    assert found["results"].keys() == {"RTE", "STS-B"}
    found, expected = (each["results"]["RTE"]["accuracy"]["mean"] for each in (found, expected))
    assert found == pytest.approx(expected)
    assert "| **" in (killed / "glue.md").read_text("utf-8")


def test_more_seeds_on_resuming_and_baselines_beside(suite, shell):
    once = ["--epochs", 1, "--tasks", "RTE"]
    done = shell.albert_tf(*suite, *once)
    assert done.err.splitlines()[-1] == "table: runs/glue/glue.md"
    done = shell.albert_tf("glue", "--resume", "runs/glue", "--seeds", 0, 1)
    assert "RTE, seed 0: finished" in done.err
    assert "RTE, seed 1: begun" in done.err
    content = json.loads((shell.folder / "runs/glue/glue.json").read_text("utf-8"))
    assert content["results"]["RTE"]["accuracy"]["runs"] == 2
    assert content["baselines"]["TF-IDF + logistic regression"]["RTE"]["accuracy"] == 1.0
    (row,) = [line for line in done.err.splitlines() if "│ RTE" in line]
    assert "100.0" in row
    for words, message in (
        (["--epochs", 2], "--epochs 2 differs from the run in runs/glue, which has 1"),
        (["--tasks", "rte"], "task is 'rte'; expected one of SST-2, CoLA"),
    ):
        assert message in shell.albert_tf("glue", "--resume", "runs/glue", *words, status=2).error


def test_without_data(shell):
    assert "there is no --data" in shell.albert_tf("glue", status=2).error
    error = shell.albert_tf("glue", "--data", "nowhere", "--output", "out", status=2).error
    assert "nowhere: no task of GLUE is there" in error
