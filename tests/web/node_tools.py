"""The host tools of the web page as the tests call them."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "web_demo"

needs_node = pytest.mark.skipif(
    not (shutil.which("node") and shutil.which("npm")),
    reason="the tools of the web page need Node: install nodejs and npm",
)


def node_tool(name: str, lines: str, *arguments: str | Path) -> list[dict]:
    """What a tool of `web_demo/tools` makes of JSON lines."""
    command = [str(WEB / "tools" / name), *map(str, arguments)]
    done = subprocess.run(command, input=lines, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def answers(file: Path, texts: list[str]) -> list[dict]:
    """What `tools/answer` says of each text."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    rows = node_tool("answer", lines, file)
    assert len(rows) == len(texts)
    return rows
