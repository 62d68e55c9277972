"""Texts a second in fine-tuning: this package's `fit` beside keras-hub's, and transformers' where torch is installed.

The same texts, labels, batch size, encoder size and optimizer; each package with its own preprocessing, as its user
would call it. Rounds are interleaved, the first one (tracing) is left out. keras-hub pads every batch to
`sequence_length`; this package pads to the longest text of a batch of similar ones.

    python -m benchmarks.fine_tuning --size small --texts 1024
"""

import argparse
import csv
import statistics
import time
from pathlib import Path

import numpy as np

from benchmarks.machine import describe_machine, shared_folder, write_result

SEQUENCE_LENGTH = 128


def read_texts(count):
    """Returns `count` sentences of SST-2's dev and train sets, a real mix of lengths, and their labels."""
    rows = []
    for part in ("dev", "train"):
        with (shared_folder() / "data" / "glue" / "SST-2" / f"{part}.tsv").open(
            encoding="utf-8"
        ) as f:
            reader = csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)
            rows += [(row["sentence"], int(row["label"])) for row in reader]
            if len(rows) >= count:
                break
    texts, labels = zip(*rows[:count], strict=True)
    return list(texts), np.array(labels)


def ours(config, batch_size):
    """Returns a function that fits one epoch with this package."""
    import keras

    from albert_tf import AlbertBackbone, AlbertTextClassifier, AlbertTokenizer
    from albert_tf.preprocessing import AlbertTextClassifierPreprocessor

    preprocessor = AlbertTextClassifierPreprocessor(AlbertTokenizer(), SEQUENCE_LENGTH)
    model = AlbertTextClassifier(AlbertBackbone(config), preprocessor=preprocessor, dropout=0.0)
    model.compile(keras.optimizers.AdamW(5e-5))
    return lambda texts, labels: model.fit(texts, labels, batch_size=batch_size, verbose=0)


def keras_hub(config, batch_size):
    """Returns a function that fits one epoch with keras-hub's `AlbertTextClassifier`, its pipeline included."""
    import keras
    import keras_hub

    from albert_tf import AlbertTokenizer

    backbone = keras_hub.models.AlbertBackbone(
        vocabulary_size=config.vocab_size,
        num_layers=config.num_hidden_layers,
        num_heads=config.num_attention_heads,
        embedding_dim=config.embedding_size,
        hidden_dim=config.hidden_size,
        intermediate_dim=config.intermediate_size,
        num_groups=config.num_hidden_groups,
        num_inner_repetitions=config.inner_group_num,
        max_sequence_length=config.max_position_embeddings,
        dropout=0.0,
    )
    tokenizer = keras_hub.models.AlbertTokenizer(proto=AlbertTokenizer().model_bytes)
    preprocessor = keras_hub.models.AlbertTextClassifierPreprocessor(
        tokenizer, sequence_length=SEQUENCE_LENGTH
    )
    model = keras_hub.models.AlbertTextClassifier(
        backbone, num_classes=2, preprocessor=preprocessor, dropout=0.0
    )
    model.compile(
        keras.optimizers.AdamW(5e-5),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return lambda texts, labels: model.fit(
        np.array(texts), labels, batch_size=batch_size, verbose=0
    )


ENGINES = {"albert_tf": ours, "keras-hub": keras_hub}


def main():
    """Measures, prints a table, and writes the raw figures."""
    from albert_tf import AlbertConfig, AlbertTokenizer

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="small")
    parser.add_argument("--texts", type=int, default=1024)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=Path, default=Path("docs/benchmarks/fine_tuning.json"))
    args = parser.parse_args()

    config = AlbertConfig.named(args.size)
    texts, labels = read_texts(args.texts)
    tokens = int(AlbertTokenizer().pack(texts, max_length=SEQUENCE_LENGTH).lengths.sum())
    fits, skipped = {}, {}
    for name, make in ENGINES.items():
        try:
            fits[name] = make(config, args.batch_size)
        except ImportError as error:
            skipped[name] = str(error)
            print(f"{name}: skipped, {error}")
    seconds = {name: [] for name in fits}
    for round_number in range(args.rounds + 1):
        for name, fit in fits.items():
            start = time.perf_counter()
            fit(texts, labels)
            if round_number:
                seconds[name].append(time.perf_counter() - start)
    rates = {name: [len(texts) / s for s in values] for name, values in seconds.items()}
    print(f"{'':12} texts/s (median, min to max)   tokens/s")
    for name, values in rates.items():
        median = statistics.median(values)
        per_second = median * tokens / len(texts)
        print(
            f"{name:12} {median:7.1f}  ({min(values):.1f} to {max(values):.1f})   {per_second:9.0f}"
        )
    if "keras-hub" in rates:
        ratio = statistics.median(rates["albert_tf"]) / statistics.median(rates["keras-hub"])
        print(f"albert_tf / keras-hub: {ratio:.2f}")
    settings = {k: v for k, v in vars(args).items() if k != "output"}
    write_result(
        args.output,
        {
            "machine": describe_machine(),
            "settings": {**settings, "sequence_length": SEQUENCE_LENGTH, "tokens": tokens},
            "texts_per_second": rates,
            "skipped": skipped,
        },
    )


if __name__ == "__main__":
    main()
