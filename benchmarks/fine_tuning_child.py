"""One package that fine-tunes, in a process of its own that answers commands from its parent.

Settings come as JSON in the first argument. After one epoch that does not count (tracing), the process writes a
line `{"versions": ...}`; then for each line on standard input it trains one more epoch and writes `{"seconds": ...}`.

    python -m benchmarks.fine_tuning_child '{"engine": "albert_tf", "size": "small", ...}'
"""

import csv
import json
import sys
import time
from importlib import metadata
from pathlib import Path

import numpy as np

# The learning rate, equal for all; what is measured does not depend on it.
LEARNING_RATE = 5e-5


def read_texts(path: str, count: int) -> tuple[list[str], np.ndarray]:
    """Returns the first `count` sentences of a GLUE file and their labels."""
    with Path(path).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[:count]
    return [row["sentence"] for row in rows], np.array([int(row["label"]) for row in rows])


def albert_tf_epoch(settings, texts, labels):
    """Returns a function that fits one epoch with this package."""
    import keras

    from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier, AlbertTokenizer
    from albert_tf.preprocessing import AlbertTextClassifierPreprocessor

    model = AlbertTextClassifier(
        AlbertBackbone(AlbertConfig(**settings["config"])),
        preprocessor=AlbertTextClassifierPreprocessor(
            AlbertTokenizer(), settings["sequence_length"]
        ),
        dropout=0.0,
    )
    model.compile(keras.optimizers.AdamW(LEARNING_RATE))
    return lambda: model.fit(texts, labels, batch_size=settings["batch_size"], verbose=0)


def keras_hub_epoch(settings, texts, labels):
    """Returns a function that fits one epoch with keras-hub, its preprocessing included."""
    import keras
    import keras_hub

    config = settings["config"]
    backbone = keras_hub.models.AlbertBackbone(
        vocabulary_size=config["vocab_size"],
        num_layers=config["num_hidden_layers"],
        num_heads=config["num_attention_heads"],
        embedding_dim=config["embedding_size"],
        hidden_dim=config["hidden_size"],
        intermediate_dim=config["intermediate_size"],
        num_groups=config["num_hidden_groups"],
        num_inner_repetitions=config["inner_group_num"],
        max_sequence_length=config["max_position_embeddings"],
        dropout=0.0,
    )
    tokenizer = keras_hub.models.AlbertTokenizer(proto=Path(settings["vocabulary"]).read_bytes())
    model = keras_hub.models.AlbertTextClassifier(
        backbone,
        num_classes=2,
        preprocessor=keras_hub.models.AlbertTextClassifierPreprocessor(
            tokenizer, sequence_length=settings["sequence_length"]
        ),
        dropout=0.0,
    )
    model.compile(
        keras.optimizers.AdamW(LEARNING_RATE),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    array = np.array(texts)
    return lambda: model.fit(array, labels, batch_size=settings["batch_size"], verbose=0)


def transformers_epoch(settings, texts, labels):
    """Returns a function that trains one epoch with transformers on PyTorch.

    Batches are padded to their own longest text (`DataCollatorWithPadding`), as its guides advise.
    """
    import torch
    from transformers import (
        AlbertConfig,
        AlbertForSequenceClassification,
        AlbertTokenizerFast,
        DataCollatorWithPadding,
    )

    torch.set_num_threads(settings["cores"])
    tokenizer = AlbertTokenizerFast(vocab_file=settings["vocabulary"])
    known = ("attention_probs_dropout_prob", "hidden_dropout_prob", "classifier_dropout_prob")
    config = AlbertConfig(**{**settings["config"], **dict.fromkeys(known, 0.0)})
    model = AlbertForSequenceClassification(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE)
    collate = DataCollatorWithPadding(tokenizer)

    def epoch():
        encoded = tokenizer(texts, truncation=True, max_length=settings["sequence_length"])
        rows = [
            {"input_ids": ids, "token_type_ids": types, "labels": int(label)}
            for ids, types, label in zip(
                encoded["input_ids"], encoded["token_type_ids"], labels, strict=True
            )
        ]
        loader = torch.utils.data.DataLoader(
            rows, settings["batch_size"], shuffle=True, collate_fn=collate
        )
        for batch in loader:
            loss = model(**batch).loss
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()

    return epoch


ENGINES = {
    "albert_tf": (albert_tf_epoch, ("albert-tf", "keras", "tensorflow")),
    "keras-hub": (keras_hub_epoch, ("keras-hub", "keras", "tensorflow")),
    "transformers": (transformers_epoch, ("transformers", "torch")),
}


def main():
    """Builds the model, trains an epoch that does not count, then trains as often as asked."""
    settings = json.loads(sys.argv[1])
    if settings["dtype"] != "float32":
        import keras

        keras.config.set_dtype_policy(settings["dtype"])
    texts, labels = read_texts(settings["texts_file"], settings["texts"])
    make_epoch, packages = ENGINES[settings["engine"]]
    epoch = make_epoch(settings, texts, labels)
    epoch()
    print(json.dumps({"versions": {p: metadata.version(p) for p in packages}}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        epoch()
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)


if __name__ == "__main__":
    main()
