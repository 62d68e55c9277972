"""The host tools of the Android demo as the tests call them."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.shipped import shipped_models

DEMO = Path(__file__).resolve().parents[2] / "android_demo"

needs_models = pytest.mark.skipif(
    not shipped_models(),
    reason="the app has no models yet: make android-assets",
)

needs_java = pytest.mark.skipif(
    not (shutil.which("java") and shutil.which("mvn")),
    reason="the Kotlin tools need a Java runtime and Maven: install default-jre-headless and maven",
)


def lines_of(texts: list[str]) -> str:
    """The standard input of a tool: a line of JSON for each text."""
    return "".join(json.dumps({"text": text}) + "\n" for text in texts)


def predict(
    file: Path, *arguments, stdin: str = "", class_path: str | None = None
) -> subprocess.CompletedProcess:
    """Runs `tools/predict` on a file.

    Args:
        file: the model.
        *arguments: further ones.
        stdin: its standard input.
        class_path: runs the tool's class with these jars instead of the tool itself.
    """
    command = [str(DEMO / "tools" / "predict")]
    if class_path is not None:
        command = [
            "java",
            "-XX:+UseSerialGC",
            "-cp",
            class_path,
            "io.github.alberttf.tools.Predict",
        ]
    command += [str(file), *map(str, arguments)]
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def answers(file: Path, texts: list[str], *arguments, class_path: str | None = None) -> list[dict]:
    """What `tools/predict` answers for each text."""
    result = predict(file, *arguments, stdin=lines_of(texts), class_path=class_path)
    assert result.returncode == 0, result.stderr
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(rows) == len(texts)
    return rows


def differences(rows: list[dict], expected) -> tuple[list[int], float]:
    """Compares the tool's answers with those of `TFLiteRunner`.

    Returns:
        The numbers of the texts with another label, other labels that hold, or other layers; and the
        largest difference of a probability or value.
    """
    others, largest = [], 0.0
    for number, (row, wanted) in enumerate(zip(rows, expected, strict=True)):
        if wanted.value is not None:
            assert "label" not in row
            largest = max(largest, abs(row["value"] - wanted.value))
        else:
            assert list(row["scores"]) == list(wanted.scores)
            gaps = (abs(row["scores"][label] - p) for label, p in wanted.scores.items())
            largest = max(largest, *gaps)
            assert row["probability"] == max(row["scores"].values())
        labels = row.get("labels", [row["label"]] if "label" in row else [])
        is_equal = (row.get("label"), row.get("layers")) == (wanted.label, wanted.layers)
        if not is_equal or tuple(labels) != wanted.labels:
            others.append(number)
    return others, largest


def soak(file: Path) -> list[dict]:
    """Runs `tools/soak` on a file, and returns heap and resident memory after each of its parts.

    The heap is all there from the beginning, and the compiler that optimizes most is off, since it takes memory
    whenever it likes: what grows then is what is not freed.
    """
    options = "-Xms64m -Xmx64m -XX:+AlwaysPreTouch -XX:TieredStopAtLevel=1"
    result = subprocess.run(
        [str(DEMO / "tools" / "soak"), str(file)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=os.environ | {"JAVA_OPTIONS": options},
    )
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]
