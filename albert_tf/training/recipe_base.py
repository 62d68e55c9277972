"""`Recipe`: everything that decides how a model is trained, as data that is checked."""

import dataclasses
import difflib
import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar, Self

from albert_tf.errors import ConfigError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipe:
    """Base of the recipes: checked fields, and JSON.

    A subclass is a frozen dataclass of numbers, texts and dicts, each with a default.

    Attributes:
        folder: of `albert_tf.configs`, with one JSON file for each name that `named` accepts.
        limits: for a field's name `(is_right, expected)`: a function of its value, and what to say
            when it returns False. None passes, where the field's type has it.

    Raises:
        ConfigError: naming the field, its value and what was expected.
    """

    folder: ClassVar[str]
    limits: ClassVar[dict]

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and not isinstance(value, bool) and float in _kinds(field):
                object.__setattr__(self, field.name, float(value))  # JSON has no 1.0 apart from 1
            elif type(value) not in _kinds(field):
                names = " or ".join(kind.__name__ for kind in _kinds(field))
                raise self._wrong(field.name, value, names.replace("NoneType", "null"))
        for name, (is_right, expected) in self.limits.items():
            value = getattr(self, name)
            if value is not None and not is_right(value):
                raise self._wrong(name, value, expected)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names that `named` accepts, from the files in the folder; `"glue/rte"` lies in a folder within it."""
        return tuple(sorted(_names_in(resources.files("albert_tf.configs") / cls.folder)))

    @classmethod
    def named(cls, name: str, **overrides: Any) -> Self:
        """Returns a recipe that the package brings along, with any field overridden.

        Args:
            name: one of `names()`, e.g. `"default"`.
            **overrides: fields to replace, e.g. `batch_size=64`.

        Raises:
            ConfigError: when the name or a field is unknown.
        """
        if name not in cls.names():
            raise ConfigError(
                f"unknown recipe {name!r}; expected one of {', '.join(cls.names())}, "
                "or the path of a .json file"
            )
        folder = resources.files("albert_tf.configs") / cls.folder
        file = folder.joinpath(*f"{name}.json".split("/"))
        return cls.from_dict({**json.loads(file.read_text("utf-8")), **overrides})

    @classmethod
    def from_dict(cls, values: dict) -> Self:
        """Builds a recipe from a dict of its fields; missing fields take their default.

        Raises:
            ConfigError: when a key is not a field, with the nearest field's name.
        """
        known = [field.name for field in dataclasses.fields(cls)]
        for key in values:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known fields: {', '.join(known)}"
                raise ConfigError(f"{cls.__name__} has no field {key!r}; {hint}")
        return cls(**values)

    @classmethod
    def from_json(cls, path: str | Path) -> Self:
        """Reads a JSON file that holds fields of this class.

        Raises:
            ConfigError: when the file is missing, is not JSON, or a field is wrong.
        """
        try:
            values = json.loads(Path(path).read_text("utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ConfigError(f"cannot read the recipe {path}: {error}") from error
        if not isinstance(values, dict):
            raise ConfigError(
                f"{path} holds a {type(values).__name__}; expected a JSON object of fields"
            )
        return cls.from_dict(values)

    def to_dict(self) -> dict:
        """Returns all fields as a dict that `from_dict` reads back."""
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        """Returns the fields as indented JSON text."""
        return json.dumps(self.to_dict(), indent=2)

    def replace(self, **changes: Any) -> Self:
        """Returns a copy with some fields changed."""
        return self.from_dict({**self.to_dict(), **changes})

    def _wrong(self, name, value, expected):
        return ConfigError(f"{type(self).__name__}.{name} is {value!r}; expected {expected}")


def _names_in(folder, before: str = "") -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _names_in(entry, f"{before}{entry.name}/")
        elif entry.name.endswith(".json"):
            yield before + entry.name.removesuffix(".json")


def _kinds(field) -> tuple[type, ...]:
    """The types of a field: those of the union, or the one."""
    return getattr(field.type, "__args__", (field.type,))


def at_least(limit):
    """Returns the limit of a number that is at least `limit`."""
    return (lambda value: value >= limit, f"at least {limit}")


ABOVE_0 = (lambda value: 0.0 < value < float("inf"), "a number above 0")
RATE = (lambda value: 0.0 < value <= 1.0, "a number above 0 and at most 1")
SEED = (lambda value: 0 <= value < 2**32, "a number from 0 to 2**32 - 1")


def one_of(names):
    """Returns the limit of a text that is one of `names`."""
    return (lambda value: value in names, f"one of {', '.join(names)}")
