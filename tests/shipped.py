"""The models that the app ships, and what it gives a person to try with them."""

import json
from pathlib import Path

MODELS = Path(__file__).resolve().parents[1] / "android_demo/app/src/main/assets/models"


def shipped_models() -> list[dict]:
    """What the app's manifest says of each model; nothing where none is made yet."""
    manifest = MODELS / "manifest.json"
    return json.loads(manifest.read_text("utf-8"))["models"] if manifest.is_file() else []


def examples_of(shipped: dict) -> tuple[list[str], ...]:
    """The texts of a model in its manifest as its file reads them: texts alone, or questions and their passages."""
    pairs = [(asked, p["text"]) for p in shipped["passages"] for asked in p["questions"]]
    return tuple(map(list, zip(*pairs, strict=True))) if pairs else (shipped["examples"],)
