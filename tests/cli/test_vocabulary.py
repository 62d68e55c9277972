"""A vocabulary of one's own: learned by one command, read by the next, each a process of its own."""

import json

import pytest

from albert_tf.tasks import demo_data
from tests.cli.conftest import write

pytestmark = pytest.mark.slow

TEXTS = [demo_data(name).texts[i] for i in range(120) for name in ("zh_sentences", "uci_sentences")]
DOCUMENTS = ["\n".join(TEXTS[first : first + 8]) for first in range(0, len(TEXTS), 8)]
PIECES = {"wordpiece": "vocab.txt", "unigram": "zh.model"}


@pytest.mark.parametrize("kind", PIECES)
def test_what_is_learned_makes_records(shell, needs, kind):
    needs("tokenizers" if kind == "wordpiece" else "sentencepiece")
    write(shell.folder / "zh.txt", "\n\n".join(DOCUMENTS))
    file = PIECES[kind]
    made = shell.albert_tf("vocabulary", "zh.txt", "--kind", kind, "--size", 1000, "--output", file)
    assert f"pieces in {file}; " in made.err
    assert (
        f"next:  albert-tf pretraining-data TEXTS --tokenizer {file} --output records" in made.err
    )
    content = (shell.folder / file).read_bytes()
    options = ["--sequence-length", 32, "--shards", 1, "--processes", 1, "--output", "records"]
    done = shell.albert_tf("pretraining-data", "zh.txt", "--tokenizer", file, *options)
    assert "30 documents with " in done.err
    records = shell.folder / "records"
    kept = "vocab.txt" if kind == "wordpiece" else "tokenizer.model"
    assert (records / kept).read_bytes() == content
    manifest = json.loads((records / "manifest.json").read_text("utf-8"))
    assert manifest["settings"]["words"] == "marked"
    assert manifest["counts"]["paragraphs"] == len(TEXTS)
    assert manifest["vocabulary"]["vocab_size"] == 1000


def test_errors_are_one_line(shell, needs):
    needs("tokenizers")
    write(shell.folder / "zh.txt", "\n\n".join(DOCUMENTS))
    for options, words in (
        (["--size", 3, "--kind", "wordpiece"], "--size is 3"),
        (["--text", "review"], "--text tells how to read a table, and there is none"),
        (["--output", "absent/vocab.txt"], "there is no folder absent"),
    ):
        done = shell.albert_tf("vocabulary", "zh.txt", *options, status=2)
        assert words in done.error
    assert [path.name for path in shell.folder.iterdir()] == ["zh.txt"]
