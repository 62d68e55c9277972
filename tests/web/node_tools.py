"""The host tools of the web page as the tests call them."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "web_demo"


def has_node() -> bool:
    """Whether there is npm, and a Node in which modules know their folder."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    command = ["node", "--print", "process.versions.node"]
    version = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    return tuple(map(int, version.split(".")[:2])) >= (20, 11)


needs_node = pytest.mark.skipif(
    not has_node(), reason="the tools of the web page need Node 20.11 or newer, and npm"
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
