"""The parser in process: help texts, defaults, choices, and arguments that are none."""

import argparse
from importlib import resources

import pytest

from albert_tf.cli import commands, export_model, fine_tuning_arguments, finetune
from albert_tf.cli.main import main
from albert_tf.export import CLIENTS, FORMS, QUANTIZATIONS
from albert_tf.finetuning import TASKS, start
from albert_tf.training import FineTuningRecipe
from albert_tf.training.recipe import DECAYS, OPTIMIZERS


def test_every_command_has_help_with_an_example(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    text = capsys.readouterr().out
    for command in commands.ALL:
        assert command.NAME in text
        with pytest.raises(SystemExit):
            main([command.NAME, "--help"])
        assert f"  albert-tf {command.NAME}" in capsys.readouterr().out


def test_bad_arguments_get_one_line_and_status_2(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["finetune", "data.csv", "--epochs", "many"])
    assert exit_.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "'many'" in line
    assert "albert-tf finetune --help" in line


@pytest.mark.parametrize("options", [[], ["--json"]])
@pytest.mark.parametrize("command", [["predict", "a.tflite"], ["embed"], ["tokenize"]])
def test_a_dash_is_an_argument_wherever_it_stands(command, options, monkeypatch):
    if command == ["embed"]:
        options = [option.replace("--json", "--top=3") for option in options]
    seen = []
    for module in commands.ALL:
        monkeypatch.setattr(module, "run", lambda args: seen.append(args.texts))
    assert main([*command, "-", *options]) == 0
    assert main([*command, *options, "-"]) == 0
    assert seen == [["-"], ["-"]]


def test_choices_are_those_of_the_library():
    models = resources.files("albert_tf.configs") / "models"
    sizes = [file.name.removesuffix(".json") for file in models.iterdir()]
    for command, names in (
        (finetune, (*sizes, *FineTuningRecipe.names(), *OPTIMIZERS, *DECAYS)),
        (export_model, (*QUANTIZATIONS, *FORMS, *CLIENTS)),
    ):
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        shown = "".join(parser.format_help().split())  # a line may end at the hyphen of a name
        for name in names:
            assert name in shown


def test_tasks_and_recipes_are_those_of_the_library():
    assert list(fine_tuning_arguments.TASKS) == list(TASKS)
    assert sorted(fine_tuning_arguments.RECIPES) == list(FineTuningRecipe.names())
    assert fine_tuning_arguments.BUNDLED == start.BUNDLED


def test_random_weights_get_the_recipe_for_them():
    """`finetune` takes that of the start where no recipe is named."""
    arguments = finetune.default_arguments("x.csv")
    assert fine_tuning_arguments.model_start(arguments).recipe == "from-scratch"
    assert fine_tuning_arguments.recipe_options(arguments) == {"recipe": None}
    fine_tuning_arguments.choose_start(arguments)
    assert fine_tuning_arguments.model_start(arguments).recipe == "albert_small_en"
    given = ("x.csv", "--preset", "folder", "--recipe", "small-data", "--epochs", "3")
    arguments = finetune.default_arguments(*given)
    assert fine_tuning_arguments.model_start(arguments).recipe == "default"
    options = {"recipe": "small-data", "epochs": 3}
    assert fine_tuning_arguments.recipe_options(arguments) == options
