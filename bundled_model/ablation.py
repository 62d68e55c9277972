"""How many groups the bundled model should have: students of 1, 2 and 3 on the same texts.

sh bundled_model/ablation.sh runs/small_en
python -m bundled_model.ablation runs/small_en

The first command trains the students, the second measures what it finds: the int8 file, the distance to the
teacher, and linear models on frozen vectors. `ablation.jsonl` then holds a line for each.
"""

import argparse
import json
import tempfile
from pathlib import Path

from albert_tf import AlbertTextEmbedder
from albert_tf.cli.distill import HELD_OUT_FILE
from albert_tf.export import export_tflite
from bundled_model.card import ABLATION
from bundled_model.probe import probe


def measure(run: Path) -> dict:
    """Returns a student's line.

    Args:
        run: folder of a finished `albert-tf distill`.
    """
    result = json.loads((run / HELD_OUT_FILE).read_text("utf-8"))
    embedder = AlbertTextEmbedder.from_preset(run / "model")
    with tempfile.TemporaryDirectory() as folder:
        exported = export_tflite(embedder, Path(folder) / "vectors.tflite")
    return {
        "groups": embedder.config.num_hidden_groups,
        "parameters": embedder.count_params(),
        "int8_bytes": exported.size,
        "tokens": result["tokens"],
        "cosine_distance": result["vectors_loss"],
        "probe": probe(lambda texts: embedder.predict(texts, batch_size=64, verbose=0)),
    }


def main() -> None:
    """Measures the students of a run, and writes their lines."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path)
    args = parser.parse_args()
    lines = [measure(folder) for folder in sorted(args.run.glob("ablation_groups*"))]
    ABLATION.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    for line in lines:
        print(json.dumps(line))


if __name__ == "__main__":
    main()
