"""Which task a file is for: real files and made-up ones, and tables that only look so."""

import gzip
import json

import pytest

from albert_tf.finetuning import TASKS
from albert_tf.finetuning.task_table import canonical, find_task

SQUAD = {"version": "1.1", "data": [{"title": "T", "paragraphs": [{"context": "c", "qas": []}]}]}
SPANS = [{"text": "to Rome", "entities": []}, {"text": "to Rome", "entities": [[3, 7, "place"]]}]
TAGGED = "-DOCSTART- -X- O\n\nRome NNP B-LOC\nis VBZ O\n\nFine JJ O\n"
CHOICES = "question,A,B,C,answer\nWhy?,x,y,,B\nWho?,r,s,t,C\n"


def lines(*rows) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


FILES = [
    ("dev.json", json.dumps(SQUAD), "question-answering"),
    ("dev.json", json.dumps({"a": 1, "data": [{"text": "x", "label": "y"}]}), None),
    ("a.jsonl", lines(*SPANS), "token-classification"),
    (
        "a.jsonl",
        lines({"text": "a", "spans": [{"start": 0, "end": 1, "label": "x"}]}),
        "token-classification",
    ),
    ("a.jsonl", lines(*({**row, "intent": "book"} for row in SPANS)), None),
    ("doccano.jsonl", lines({"text": "a", "label": ["x"]}, {"text": "b", "label": ["y"]}), None),
    ("doccano.jsonl", lines({"text": "a", "label": [[0, 1, "x"]]}), "token-classification"),
    ("prodigy.jsonl", lines({"text": "a", "spans": [], "accept": ["x"], "answer": "accept"}), None),
    ("a.conll", TAGGED, "token-classification"),
    ("a.annotated", "Rome\tB-LOC\nis\tO\n", "token-classification"),
    ("a.tsv", "a film\tO\nanother\tB\n", None),
    ("a.tsv", "text\tlabel\na film\tO\n", None),
    ("a.txt", "a film\nanother film\n", None),
    ("a.csv", CHOICES, None),  # letters are no names of choices by themselves
    ("a.csv", CHOICES.replace("A,B,C", "choice1,choice2,choice3"), "multiple-choice"),
    (
        "a.jsonl",
        lines({"question": "Why?", "choices": ["x", "y"], "answer": "x"}),
        "multiple-choice",
    ),
    ("a.csv", "question1,question2,label\nWhy?,How?,1\nWho?,Who?,0\n", None),
    ("a.csv", "question,choice1,choice2,label\nWhy?,x,y,good\nWho?,r,s,bad\n", None),
    ("a.csv", "", None),
    ("a.csv", "text,label\na,x\n", None),
]


def found(path):
    return [name for name, entry in TASKS.items() if entry.recognizes and entry.recognizes(path)]


@pytest.mark.parametrize(("name", "content", "task"), FILES)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_files(tmp_path, name, content, task, packed):
    path = tmp_path / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(content.encode()) if packed else content.encode())
    assert found(path) == ([task] if task else [])


def test_a_long_file_is_judged_by_its_beginning(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(lines(*SPANS * 2000), "utf-8")
    assert found(path) == ["token-classification"]
    path.write_text(TAGGED * 4000, "utf-16")
    assert found(path.rename(tmp_path / "a.conll")) == ["token-classification"]


def test_what_cannot_be_read_is_for_whoever_reads_it(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "broken.csv.gz").write_bytes(b"\x1f\x8b\x08")
    for name in ("absent.json", "folder", "broken.csv.gz"):
        assert found(tmp_path / name) == []


@pytest.mark.parametrize(
    ("place", "task"),
    [
        ("squad/dev-v1.1.json.gz", "question-answering"),
        ("ner/btc/h.conll", "token-classification"),
        ("ner/wikigold/wikigold.conll.txt", "token-classification"),
        ("ner/wnut17/emerging.test.annotated", "token-classification"),
        ("snips/train.jsonl", None),  # intents and slots
        ("glue/MRPC/train.tsv", None),
        ("glue/RTE/train.tsv", None),
        ("banking77/train.csv", None),
        ("imdb/train.tsv.gz", None),
        ("sms_spam/SMSSpamCollection", None),
        ("uci_sentences/yelp_labelled.txt", None),
    ],
)
def test_public_files(shared, place, task):
    assert found(shared / "data" / place) == ([task] if task else [])


@pytest.mark.parametrize("name", TASKS)
def test_every_task_has_steps_of_its_name(name):
    assert find_task(name, None).name == name
    assert canonical(name.replace("-", "_")) == name


@pytest.mark.parametrize(("content", "task"), [(each[:2], each[2]) for each in FILES if each[2]])
def test_the_steps_of_a_file_are_found(content, task, tmp_path):
    path = tmp_path / content[0]
    path.write_text(content[1], "utf-8")
    assert find_task(None, path).name == task
