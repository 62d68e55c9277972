"""Every code block in the README and the docs runs, in the order in which it stands.

Each page runs in a folder of its own, with the files that the pages speak of (`reviews.csv`, a small preset in
`albert_base/`, ...). Python blocks of a page share one namespace; of shell blocks, the `albert-tf` lines run.
Blocks of other languages are shown only.
"""

import re
import shlex
from pathlib import Path

import pytest

from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier, AlbertTokenizer
from albert_tf.cli.main import main
from albert_tf.preprocessing import AlbertTextClassifierPreprocessor
from albert_tf.weights import write_huggingface
from tests.tiny import randomize

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GOOD = ["a lovely film", "well worth the money", "great sound and a fair price", "I love it"]
BAD = ["a waste of time", "it broke after a week", "poor sound at a high price", "I hate it"]


@pytest.fixture
def page_folder(tmp_path, monkeypatch):
    """A folder with the files that the pages speak of."""
    rows = [*((text, "good") for text in GOOD * 8), *((text, "bad") for text in BAD * 8)]
    table = "text,label\n" + "".join(f"{text},{label}\n" for text, label in rows)
    for name in ("reviews.csv", "train.csv", "dev.csv", "test.csv", "new.csv"):
        (tmp_path / name).write_text(table, "utf-8")
    documents = [". ".join(GOOD) + ".\n" + ". ".join(BAD) + "."] * 20
    (tmp_path / "corpus.txt").write_text("\n\n".join(documents), "utf-8")
    (tmp_path / "heldout.txt").write_text("a held-out text\n", "utf-8")
    config = AlbertConfig.named(
        "tiny", hidden_size=32, num_attention_heads=4, intermediate_size=64, num_hidden_layers=2
    )
    model = AlbertTextClassifier(
        AlbertBackbone(config),
        preprocessor=AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=64),
        labels=["bad", "good"],
    )
    randomize(model)
    write_huggingface(model.to_checkpoint(), tmp_path / "albert_base")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(page):
    return BLOCK.findall(page.read_text("utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p)], ids=lambda p: p.name)
def test_code_blocks_run(page, page_folder):
    namespace = {"__name__": "page"}
    for language, code in blocks(page):
        if language == "python":
            exec(compile(code, page.name, "exec"), namespace)
        elif language in ("sh", "bash", "console"):
            for line in code.replace("\\\n", " ").splitlines():
                words = shlex.split(line.removeprefix("$ "), comments=True)
                if words[:1] == ["albert-tf"]:
                    assert main(words[1:]) == 0, line


def links(page):
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith(("http://", "https://")):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in links(page):
        assert (page.parent / target).exists(), f"{page.name}: {target}"
