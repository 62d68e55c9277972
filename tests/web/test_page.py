"""The page around a file: written as a person writes it, and opened in a real browser."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from albert_tf import TFLiteRunner
from albert_tf.errors import ExportError
from albert_tf.runtime.bundle import Bundle, append_bundle
from albert_tf.tasks import demo_data
from albert_tf.web import write_page
from tests.android.host_tools import needs_java, needs_models
from tests.installation import ROOT
from tests.shipped import MODELS
from tests.web.node_tools import WEB, needs_node

BROWSERS = {
    "chromium": shutil.which("chromium") or shutil.which("chromium-browser"),
    "firefox": shutil.which("firefox-esr"),
}
RUNTIME = ROOT / "albert_tf" / "web" / "runtime"


def files_of(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


@needs_models
def test_a_folder_for_any_server(tmp_path):
    index = write_page(MODELS / "spam.tflite", tmp_path / "site")
    assert index == tmp_path / "site" / "index.html"
    assert files_of(tmp_path / "site") == files_of(RUNTIME) | {Path("model.tflite")}
    page = index.read_text("utf-8")
    assert "default-src 'none'" in page
    assert 'data-name="spam"' in page
    assert "<!--" not in page
    assert (tmp_path / "site/model.tflite").read_bytes() == (MODELS / "spam.tflite").read_bytes()
    write_page(MODELS / "sentiment.tflite", tmp_path / "site")  # in place of the earlier one
    assert 'data-name="sentiment"' in index.read_text("utf-8")


@needs_models
def test_one_file_names_no_other(tmp_path):
    index = write_page(MODELS / "spam.tflite", tmp_path, single_file=True)
    assert files_of(tmp_path) == {index.relative_to(tmp_path)}
    page = index.read_text("utf-8")
    assert "http://" not in page.split("<script>")[0]
    assert page.count("</script>") == page.count("<script>") == 2


def test_what_cannot_be_a_page_is_one_line(tmp_path):
    (tmp_path / "index.html").write_text("<h1>My own</h1>")
    mine = append_bundle(b"\x1c\0\0\0TFL3", Bundle({"tokenizer": None}))
    with pytest.raises(ExportError, match="carries no tokenizer"):
        write_page(mine, tmp_path)
    with pytest.raises(ExportError, match="no TFLite file"):
        write_page(b"nothing", tmp_path)
    assert (tmp_path / "index.html").read_text() == "<h1>My own</h1>"


@needs_models
def test_a_page_of_something_else_stays(tmp_path):
    (tmp_path / "index.html").write_text("<h1>My own</h1>")
    with pytest.raises(ExportError, match="is a page of something else; name another folder"):
        write_page(MODELS / "spam.tflite", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


@pytest.mark.slow
@needs_java
@needs_node
def test_the_parts_of_the_page_are_those_that_its_sources_make(tmp_path):
    command = [WEB / "tools" / "build", tmp_path]
    subprocess.run(command, check=True, capture_output=True)
    assert files_of(tmp_path) == files_of(RUNTIME)
    for name in files_of(RUNTIME):
        made, kept = ((folder / name).read_bytes() for folder in (tmp_path, RUNTIME))
        assert made == kept, f"{name} is out of date: run web_demo/tools/build"


@pytest.mark.slow
@needs_models
@needs_node
@needs_java
@pytest.mark.parametrize("browser", BROWSERS)
def test_in_a_real_browser(shell, browser):
    """What it does there stands in web_demo/tests/browser.mjs."""
    if BROWSERS[browser] is None:
        pytest.skip(f"the page needs a browser: install {browser} (Debian: chromium, firefox-esr)")
    file = MODELS / "sentiment.tflite"
    shutil.copy(file, shell.folder / "reviews.tflite")
    shutil.copy(MODELS / "banking77.tflite", shell.folder / "other.tflite")
    shell.albert_tf("export", "reviews.tflite", "--web", "site")
    shell.albert_tf("export", "reviews.tflite", "--web", "offline", "--single-file")
    texts = list(demo_data("uci_sentences").texts[::100])
    answers = TFLiteRunner(file)(texts)
    rows = [
        {"text": text, "label": answer.label, "probability": answer.probability}
        for text, answer in zip(texts, answers, strict=True)
    ]
    (shell.folder / "texts.json").write_text(json.dumps(rows), "utf-8")
    run = ["node", "--test", WEB / "tests" / "browser.mjs"]
    environment = {"ALBERT_WEB_FOLDER": str(shell.folder), "ALBERT_WEB_BROWSER": BROWSERS[browser]}
    done = subprocess.run(
        run, env=os.environ | environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout
