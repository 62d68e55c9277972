"""`LayerDecaySchedule`: updates scaled by depth, and gradients weighted by application."""

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf import AlbertBackbone, AlbertMaskedLM, AlbertTextClassifier
from albert_tf.errors import ConfigError
from albert_tf.layers import SharedEncoder
from albert_tf.training import AlbertLamb, LayerDecaySchedule, WarmupSchedule
from tests.tiny import randomize, tiny_config, tiny_inputs

GROUPED = {"num_hidden_groups": 3, "use_relative_attention_bias": True}
INPUTS, LABELS = tiny_inputs(4), np.array([0, 1, 1, 0])
ROUNDING = 3e-7  # of a float32 near 1


def classifier(**changes):
    model = AlbertTextClassifier(AlbertBackbone(tiny_config(**changes)), dropout=0.0)
    randomize(model)
    return model


def values(model):
    return {v.path: ops.convert_to_numpy(v).copy() for v in model.trainable_variables}


def train(model, optimizer, callbacks=(), eager=True):
    """Trains for one step, and returns what each variable changed by."""
    before = values(model)
    model.compile(optimizer, run_eagerly=eager)
    model.fit(INPUTS, LABELS, batch_size=4, verbose=0, callbacks=list(callbacks))
    return {path: after - before[path] for path, after in values(model).items()}


def multiplier_of(path, rate, scale, groups):
    if path.startswith("embeddings/"):
        return scale * rate**groups
    if path.startswith("encoder/group_"):
        return rate ** (groups - 1 - int(path[len("encoder/group_")]))
    return 1.0


def assert_scaled(changes, plain, rate, scale=1.0, groups=1):
    for path, change in plain.items():
        expected = multiplier_of(path, rate, scale, groups) * change
        if not path.endswith("key/bias"):  # softmax ignores it: its gradient is rounding noise
            atol = 1e-3 * np.abs(expected).max() + ROUNDING
            np.testing.assert_allclose(changes[path], expected, atol=atol, err_msg=path)


# === By depth ===


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1),
        lambda: keras.optimizers.Adam(0.01),
        lambda: keras.optimizers.SGD(1.0),
        lambda: AlbertLamb(0.01, weight_decay=0.1),
    ],
    ids=["AdamW", "Adam", "SGD", "AlbertLamb"],
)
def test_each_update_is_scaled_by_its_multiplier(optimizer):
    plain = train(classifier(**GROUPED), optimizer())
    schedule = LayerDecaySchedule(0.5, 0.25)
    changes = train(classifier(**GROUPED), optimizer(), [schedule])
    assert_scaled(changes, plain, rate=0.5, scale=0.25, groups=3)
    assert list(schedule.multipliers.items()) == [
        ("embeddings", 0.25 * 0.125),
        ("encoder/group_0", 0.25),
        ("encoder/group_1", 0.5),
        ("encoder/group_2", 1.0),
        ("encoder/relative_attention_bias", 1.0),
        ("head", 1.0),
    ]


def test_a_compiled_step_is_made_anew_for_it_and_again_after_it():
    """A trace that an earlier fit left would neither scale nor stop scaling."""
    model = classifier(num_hidden_layers=1)
    start = model.get_weights()
    changes, held = [], []
    model.compile(keras.optimizers.SGD(1.0))
    for callbacks in ([], [LayerDecaySchedule(0.5, application_decay_rate=0.5)], []):
        model.set_weights(start)
        before = values(model)
        model.fit(INPUTS, LABELS, batch_size=4, verbose=0, callbacks=callbacks)
        changes.append({path: after - before[path] for path, after in values(model).items()})
        held.append(model.train_function)  # JAX finds traces again while somebody holds them
        assert model.backbone.encoder.gradient_scales is None
    assert_scaled(changes[1], changes[0], rate=0.5)
    assert_scaled(changes[2], changes[0], rate=1.0)


def test_an_interrupted_fit_leaves_nothing_for_the_next():
    model = classifier(num_hidden_layers=2)
    start = model.get_weights()
    plain = train(model, keras.optimizers.SGD(1.0))

    def interrupt(batch, logs):
        raise KeyboardInterrupt

    callbacks = [
        LayerDecaySchedule(0.5, application_decay_rate=0.5),
        keras.callbacks.LambdaCallback(on_train_batch_end=interrupt),
    ]
    with pytest.raises(KeyboardInterrupt):
        model.fit(INPUTS, LABELS, verbose=0, callbacks=callbacks)
    assert model.backbone.encoder.gradient_scales is None
    model.set_weights(start)
    before = values(model)
    model.fit(INPUTS, LABELS, verbose=0)
    changes = {path: after - before[path] for path, after in values(model).items()}
    assert_scaled(changes, plain, rate=1.0)
    assert not {"train_step", "make_train_function"} & set(vars(model))


def test_it_composes_with_a_schedule_and_logs_the_rates():
    rate = WarmupSchedule(keras.optimizers.schedules.CosineDecay(0.1, 10), 4)
    model = classifier(num_hidden_layers=1)
    model.compile(keras.optimizers.SGD(rate), run_eagerly=True)
    schedule = LayerDecaySchedule(0.5, 0.5)
    logs = model.fit(INPUTS, LABELS, epochs=3, verbose=0, callbacks=[schedule]).history
    expected = [float(ops.convert_to_numpy(rate(step))) for step in (1, 2, 3)]
    np.testing.assert_allclose(logs["learning_rate"], expected, rtol=1e-6)
    np.testing.assert_allclose(logs["learning_rate/head"], expected, rtol=1e-6)
    lower = 0.25 * np.array(expected)
    np.testing.assert_allclose(logs["learning_rate/embeddings"], lower, rtol=1e-6)


def test_the_word_table_that_decodes_stays_with_the_embeddings():
    schedule = LayerDecaySchedule(0.5)
    model = AlbertMaskedLM(AlbertBackbone(tiny_config(num_hidden_layers=1)))
    model.compile(keras.optimizers.SGD(1.0), run_eagerly=True)
    model.fit(INPUTS, INPUTS["token_ids"], verbose=0, callbacks=[schedule])
    assert schedule.multipliers == {"embeddings": 0.5, "encoder/group_0": 1.0, "head": 1.0}


# === Any model around the encoder ===


def around_backbone(backbone):
    """A researcher's functional model, with the backbone nested in it."""
    inputs = {name: keras.Input((None,), dtype="int32", name=name) for name in INPUTS}
    pooled = backbone(inputs)["pooled_output"]
    return keras.Model(inputs, keras.layers.Dense(2, name="mine")(pooled))


def around_layers(backbone):
    """One that goes on from the backbone's tensors: the backbone itself is not in it."""
    output = keras.layers.Dense(2, name="mine")(backbone.output["pooled_output"])
    return keras.Model(backbone.input, output)


class Unbuilt(keras.Model):
    """One whose head has no variables before the first step."""

    def __init__(self, backbone):
        super().__init__()
        self.backbone = backbone
        self.mine = keras.layers.Dense(2)

    def call(self, inputs, training=None):
        return self.mine(self.backbone(inputs, training=training)["pooled_output"])


@pytest.mark.parametrize("make", [around_backbone, around_layers, Unbuilt])
def test_models_of_ones_own(make):
    backbone = AlbertBackbone(tiny_config(num_hidden_groups=2))
    model = make(backbone)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss=loss, run_eagerly=True)
    schedule = LayerDecaySchedule(0.5)
    model.fit(INPUTS, LABELS, verbose=0, callbacks=[schedule])
    assert schedule.multipliers == {
        "embeddings": 0.25,
        "encoder/group_0": 0.5,
        "encoder/group_1": 1.0,
        "head": 1.0,
    }


class AdaptedEncoder(SharedEncoder):
    """A researcher's encoder with a layer beside the blocks."""

    def build(self, hidden_shape, padding_mask_shape=None):
        super().build(hidden_shape, padding_mask_shape)
        self.adapter = keras.layers.Dense(32, name="adapter")
        self.adapter.build(hidden_shape)

    def call(self, hidden, padding_mask=None, training=None):
        return self.adapter(super().call(hidden, padding_mask, training))


def adapted():
    backbone = AlbertBackbone(tiny_config(num_hidden_layers=1))
    hidden = keras.layers.Dense(32, name="before")(
        backbone.embeddings(*(backbone.input[n] for n in ("token_ids", "segment_ids")))
    )
    encoded = AdaptedEncoder(backbone.config, name="encoder")(
        hidden, backbone.input["padding_mask"]
    )
    output = keras.layers.Dense(2, name="after")(encoded[:, 0])
    model = keras.Model(backbone.input, output)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1.0), loss=loss, run_eagerly=True)
    return model


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({"encoder/adapter": 1.0}, "variable 'before/kernel', which stands below the encoder"),
        ({"before": 1.0}, "variable 'encoder/adapter/kernel', which stands inside the encoder"),
        (
            {"before": 1.0, "encoder/adapter": 1.0, "encoder/adaptor": 1.0},
            "no trainable variable's path begins with 'encoder/adaptor'; the model has",
        ),
    ],
)
def test_a_variable_at_no_known_depth_is_named(known, message):
    with pytest.raises(ConfigError, match=message):
        adapted().fit(
            INPUTS, LABELS, verbose=0, callbacks=[LayerDecaySchedule(0.5, multipliers=known)]
        )


def test_own_multipliers_win():
    model = adapted()
    before = values(model)
    own = {"before": 0.75, "encoder/adapter": 0.5, "encoder/adapter/bias": 0.0}
    schedule = LayerDecaySchedule(0.5, multipliers=own)
    model.fit(INPUTS, LABELS, verbose=0, callbacks=[schedule])
    assert schedule.multipliers == {
        "embeddings": 0.5,
        "encoder/group_0": 1.0,
        **own,
        "head": 1.0,
    }
    changed = {path: np.abs(after - before[path]).max() for path, after in values(model).items()}
    assert changed["encoder/adapter/bias"] == 0.0 < changed["encoder/adapter/kernel"]


# === By application ===


@pytest.mark.parametrize("remat", [False, True])
def test_each_application_is_weighted(remat):
    """Against the gradients of an encoder with a copy of the block for each application."""
    layers, rate = 3, 0.5
    shared = AlbertTextClassifier(
        AlbertBackbone(tiny_config(num_hidden_layers=layers), remat=remat), dropout=0.0
    )
    randomize(shared, seed=3)
    untied = classifier(num_hidden_layers=layers, num_hidden_groups=layers)
    for variable in untied.weights:
        group = variable.path.replace("group_1", "group_0").replace("group_2", "group_0")
        same = next(v for v in shared.weights if v.path == group)
        variable.assign(ops.convert_to_numpy(same))  # by value: JAX would share the array
    np.testing.assert_allclose(
        ops.convert_to_numpy(untied(INPUTS)), ops.convert_to_numpy(shared(INPUTS)), atol=1e-6
    )
    copies = train(untied, keras.optimizers.SGD(1.0))

    schedule = LayerDecaySchedule(application_decay_rate=rate)
    changes = train(shared, keras.optimizers.SGD(1.0), [schedule], eager=not remat)
    assert schedule.application_weights == [0.25, 0.5, 1.0]
    for path, change in changes.items():
        expected = copies[path]
        if path.startswith("encoder/"):
            expected = sum(
                rate ** (layers - 1 - k) * copies[path.replace("group_0", f"group_{k}")]
                for k in range(layers)
            )
        np.testing.assert_allclose(change, expected, atol=2e-6, err_msg=path)


def test_the_forward_pass_stays_as_it_is():
    losses = []
    for rate in (1.0, 0.5):
        model = classifier()
        model.compile(keras.optimizers.SGD(0.0), run_eagerly=True)
        callbacks = [LayerDecaySchedule(application_decay_rate=rate)]
        losses += model.fit(INPUTS, LABELS, verbose=0, callbacks=callbacks).history["loss"]
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-6)


# === Errors ===


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layer_decay_rate": 0.0}, "layer_decay_rate is 0.0; expected above 0 and at most 1"),
        ({"application_decay_rate": 1.5}, "application_decay_rate is 1.5; expected above 0"),
        ({"scale_embedding": -1.0}, "scale_embedding is -1.0; expected a number"),
        ({"multipliers": {"pooler": float("nan")}}, r"multipliers\['pooler'\] is nan"),
    ],
)
def test_wrong_rates_are_named(arguments, message):
    with pytest.raises(ConfigError, match=message):
        LayerDecaySchedule(**arguments)


def test_models_without_one_encoder_and_two_schedules_are_refused():
    model = keras.Sequential([keras.layers.Dense(1)], name="plain")
    model.compile("sgd", "mse")
    with pytest.raises(ConfigError, match="'plain' holds 0 ALBERT encoders"):
        model.fit(np.ones((2, 2)), np.ones(2), verbose=0, callbacks=[LayerDecaySchedule()])
    model = classifier(num_hidden_layers=1)
    model.compile(run_eagerly=True)
    schedules = [LayerDecaySchedule(0.5), LayerDecaySchedule(application_decay_rate=0.5)]
    with pytest.raises(ConfigError, match="two LayerDecaySchedules"):
        model.fit(INPUTS, LABELS, verbose=0, callbacks=schedules)
