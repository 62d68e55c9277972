"""How much of a task the sentence vectors hold: a linear model on frozen vectors.

python -m bundled_model.probe runs/small_en/groups3/model
"""

import argparse
import json

import numpy as np
from sklearn.linear_model import LogisticRegression

from albert_tf import AlbertTextEmbedder
from albert_tf.models.pooled_task import POOLINGS
from bundled_model.data import ROWS

INVERSE_PENALTY = 30.0
PROBED = ("banking77_10", "sms_16", "uci", "banking77")
SEEDS = (0, 1, 2)


def probe(embed, rows=PROBED, seeds=SEEDS) -> dict[str, float]:
    """Returns the mean test accuracy of a logistic regression on frozen vectors, by row.

    Args:
        embed: a function from a list of texts to vectors `(texts, width)` of length 1.
        rows: keys of `ROWS`.
        seeds: of the few-shot draws; the other rows do not depend on them.
    """
    known: dict[str, np.ndarray] = {}

    def vectors(texts):
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, embed(new), strict=True))
        return np.stack([known[text] for text in texts])

    result = {}
    for name in rows:
        accuracies = []
        for seed in seeds if "_" in name else seeds[:1]:
            train, test = ROWS[name].read(None, seed)
            model = LogisticRegression(C=INVERSE_PENALTY, max_iter=2000)
            model.fit(vectors(train.texts), train.labels)
            accuracies.append(model.score(vectors(test.texts), test.labels))
        result[name] = float(np.mean(accuracies))
    return result


def main() -> None:
    """Probes a preset, with both poolings."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("preset")
    parser.add_argument("--poolings", nargs="+", default=POOLINGS)
    args = parser.parse_args()
    for pooling in args.poolings:
        embedder = AlbertTextEmbedder.from_preset(args.preset, pooling=pooling)
        found = probe(lambda texts, model=embedder: model.predict(texts, batch_size=64, verbose=0))
        print(json.dumps({"preset": args.preset, "pooling": pooling, **found}))


if __name__ == "__main__":
    main()
