"""The server form: raw strings in, labels out, in a process that does not know this package."""

import json
import subprocess
import sys

import numpy as np
import pytest

from albert_tf import AlbertBackbone, AlbertTextClassifier, AlbertTextEmbedder, AlbertTextRegressor
from albert_tf.errors import ExportError
from albert_tf.export import export_saved_model
from tests.export.conftest import LABELS, text_model
from tests.tiny import tiny_config

TEXTS = ["see you at six", "WIN a prize now!!", "Grüße, 1,000 times", "", "one two " * 40]

CLIENT = """
import json, sys
import tensorflow as tf
import tensorflow_text
served = tf.saved_model.load(sys.argv[1])
texts, pairs = json.loads(sys.argv[2]), json.loads(sys.argv[3])
if pairs is None:
    outputs = served.signatures["serving_default"](texts=tf.constant(texts))
else:
    outputs = served.signatures["pairs"](texts=tf.constant(texts), pairs=tf.constant(pairs))
assert not any(name.startswith("albert_tf") for name in sys.modules), "not a clean process"
plain = {
    name: [[c.decode() for c in row] if value.ndim == 2 else row.decode() for row in value]
    if value.dtype == object else value.tolist()
    for name, value in ((n, v.numpy()) for n, v in outputs.items())
}
print(json.dumps(plain))
"""


def ask(folder, texts, pairs=None):
    """Asks a SavedModel in a clean process."""
    process = subprocess.run(
        [sys.executable, "-c", CLIENT, str(folder), json.dumps(texts), json.dumps(pairs)],
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout.splitlines()[-1])


def softmax(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)


def test_labels_and_probabilities_in_a_clean_process(model, tmp_path):
    export_saved_model(model, tmp_path / "1")
    found = ask(tmp_path / "1", TEXTS)
    expected = softmax(model.predict(TEXTS, verbose=0))
    np.testing.assert_allclose(found["scores"], expected, atol=1e-5)
    np.testing.assert_allclose(found["probability"], expected.max(axis=-1), atol=1e-5)
    assert found["label"] == [LABELS[i] for i in expected.argmax(axis=-1)]
    assert found["classes"] == [LABELS] * len(TEXTS)


def test_pairs_in_a_clean_process(model, tmp_path):
    export_saved_model(model, tmp_path / "1")
    pairs = ["a reply", "x", "", "and then some", "more words"]
    found = ask(tmp_path / "1", TEXTS, pairs)
    expected = softmax(model.predict((TEXTS, pairs), verbose=0))
    np.testing.assert_allclose(found["scores"], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("cls", "output"), [(AlbertTextRegressor, "value"), (AlbertTextEmbedder, "vectors")]
)
def test_numbers_and_vectors(cls, output, tmp_path):
    model = text_model(cls)
    export_saved_model(model, tmp_path / "1")
    expected = model.predict(TEXTS, verbose=0)
    expected = expected[:, 0] if output == "value" else expected
    np.testing.assert_allclose(ask(tmp_path / "1", TEXTS)[output], expected, atol=1e-5)


def test_what_cannot_be_served(model, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("x")
    with pytest.raises(ExportError, match="full is there already"):
        export_saved_model(model, tmp_path / "full")
    backbone = AlbertBackbone(tiny_config())
    with pytest.raises(ExportError, match="has no preprocessor"):
        export_saved_model(AlbertTextClassifier(backbone), tmp_path / "1")
    with pytest.raises(ExportError, match="cannot serve a AlbertBackbone"):
        export_saved_model(backbone, tmp_path / "1")
    assert not (tmp_path / "1").exists()
