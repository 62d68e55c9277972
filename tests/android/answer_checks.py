"""Compares the answers of `tools/predict` with those of `TFLiteRunner`: text, start, end, probability."""

import json

import pytest

from albert_tf.export import TFLiteRunner
from tests.android.host_tools import predict

CLOSE = 1e-4


def rows(file, lines: list[dict], class_path: str | None = None) -> list[dict]:
    """What `tools/predict` answers to lines of JSON; with these jars instead of its own, where they are given."""
    stdin = "".join(json.dumps(line) + "\n" for line in lines)
    result = predict(file, stdin=stdin, class_path=class_path)
    assert result.returncode == 0, result.stderr
    # Not splitlines, which also parts lines at characters of the texts.
    found = [json.loads(line) for line in result.stdout.rstrip("\n").split("\n")]
    assert len(found) == len(lines)
    return found


def places(text: str, span) -> tuple:
    """Text, start and end of a span, counted in UTF-16 units as Kotlin does."""
    if span.start is None:
        return span.text, None, None
    start, end = (
        len(text[:n].encode("utf-16-le", "surrogatepass")) // 2 for n in (span.start, span.end)
    )
    return span.text, start, end


def check_span(text, row, wanted, close=CLOSE):
    assert (row["text"], row["start"], row["end"]) == places(text, wanted)
    assert row["probability"] == pytest.approx(wanted.probability, abs=close)


def check_questions(file, questions, contexts, class_path=None, close=CLOSE):
    lines = [{"question": q, "context": c} for q, c in zip(questions, contexts, strict=True)]
    answers, found = TFLiteRunner(file)(questions, contexts), rows(file, lines, class_path)
    for row, wanted, context in zip(found, answers, contexts, strict=True):
        check_span(context, row, wanted, close)
        assert len(row["alternatives"]) == len(wanted.alternatives)
        for own, span in zip(row["alternatives"], wanted.alternatives, strict=True):
            if close == CLOSE:
                check_span(context, own, span)
            else:  # Another runtime rounds differently: alternatives that are as likely change places.
                assert own["probability"] == pytest.approx(span.probability, abs=close)
        expected = wanted.no_answer_probability
        assert row.get("no_answer_probability") == (
            None if expected is None else pytest.approx(expected, abs=close)
        )
    return answers


def check_entities(file, texts, class_path=None, close=CLOSE):
    answers = TFLiteRunner(file)(texts)
    found = rows(file, [{"text": text} for text in texts], class_path)
    for row, wanted, text in zip(found, answers, texts, strict=True):
        assert [entity["label"] for entity in row["entities"]] == [e.label for e in wanted]
        for own, entity in zip(row["entities"], wanted, strict=True):
            check_span(text, own, entity, close)
    return answers
