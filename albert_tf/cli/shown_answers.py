"""An answer of any task, as an object for JSON, and as cells of a line for people."""

import dataclasses

from albert_tf.answers import Choice, Prediction, QuestionAnswer

NOTHING = "-"
"""Stands in a line where there is no answer."""


def json_object(given: dict, found, task: str | None) -> dict:
    """Returns an answer with what was asked.

    Args:
        given: what was asked, such as `{"text": ...}`.
        found: the answer, of `albert_tf.answers`.
        task: of a text classifier or regressor.
    """
    if isinstance(found, Prediction):
        names = {"regression": ("value",), "multi_label": ("labels", "scores")}
        wanted = names.get(task or "", ("label", "probability", "scores"))
        return {**given, **{name: _plain(getattr(found, name)) for name in wanted}}
    if isinstance(found, Choice):
        return {**given, "choice": given["choices"][found.index], **dataclasses.asdict(found)}
    if isinstance(found, QuestionAnswer):
        return {**given, **dataclasses.asdict(found)}
    return {**given, "entities": [dataclasses.asdict(entity) for entity in found]}


def cells(given: dict, found, task: str | None) -> list[str]:
    """Returns the same as cells of a line, what was asked behind the answer."""
    asked = [text for name, text in given.items() if name in ("text", "pair", "question")]
    if isinstance(found, Prediction):
        answer = _prediction(found, task)
    elif isinstance(found, Choice):
        answer = [given["choices"][found.index], f"{found.probability:.4f}"]
    elif isinstance(found, QuestionAnswer):
        answer = [found.text or NOTHING, f"{found.probability:.4f}"]
    else:
        entities = (f"{e.label} {e.start}-{e.end} {e.text} {e.probability:.4f}" for e in found)
        answer = ["; ".join(entities) or NOTHING]
    if not isinstance(found, Prediction):  # whose labels hold neither line breaks nor tabs
        answer = map(_on_a_line, answer)
    return [*answer, *map(_on_a_line, asked)]


def _on_a_line(text) -> str:
    """A text in a cell, which stays one whatever line breaks and tabs it holds."""
    return " ".join(text.split())


def _prediction(found, task) -> list[str]:
    if task == "regression":
        return [f"{found.value:.4f}"]
    best = ",".join(found.labels) or NOTHING if task == "multi_label" else found.label
    return [best, f"{found.probability:.4f}"]


def _plain(value):
    return list(value) if isinstance(value, tuple) else value
