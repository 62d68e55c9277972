"""In a browser: a page that answers with an exported file, beside ONNX Runtime Web and transformers.js's tokenizer.

Both pages hold the same random weights in 8 bits and cut the same text into the same number of tokens, in a worker, on
one thread. They are opened in turn, each time in a browser of its own; browser_pages/measure.mjs says what is measured.

    python -m benchmarks.browser

It needs Node, npm and chromium. Let nothing else run meanwhile.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.machine import ROOT, describe_machine, write_result

PAGES = ROOT / "benchmarks" / "browser_pages"
RUNTIME = ROOT / "albert_tf" / "web" / "runtime"
PROBABILITY = 0.01
"""How far the two may be from each other, to count as the same model."""


def browser() -> str:
    """Returns the path of chromium.

    Raises:
        SystemExit: when it, Node or npm is missing.
    """
    for name in ("node", "npm"):
        if shutil.which(name) is None:
            raise SystemExit(f"{name} is missing; install nodejs, npm and chromium")
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise SystemExit("chromium is missing; install nodejs, npm and chromium")
    return found


def measure(rounds: int) -> dict[str, list[dict]]:
    """Returns what each visit of each page cost, by the name of what answers in it."""
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(install, cwd=PAGES, check=True, stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as files:
        write = [sys.executable, "-m", "benchmarks.startup", "--write", files]
        subprocess.run(write, cwd=ROOT, check=True)
        script = ["node", PAGES / "measure.mjs", files, RUNTIME, str(rounds), browser()]
        done = subprocess.run(script, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    return json.loads(done.stdout)


def check_same_model(rows: dict[str, list[dict]]) -> None:
    """Ends the process when the pages do not answer alike: then they do not hold the same model."""
    answers = [row["probabilities"] for visits in rows.values() for row in visits if "bytes" in row]
    for each in answers:
        if any(abs(a - b) > PROBABILITY for a, b in zip(each, answers[0], strict=True)):
            raise SystemExit(f"the pages answer {each} and {answers[0]}, so they hold other models")


def main():
    """Measures, and writes docs/benchmarks/browser.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--output", type=Path, default=ROOT / "docs/benchmarks/browser.json")
    args = parser.parse_args()
    rows = measure(args.rounds)
    check_same_model(rows)
    for name, visits in rows.items():
        for figure in ("load_ms", "first_answer_ms", "memory_mb", "settled_memory_mb", "bytes"):
            values = [visit[figure] for visit in visits if figure in visit]
            if values:
                print(f"{name}: {figure} {statistics.median(values):,.1f}")
    version = subprocess.run([browser(), "--version"], check=True, capture_output=True, text=True)
    lock = json.loads((PAGES / "package-lock.json").read_text("utf-8"))["packages"]
    names = ("onnxruntime-web", "@huggingface/tokenizers")
    write_result(
        args.output,
        {
            "settings": {"rounds": args.rounds},
            "machine": describe_machine(),
            "browser": version.stdout.strip(),
            "versions": {name: lock[f"node_modules/{name}"]["version"] for name in names},
            "rows": rows,
        },
    )


if __name__ == "__main__":
    main()
