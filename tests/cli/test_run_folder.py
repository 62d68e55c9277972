"""The arguments of a run are kept so that it can be resumed, from any folder."""

import pytest

from albert_tf.cli import distill, finetune, pretrain
from albert_tf.cli.run_folder import default_arguments, restore_arguments, save_arguments
from albert_tf.errors import CheckpointError

DISTILL = ["texts.txt", "more.txt", "--labelled", "films.csv", "--cache", "cache"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with files, in which runs are started."""
    for name in ("texts.txt", "more.txt", "films.csv", "mine.json", "elsewhere/x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def start(command, folder, *given):
    save_arguments(default_arguments(command.add_arguments, *given), folder / "run")


def resume(command, folder, *given):
    given = default_arguments(command.add_arguments, *given, "--resume", str(folder / "run"))
    return restore_arguments(given, default_arguments(command.add_arguments))


def test_paths_of_a_distillation_hold_in_another_folder(folder, monkeypatch):
    start(distill, folder, *DISTILL)
    monkeypatch.chdir(folder / "elsewhere")
    args = resume(distill, folder)
    assert args.files == [f"{folder}/texts.txt", f"{folder}/more.txt"]
    assert (args.labelled, args.cache) == (f"{folder}/films.csv", f"{folder}/cache")
    assert (args.teacher, args.preset) == ("all-MiniLM-L6-v2", None)
    assert args.output == f"{folder}/run"


def test_paths_and_names_of_other_commands_hold_in_another_folder(folder, monkeypatch):
    names = ["--preset", "hf://albert/albert-base-v2", "--recipe", "small-data"]
    (folder / "small-data").mkdir()  # no recipe, whatever its name
    start(finetune, folder, "films.csv", "--validation", "more.txt", *names)
    monkeypatch.chdir(folder / "elsewhere")
    args = resume(finetune, folder)
    assert (args.data, args.validation) == (f"{folder}/films.csv", f"{folder}/more.txt")
    assert (args.preset, args.recipe) == (names[1], names[3])
    monkeypatch.chdir(folder)
    start(pretrain, folder, "elsewhere", "--preset", "elsewhere", "--recipe", "mine.json")
    monkeypatch.chdir(folder / "elsewhere")
    args = resume(pretrain, folder)
    assert (args.data, args.preset) == (f"{folder}/elsewhere",) * 2
    assert args.recipe == f"{folder}/mine.json"


def test_the_same_arguments_may_be_given_again(folder, monkeypatch):
    start(distill, folder, *DISTILL, "--epochs", "2", "--cache-layers", "1", "3")
    again = [*DISTILL, "--epochs", "2", "--cache-layers", "1", "3", "--output", "run"]
    assert resume(distill, folder, *again).epochs == 2
    monkeypatch.chdir(folder / "elsewhere")
    again = ["../texts.txt", "../more.txt", "--cache", "../cache"]
    assert resume(distill, folder, *again).cache == f"{folder}/cache"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["texts.txt"], "TEXTS texts.txt differs from the run in {run}, which has {kept}; resume"),
        (["--cache", "other"], "--cache other differs from the run in {run}, which has {cache}; "),
        (["--cache-layers", "1", "3"], "--cache-layers 1 3 differs from the run in {run}, which "),
    ],
)
def test_other_arguments_are_refused_as_they_were_typed(folder, given, message):
    start(distill, folder, *DISTILL)
    kept = f"{folder}/texts.txt {folder}/more.txt"
    expected = message.format(run=folder / "run", kept=kept, cache=folder / "cache")
    with pytest.raises(CheckpointError) as caught:
        resume(distill, folder, *given)
    assert expected in str(caught.value)
