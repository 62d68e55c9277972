"""From albert_zh's form of a checkpoint to a phone's answers: the same labels in Python, Kotlin and JavaScript.

A checkpoint of the shape of albert_zh's tiny model is written as google-research/albert writes one, with random
weights, since none of the published ones is at hand. Then the commands of a person: import it as a Hugging Face folder,
fine-tune from that folder on 1,000 Chinese reviews, export, predict 1,000 others, and the app's own engine and the web
page's on the same file. Each is a process of its own.

    python -m benchmarks.chinese_reviews --work /tmp/chinese
"""

import argparse
import csv
import gzip
import json
import random
import subprocess
import sys
from pathlib import Path

from albert_tf import AlbertBackbone, AlbertConfig
from albert_tf.weights.google_tf1 import variable_names
from benchmarks.machine import ROOT, shared_folder

TOOLS = {
    "Kotlin": ROOT / "android_demo" / "tools" / "predict",
    "JavaScript": ROOT / "web_demo" / "tools" / "answer",
}
SIDES = {"neg": "差评", "pos": "好评"}
"""Files of the reviews, and the label of each."""
SIZE = 1000
LONGEST = 60
"""Characters of a review that is taken."""

TINY = {
    "vocab_size": 21_128,
    "embedding_size": 128,
    "hidden_size": 312,
    "num_hidden_layers": 4,
    "num_attention_heads": 12,
    "intermediate_size": 1248,
    "hidden_act": "gelu_new",
}
"""The shape of albert_zh's tiny model in Google's form, `albert_tiny_zh_google`."""


def write_checkpoint(folder: Path, vocabulary: Path) -> None:
    """Writes a checkpoint of random weights as google-research/albert does, with the `vocab.txt` beside it."""
    import tensorflow as tf

    config = AlbertConfig(**TINY)
    checkpoint = AlbertBackbone(config).to_checkpoint()
    names = variable_names(config)
    arrays = {names[ours]: array for ours, array in checkpoint.arrays.items()}
    folder.mkdir(parents=True)
    tf.raw_ops.SaveV2(
        prefix=str(folder / "albert_model.ckpt"),
        tensor_names=list(arrays),
        shape_and_slices=[""] * len(arrays),
        tensors=[tf.constant(array) for array in arrays.values()],
    )
    values = {**TINY, "hidden_act": "gelu", "num_hidden_groups": 1, "inner_group_num": 1}
    values |= {"net_structure_type": 0, "gap_size": 0, "num_memory_blocks": 0}
    (folder / "albert_config_tiny_google.json").write_text(json.dumps(values), "utf-8")
    (folder / "vocab.txt").write_bytes(vocabulary.read_bytes())


def read_reviews(data: Path, side: str) -> list[str]:
    """Returns the Chinese reviews of one of `SIDES`, in the order of the file."""
    return (
        gzip.decompress((data / "zh_reviews" / f"{side}.txt.gz").read_bytes()).decode().splitlines()
    )


def reviews(data: Path) -> tuple[list, list]:
    """Returns `SIZE` reviews to train on and `SIZE` others, each `(text, label)`, both labels alike."""
    rows = []
    for side, label in SIDES.items():
        texts = {" ".join(line.split()) for line in read_reviews(data, side)}
        kept = sorted(text for text in texts if 4 <= len(text) <= LONGEST)
        rows.append([(text, label) for text in random.Random(0).sample(kept, SIZE)])
    parts = [[row for side in rows for row in side[part::2]] for part in range(2)]
    return parts[0], parts[1]


def run(*words, stdin: str = "") -> list[dict]:
    """Runs a command, shows what it says, and returns its output, a list of JSON lines."""
    done = subprocess.run(
        list(map(str, words)),
        input=stdin,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
        cwd=ROOT,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main() -> None:
    """Runs everything and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="a new folder for what is made")
    parser.add_argument("--epochs", default="3")
    args = parser.parse_args()
    shared = shared_folder()
    work = args.work.resolve()
    write_checkpoint(work / "albert_tiny_zh_google", shared / "albert_zh" / "vocab.txt")
    train, test = reviews(shared / "data")
    with (work / "train.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *train])
    albert_tf = [sys.executable, "-c", "from albert_tf_command import main; main()"]
    folder = work / "hugging_face"
    run(*albert_tf, "import", work / "albert_tiny_zh_google", folder, "--to", "huggingface")
    options = ["--preset", folder, "--output", work / "run", "--epochs", args.epochs]
    options += ["--text", "text", "--label", "label", "--recipe", "from-scratch"]
    run(*albert_tf, "finetune", work / "train.csv", *options, "--sequence-length", "64")
    file = work / "zh.tflite"
    run(*albert_tf, "export", work / "run" / "model", file, "--runtime", "2.16")
    texts = [text for text, _ in test]
    python = run(*albert_tf, "predict", file, "--json", stdin="".join(f"{t}\n" for t in texts))
    right = sum(a["label"] == label for a, (_, label) in zip(python, test, strict=True))
    print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB; right: {right / len(texts):.1%}")
    asked = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    for name, tool in TOOLS.items():
        compare(name, python, run(tool, file, stdin=asked))


def compare(name: str, python: list[dict], other: list[dict]) -> None:
    """Prints how far another engine's answers are from Python's."""
    pairs = list(zip(python, other, strict=True))
    same = sum(a["label"] == b["label"] for a, b in pairs)
    apart = max(abs(a["probability"] - b["probability"]) for a, b in pairs)
    print(
        f"{name}: the same label for {same:,} of {len(pairs):,}, probabilities within {apart:.6f}"
    )


if __name__ == "__main__":
    main()
