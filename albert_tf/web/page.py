"""`write_page`: a static page around an exported file, by what answering from the file needs: NumPy and LiteRT.

The page's own parts, `runtime/`, are built from `web_demo/` by `web_demo/tools/build`.
"""

import base64
import html
import json
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from albert_tf.errors import ExportError
from albert_tf.heads import head_of
from albert_tf.runtime.bundle import Bundle, read_bundle
from albert_tf.runtime.content import read_content

INDEX = "index.html"
MODEL = "model.tflite"
MARK = '<meta name="generator" content="albert_tf">'
"""By which a page of ours is known, which another may replace."""

LITERT = "wasm/litert_wasm_compat_internal"
TABLES = ("unicode.txt", "words.txt")
PARTS = ("app.js", "worker.js", *TABLES, f"{LITERT}.js", f"{LITERT}.wasm.gz")

HEADS = (
    "text_classifier",
    "text_regressor",
    "text_embedder",
    "question_answerer",
    "token_classifier",
)
"""Those that the page answers with."""

POLICY = (
    "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "style-src 'unsafe-inline'; img-src data:"
)
"""The content security policy of a page on a server: nothing is loaded from elsewhere, and nothing sent."""

INLINE_POLICY = (
    "default-src 'none'; connect-src data:; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob: data:; "
    "worker-src blob:; style-src 'unsafe-inline'; img-src data:"
)
"""That of a page that is one file: it loads what stands in it, and can send nothing."""


def write_page(file: str | Path, folder: str | Path, *, single_file: bool = False) -> Path:
    """Writes a page that answers with an exported file, in any browser, where it is opened.

    Args:
        file: a `.tflite` of `export_tflite`, with a tokenizer.
        folder: where the page is written; created when missing. Any web server can serve it as it is. An earlier page
            in it is replaced.
        single_file: write one HTML file with everything in it, which opens from disk, without a server.

    Returns:
        The path of the page, `index.html` in the folder.

    Raises:
        ExportError: when the file cannot be read, is none of albert_tf's, or cannot answer in a page; or when the
            folder has an `index.html` of something else.

    Example:
    ```python
    from albert_tf.web import write_page

    # write_page("reviews.tflite", "site")
    ```
    """
    content, name = read_content(file)
    _check_answers(read_bundle(content, name), name)
    folder = Path(folder)
    index = folder / INDEX
    _check_free(index)
    runtime = files("albert_tf.web") / "runtime"
    if single_file:
        page = _inline_page(runtime, content, name)
    else:
        page = _page(runtime, Path(name).stem, POLICY, '<script src="app.js"></script>')
        for part in PARTS:
            (folder / part).parent.mkdir(parents=True, exist_ok=True)
            (folder / part).write_bytes((runtime / part).read_bytes())
        (folder / MODEL).write_bytes(content)
    folder.mkdir(parents=True, exist_ok=True)
    index.write_text(page, "utf-8", newline="\n")  # the last, which makes sense of the others
    return index


def _check_answers(bundle: Bundle, name: str) -> None:
    """Refuses what the page would refuse, before it is put on a server; see `web_demo/src/model.js`."""
    metadata = bundle.metadata
    if bundle.tokenizer is None:
        raise ExportError(
            f"{name} carries no tokenizer, since its model had no preprocessor; export a model that has one"
        )
    if metadata["head"] not in HEADS:
        raise ExportError(
            f"{name} holds a {metadata['head'] or 'backbone'}, which gives no answer in a page; expected one of "
            f"{', '.join(HEADS)}"
        )
    if metadata["form"] == "signatures" or metadata["batch"] != 1:
        raise ExportError(
            f"{name} has the form {metadata['form']} and a batch of {metadata['batch']}; expected a batch of 1: export "
            "the model again with --form loop"
        )
    by_token = {
        name for name, axes in head_of(metadata["head"]).outputs.items() if "length" in axes
    }
    if metadata["length"] is None and by_token & set(metadata["outputs"]):
        raise ExportError(
            f"{name} takes any length, and its outputs have a row for each token, which LiteRT.js cannot hold; export "
            "the model again with a length, such as --length 128"
        )


def _check_free(index: Path) -> None:
    if index.exists() and MARK not in index.read_text("utf-8", errors="replace"):
        raise ExportError(
            f"{index} is a page of something else; name another folder, or move it away"
        )


def _page(runtime: Traversable, name: str, policy: str, scripts: str) -> str:
    page = (runtime / INDEX).read_text("utf-8")
    body = f'<body data-name="{html.escape(name)}">'
    head = f'{MARK}\n<meta http-equiv="content-security-policy" content="{policy}">'
    page = page.replace("<!--POLICY-->", head).replace("<body>", body)
    return page.replace("<!--SCRIPTS-->", scripts)


def _inline_page(runtime: Traversable, content: bytes, name: str) -> str:
    def packed(part: bytes) -> str:
        return base64.b64encode(part).decode("ascii")

    parts = {
        "litert": (runtime / f"{LITERT}.js").read_text("utf-8"),
        "worker": (runtime / "worker.js").read_text("utf-8"),
        "wasm": packed((runtime / f"{LITERT}.wasm.gz").read_bytes()),
        "tables": {name: (runtime / name).read_text("utf-8") for name in TABLES},
        "model": packed(content),
    }
    # No text of a script ends it, whatever it holds.
    inline = json.dumps(parts).replace("</", "<\\/")
    app = (runtime / "app.js").read_text("utf-8").replace("</script", "<\\/script")
    scripts = f"<script>window.ALBERT_WEB = {inline};</script>\n<script>{app}</script>"
    return _page(runtime, Path(name).stem, INLINE_POLICY, scripts)
