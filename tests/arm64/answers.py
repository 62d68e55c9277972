"""What the base install says to the texts of a job, on whatever machine runs this: `answers.py JOB ANSWERS`.

Both are JSON. JOB: `texts` to encode, `models`, from a file to its texts. ANSWERS: `machine`; `modules` that were
loaded; `ids` of each text, `offsets` of each token; `scores` of each model: probabilities or vectors.
"""

import json
import platform
import sys
from pathlib import Path

from albert_tf import AlbertTokenizer, TFLiteRunner

job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
ids, offsets = AlbertTokenizer().encode_batch(job["texts"], offsets=True)
assert ids == AlbertTokenizer().encode_batch(job["texts"])
scores = {}
for name, texts in job["models"].items():
    runner = TFLiteRunner(name)
    answer = runner.embed if runner.head == "text_embedder" else runner.scores
    scores[name] = answer(texts).tolist()
result = {
    "machine": platform.machine(),
    "modules": sorted({module.partition(".")[0] for module in sys.modules}),
    "ids": ids,
    "offsets": offsets,
    "scores": scores,
}
Path(sys.argv[2]).write_text(json.dumps(result), "utf-8")
