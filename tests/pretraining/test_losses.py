"""The losses that training by `fit` and `evaluate` sees are those of google-research/albert."""

import keras
import numpy as np
import pytest

from albert_tf import AlbertPretrainer
from albert_tf.models.losses import MaskedTokenCrossentropy

TOLERANCE = 1e-5


def read(folder):
    """The batch of a fixture as the training loop is fed with it, and what is expected of it."""
    expected = np.load(folder / "expected.npz")
    inputs = {
        "token_ids": expected["input_ids"],
        "segment_ids": expected["token_type_ids"],
        "padding_mask": expected["input_mask"],
        "masked_positions": expected["masked_lm_positions"],
    }
    targets = {
        "mlm_logits": expected["masked_lm_ids"],
        "sop_logits": expected["sentence_order_labels"][:, 0],
    }
    weights = {
        "mlm_logits": expected["masked_lm_weights"],
        "sop_logits": np.ones(len(inputs["token_ids"]), "float32"),
    }
    return (inputs, targets, weights), expected


def accuracies(expected):
    """Weighted accuracies from the reference's own log probabilities."""
    weights = expected["masked_lm_weights"].ravel()
    is_right = expected["out_mlm_log_probs"].argmax(-1) == expected["masked_lm_ids"].ravel()
    sop = expected["out_sop_log_probs"].argmax(-1) == expected["sentence_order_labels"][:, 0]
    return (is_right * weights).sum() / weights.sum(), sop.mean()


@pytest.mark.parametrize("name", ["google_tf1_base_layout", "google_tf1_groups"])
def test_compiled_losses_and_accuracies_are_the_reference_s(shared, name):
    batch, expected = read(shared / "fixtures" / name)
    assert 0 < batch[2]["mlm_logits"].sum() < batch[2]["mlm_logits"].size, "some have no weight"
    model = AlbertPretrainer.from_preset(shared / "fixtures" / name)
    model.compile(keras.optimizers.SGD(0.0), jit_compile=False)
    mlm_accuracy, sop_accuracy = accuracies(expected)
    # train_on_batch is the step that fit takes; its logs are of the weights before the update.
    for logs in (
        model.train_on_batch(*batch, return_dict=True),
        model.test_on_batch(*batch, return_dict=True),
    ):
        found = {name: float(value) for name, value in logs.items()}
        total = expected["out_mlm_loss"] + expected["out_sop_loss"]
        assert found["loss"] == pytest.approx(total, abs=TOLERANCE)
        assert found["mlm_logits_loss"] == pytest.approx(expected["out_mlm_loss"], abs=TOLERANCE)
        assert found["sop_logits_loss"] == pytest.approx(expected["out_sop_loss"], abs=TOLERANCE)
        assert found["mlm_logits_accuracy"] == pytest.approx(mlm_accuracy, abs=1e-6)
        assert found["sop_logits_accuracy"] == pytest.approx(sop_accuracy, abs=1e-6)


def test_places_without_a_masked_token_do_not_count():
    random = np.random.default_rng(0)
    logits = random.standard_normal((2, 3, 7)).astype("float32")
    ids = random.integers(0, 7, (2, 3))
    loss = MaskedTokenCrossentropy()
    weights = np.array([[1, 1, 0], [1, 0, 0]], "float32")
    of_three = np.mean(
        [
            _nll(logits[0, 0], ids[0, 0]),
            _nll(logits[0, 1], ids[0, 1]),
            _nll(logits[1, 0], ids[1, 0]),
        ]
    )
    assert float(loss(ids, logits, weights)) == pytest.approx(of_three, rel=1e-5)
    assert float(loss(ids, logits, 0 * weights)) == 0.0
    everywhere = float(loss(ids, logits, np.ones_like(weights)))
    assert float(loss(ids, logits)) == pytest.approx(everywhere)
    assert type(keras.losses.deserialize(keras.losses.serialize(loss))) is MaskedTokenCrossentropy


def _nll(logits, index):
    return np.log(np.exp(logits).sum()) - logits[index]
