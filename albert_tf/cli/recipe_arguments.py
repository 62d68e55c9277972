"""Recipes on the command line: a named one or a file, and an option for each field to change in it."""

import re

from albert_tf.cli.run_folder import is_recipe_file
from albert_tf.errors import ConfigError


def option(field: str) -> str:
    """Returns the option that stands for a field of a recipe."""
    return f"--{field.replace('_', '-')}"


def add_recipe_arguments(group, fields: dict[str, tuple[type, str]]) -> None:
    """Adds an option for each field.

    Args:
        group: of the parser.
        fields: type and help text by the field's name.
    """
    for field, (kind, text) in fields.items():
        group.add_argument(option(field), type=kind, metavar="X", help=text)


def build_recipe(recipe_class, args, fields, default: str):
    """Returns the recipe that `args.recipe` names, with what the options override.

    Args:
        recipe_class: a subclass of `Recipe`.
        args: has `recipe` and the fields, each None when it was not given.
        fields: names of the fields that have an option.
        default: name of the recipe without `args.recipe`.

    Raises:
        ConfigError: in the words of the command line.
    """
    given = {field: getattr(args, field) for field in fields if getattr(args, field) is not None}
    try:
        if is_recipe_file(args.recipe):
            return recipe_class.from_json(args.recipe).replace(**given)
        return recipe_class.named(args.recipe or default, **given)
    except ConfigError as error:
        raise ConfigError(in_options(str(error), recipe_class, fields)) from error


def in_options(message: str, recipe_class, fields) -> str:
    """Turns the names of a recipe's fields in a message into those of their options."""
    for field in fields:
        message = re.sub(rf"{recipe_class.__name__}\.{field}\b", option(field), message)
    return message
