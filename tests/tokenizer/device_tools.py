"""The tokenizer's tools of the Android app and of the web page, as tests and benchmarks call them."""

import json
import subprocess
from pathlib import Path


def tokenize(tool: Path, arguments: list[str], stdin: str) -> subprocess.CompletedProcess:
    command = [str(tool), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, encoding="utf-8", check=False)


def answered(
    tool: Path, arguments: list[str], texts: list[str], ascii_json: bool = True
) -> list[dict]:
    """What the tool answers for each text."""
    lines = (json.dumps({"text": text}, ensure_ascii=ascii_json) + "\n" for text in texts)
    result = tokenize(tool, arguments, "".join(lines))
    assert result.returncode == 0, result.stderr
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(answers) == len(texts)
    return answers


def utf16(text: str, spans: list[tuple[int, int]]) -> list[list[int]]:
    """Spans in code points as spans in UTF-16 units, which Kotlin counts."""
    places = [0]
    for character in text:
        places.append(places[-1] + (2 if ord(character) > 0xFFFF else 1))
    return [[places[start], places[end]] for start, end in spans]
