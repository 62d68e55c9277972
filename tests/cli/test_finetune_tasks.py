"""`albert-tf finetune` on data of other tasks than texts with labels, as a person types it."""

import json

import pytest

from tests.cli.conftest import QUICK, write

pytestmark = pytest.mark.slow


def entity_lines(count=24) -> str:
    rows = []
    for n in range(count):
        person, place = ("Ada", "Grace", "Alan")[n % 3], ("Rome", "Paris")[n % 2]
        text = f"{person} lives in {place} since day {n}"
        spans = [
            [0, len(person), "PER"],
            [text.index(place), text.index(place) + len(place), "LOC"],
        ]
        rows.append(json.dumps({"text": text, "entities": spans}))
    return "\n".join(rows)


def test_a_file_of_entities_is_found_out_trained_and_answered(small, shell):
    write(shell.folder / "names.jsonl", entity_lines())
    start = ["--preset", small, "--output", "run", *QUICK]
    said = shell.albert_tf("finetune", "names.jsonl", *start).err
    assert "AlbertTokenClassifier, " in said
    (heads,) = [line for line in said.splitlines() if "macro f1" in line]
    assert "precision" in heads
    assert "next:  albert-tf export run/model run.tflite" in said
    assert "LOC" in (shell.folder / "run" / "report.md").read_text("utf-8")
    kept = json.loads((shell.folder / "run/model/albert_tf.json").read_text("utf-8"))
    assert kept["head"] == "token_classifier"
    again = shell.albert_tf("finetune", "--resume", "run").err
    assert "was finished already" in again


def test_options_of_tables_are_refused_for_them(small, shell):
    write(shell.folder / "names.jsonl", entity_lines())
    start = ["finetune", "names.jsonl", "--preset", small, "--task", "token-classification"]
    error = shell.albert_tf(*start, "--text", "text", status=2).error
    assert error == "albert-tf: error: token-classification takes no --text; leave it out"
    error = shell.albert_tf(*start, "--label-separator", ";", status=2).error
    assert (
        error == "albert-tf: error: token-classification takes no --label-separator; leave it out"
    )
    assert not (shell.folder / "runs").exists()
