"""The log of the benchmark of entities, and its table."""

import json

from benchmarks import entities

LINES = [
    {"task": "snips-slots", "seed": 0, "f1": 0.9, "dictionary": {"f1": 0.75}},
    {"task": "snips-slots", "seed": 1, "f1": 0.95, "dictionary": {"f1": 0.75}},
    {"task": "snips-intents", "seed": 0, "accuracy": 0.98},
]


def test_the_table_has_means_and_seeds(tmp_path):
    log = tmp_path / "log.jsonl"
    assert entities.read_log(log) == []
    log.write_text("".join(json.dumps(line) + "\n" for line in LINES), "utf-8")
    *_, slots, intents = entities.table(entities.read_log(log)).splitlines()
    assert slots == "| snips-slots | f1 | 92.50 | 90.00, 95.00 | 75.0 |"
    assert intents == "| snips-intents | accuracy | 98.00 | 98.00 |  |"
