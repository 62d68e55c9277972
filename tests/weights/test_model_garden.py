"""Model Garden's encoder: object checkpoints of every model around it, and live encoders."""

import json
import shutil

import numpy as np
import pytest

from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.weights import from_model_garden, read_checkpoint, to_model_garden
from tests.tiny import tiny_config, tiny_inputs
from tests.weights.numpy_albert import NumpyAlbert
from tests.weights.test_preset import random_checkpoint

ARGUMENTS = {
    "vocab_size": 120,
    "embedding_width": 16,
    "hidden_size": 24,
    "num_layers": 3,
    "num_attention_heads": 3,
    "max_sequence_length": 40,
    "type_vocab_size": 2,
    "intermediate_size": 48,
}
SCALE = np.float32(0.1)


@pytest.fixture(scope="module")
def garden():
    """The modules of tf-models-official."""
    pytest.importorskip("official.nlp.modeling")
    from official.nlp.modeling import layers, models, networks

    class Garden:
        pass

    Garden.layers, Garden.models, Garden.networks = layers, models, networks
    return Garden


@pytest.fixture
def copy(shared, tmp_path):
    """A writable copy of the reference checkpoint."""
    for path in (shared / "fixtures" / "model_garden_encoder").iterdir():
        shutil.copyfile(path, tmp_path / path.name)
    return tmp_path


def garden_inputs():
    inputs = tiny_inputs()
    return [inputs["token_ids"], inputs["padding_mask"], inputs["segment_ids"]]


def randomize(model, seed=0):
    random = np.random.default_rng(seed)
    for variable in model.weights:
        start = 1.0 if "gamma" in variable.name else 0.0
        variable.assign(start + 0.1 * random.standard_normal(variable.shape))


def save(model, folder, config=ARGUMENTS, **items):
    import tensorflow as tf

    tf.train.Checkpoint(model=model, **items).save(str(folder / "ckpt"))
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def assert_close(actual, expected, mask=None):
    difference = np.abs(np.asarray(actual) - np.asarray(expected))
    assert (difference if mask is None else difference[mask == 1]).max() <= 1e-5


def assert_encoder_outputs(checkpoint, outputs):
    inputs = tiny_inputs()
    model = NumpyAlbert(checkpoint)
    sequence = model.encode(inputs["token_ids"], inputs["segment_ids"], inputs["padding_mask"])[-1]
    assert_close(outputs["sequence_output"], sequence, inputs["padding_mask"])
    if "pooler/kernel" in checkpoint.arrays:
        assert_close(outputs["pooled_output"], model.pool(sequence))
    return model, sequence


# === Files, without tf-models-official ===


def test_the_shapes_fill_in_what_the_configuration_leaves_out(copy):
    expected = read_checkpoint(copy).config
    (copy / "config.json").write_text('{"num_layers": 4}')
    assert read_checkpoint(copy).config == expected


def test_a_configuration_with_the_names_of_google(copy):
    expected = read_checkpoint(copy).config
    (copy / "config.json").unlink()
    names = (
        "vocab_size embedding_size hidden_size num_hidden_layers num_attention_heads "
        "intermediate_size max_position_embeddings type_vocab_size"
    )
    values = {name: getattr(expected, name) for name in names.split()} | {"hidden_act": "gelu"}
    (copy / "albert_config.json").write_text(json.dumps(values))
    assert read_checkpoint(copy).config == expected
    (copy / "albert_config.json").write_text(json.dumps({**values, "num_hidden_groups": 2}))
    with pytest.raises(ConfigError, match="groups"):
        read_checkpoint(copy)


def test_the_params_of_an_experiment(copy):
    yaml = pytest.importorskip("yaml")
    expected = read_checkpoint(copy).config
    (copy / "config.json").unlink()
    albert = {"num_layers": 4, "hidden_activation": "gelu", "max_position_embeddings": 40}
    params = {"task": {"model": {"encoder": {"type": "albert", "albert": albert}}}}
    (copy / "params.yaml").write_text(yaml.safe_dump(params))
    assert read_checkpoint(copy).config == expected
    for text in ("task: {}", "[1", "- x"):
        (copy / "params.yaml").write_text(text)
        with pytest.raises(
            CheckpointError, match=r"params\.yaml has no task\.model\.encoder\.albert"
        ):
            read_checkpoint(copy)


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ({"activation": {"module": "builtins", "config": "Text>gelu"}}, "gelu_new"),
        ({"activation": "Text>gelu"}, "gelu_new"),
        ({"activation": "gelu"}, "gelu"),
        ({"hidden_activation": "gelu"}, "gelu_new"),
        ({"activation": "relu"}, "relu"),
        ({"activation": "swish"}, "silu"),
        ({}, "gelu_new"),
    ],
    ids=str,
)
def test_activations_are_mapped(copy, activation, expected):
    (copy / "config.json").write_text(json.dumps({"num_layers": 4, **activation}))
    assert read_checkpoint(copy).config.hidden_act == expected


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({}, ConfigError, "has no num_layers"),
        ({"num_layers": 4, "activation": "mish"}, ConfigError, "'mish'"),
        ({"num_layers": 4, "num_attention_heads": 5}, ConfigError, "num_attention_heads 5"),
        (
            {"num_layers": 4, "vocab_size": 7},
            CheckpointError,
            r"has shape \(120, 16\), expected \(7, 16\)",
        ),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(copy, values, error, message):
    (copy / "config.json").write_text(json.dumps(values))
    with pytest.raises(error, match=message):
        read_checkpoint(copy)


def test_a_missing_configuration_is_named_with_the_mend(copy):
    (copy / "config.json").unlink()
    with pytest.raises(
        CheckpointError, match=r"config\.json, albert_config\.json, params\.yaml.*num_layers"
    ):
        read_checkpoint(copy)


@pytest.mark.parametrize("file", ["index", "data-00000-of-00001"])
@pytest.mark.parametrize("keep", [0, 0.5, -1])
def test_truncated_files_are_named(copy, file, keep):
    path = copy / f"bert_model.ckpt-1.{file}"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep) if isinstance(keep, float) else keep])
    with pytest.raises(CheckpointError, match=r"bert_model\.ckpt-1") as error:
        read_checkpoint(copy)
    assert "\n" not in str(error.value)


# === Models that tf-models-official saves ===


@pytest.mark.peers
@pytest.mark.parametrize("width", [16, 24], ids=["factorized", "square"])
def test_an_encoder_alone(garden, tmp_path, width):
    arguments = {**ARGUMENTS, "embedding_width": width}
    encoder = garden.networks.AlbertEncoder(**arguments, dict_outputs=True)
    randomize(encoder)
    checkpoint = read_checkpoint(save(encoder, tmp_path, arguments))
    assert checkpoint.head is None
    assert_encoder_outputs(checkpoint, encoder(garden_inputs()))


@pytest.mark.peers
def test_a_checkpoint_named_by_items(garden, tmp_path):
    import tensorflow as tf

    encoder = garden.networks.AlbertEncoder(**ARGUMENTS, dict_outputs=True)
    randomize(encoder)
    tf.train.Checkpoint(encoder=encoder, step=tf.Variable(3)).save(str(tmp_path / "ckpt"))
    (tmp_path / "config.json").write_text(json.dumps(ARGUMENTS))
    with pytest.raises(CheckpointError, match=r"holds int32"):
        read_checkpoint(tmp_path)
    for path in tmp_path.glob("ckpt*"):
        path.unlink()
    tf.train.Checkpoint(encoder=encoder, global_step=tf.Variable(3)).save(str(tmp_path / "ckpt"))
    assert_encoder_outputs(read_checkpoint(tmp_path), encoder(garden_inputs()))


@pytest.mark.peers
@pytest.mark.parametrize("has_sentence_head", [False, True])
def test_a_pretrainer(garden, tmp_path, has_sentence_head):
    heads = [garden.layers.ClassificationHead(inner_dim=24, num_classes=2, name="next_sentence")]
    encoder = garden.networks.AlbertEncoder(**ARGUMENTS, dict_outputs=True)
    model = garden.models.BertPretrainerV2(
        encoder_network=encoder,
        mlm_activation=encoder.get_layer("transformer")._inner_activation,
        classification_heads=heads if has_sentence_head else [],
    )
    ids, mask, segments = garden_inputs()
    positions = np.array([[1, 0], [0, 1], [1, 1]], "int32")
    names = ("input_word_ids", "input_mask", "input_type_ids", "masked_lm_positions")
    inputs = dict(zip(names, (ids, mask, segments, positions), strict=True))
    model(inputs)
    randomize(model)
    outputs = model(inputs)
    checkpoint = read_checkpoint(save(model, tmp_path))
    assert checkpoint.head == ("pretrainer" if has_sentence_head else "masked_lm")
    ours = NumpyAlbert(checkpoint)
    sequence = ours.encode(ids, segments, mask)[-1]
    logits = np.take_along_axis(ours.masked_lm(sequence), positions[..., None], 1)
    assert_close(outputs["mlm_logits"], logits)
    if has_sentence_head:
        pooled = ours.pool(sequence)
        assert_close(outputs["next_sentence"], ours.dense(pooled, "sop_classifier"))


@pytest.mark.peers
@pytest.mark.parametrize("num_classes", [1, 3])
@pytest.mark.parametrize("use_encoder_pooler", [True, False])
def test_a_classifier_with_its_optimizer(garden, tmp_path, num_classes, use_encoder_pooler):
    encoder = garden.networks.AlbertEncoder(**ARGUMENTS)
    model = garden.models.BertClassifier(
        encoder, num_classes=num_classes, use_encoder_pooler=use_encoder_pooler
    )
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    randomize(model)
    checkpoint = read_checkpoint(save(model, tmp_path, optimizer=model.optimizer))
    is_regressor = num_classes == 1
    assert checkpoint.head == ("text_regressor" if is_regressor else "text_classifier")
    expected = {} if is_regressor else {"num_classes": 3, "multi_label": False}
    assert checkpoint.head_config == expected
    ids, mask, segments = garden_inputs()
    ours = NumpyAlbert(checkpoint)
    pooled = ours.pool(ours.encode(ids, segments, mask)[-1])
    assert_close(model(garden_inputs()), ours.dense(pooled, "classifier"))


@pytest.mark.peers
def test_a_span_labeler(garden, tmp_path):
    model = garden.models.BertSpanLabeler(garden.networks.AlbertEncoder(**ARGUMENTS))
    randomize(model)
    checkpoint = read_checkpoint(save(model, tmp_path))
    assert (checkpoint.head, checkpoint.head_config) == ("question_answerer", {})
    ids, mask, segments = garden_inputs()
    ours = NumpyAlbert(checkpoint)
    logits = ours.dense(ours.encode(ids, segments, mask)[-1], "qa_outputs")
    start, end = model(garden_inputs())
    assert_close(start, logits[..., 0], mask)
    assert_close(end, logits[..., 1], mask)


@pytest.mark.peers
@pytest.mark.parametrize("num_classes", [2, 5])
def test_a_token_classifier(garden, tmp_path, num_classes):
    model = garden.models.BertTokenClassifier(
        garden.networks.AlbertEncoder(**ARGUMENTS), num_classes
    )
    randomize(model)
    checkpoint = read_checkpoint(save(model, tmp_path))
    assert (checkpoint.head, checkpoint.head_config) == (
        "token_classifier",
        {"num_classes": num_classes},
    )
    ids, mask, segments = garden_inputs()
    ours = NumpyAlbert(checkpoint)
    logits = ours.dense(ours.encode(ids, segments, mask)[-1], "classifier")
    outputs = model(garden_inputs())
    outputs = outputs["logits"] if isinstance(outputs, dict) else outputs
    assert_close(outputs, logits, mask)


@pytest.mark.peers
def test_two_encoders_in_one_checkpoint_are_refused(garden, tmp_path):
    encoders = [garden.networks.AlbertEncoder(**ARGUMENTS) for _ in range(2)]
    with pytest.raises(CheckpointError, match="two variables named"):
        read_checkpoint(save(encoders[0], tmp_path, other=encoders[1]))


# === Live encoders ===


@pytest.mark.peers
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"embedding_width": 24},
        {"activation": "relu"},
        {"activation": "gelu"},
        {"type_vocab_size": 16},
    ],
    ids=str,
)
def test_from_a_live_encoder(garden, changes):
    encoder = garden.networks.AlbertEncoder(**{**ARGUMENTS, **changes}, dict_outputs=True)
    randomize(encoder)
    checkpoint = from_model_garden(encoder)
    assert checkpoint.tokenizer_model is None
    assert_encoder_outputs(checkpoint, encoder(garden_inputs()))
    before = checkpoint.arrays["pooler/kernel"].copy()
    randomize(encoder, seed=1)
    np.testing.assert_array_equal(checkpoint.arrays["pooler/kernel"], before)


@pytest.mark.peers
@pytest.mark.parametrize("activation", ["gelu_new", "gelu", "relu", "silu", "tanh"])
def test_to_a_live_encoder_and_back(garden, activation):
    config = tiny_config(hidden_act=activation, hidden_dropout_prob=0.1)
    checkpoint = random_checkpoint(config, "text_classifier")
    for name in checkpoint.arrays:
        checkpoint.arrays[name] = checkpoint.arrays[name] * SCALE
    encoder = to_model_garden(checkpoint)
    assert_encoder_outputs(checkpoint, encoder(garden_inputs()))
    again = from_model_garden(encoder)
    assert again.config == config
    assert again.arrays.keys() == {n for n in checkpoint.arrays if not n.startswith("classifier")}
    for name, array in again.arrays.items():
        np.testing.assert_array_equal(array, checkpoint.arrays[name])


@pytest.mark.peers
def test_without_a_pooler_a_fresh_one_is_announced(garden):
    checkpoint = random_checkpoint(tiny_config(), "masked_lm")
    del checkpoint.arrays["pooler/kernel"], checkpoint.arrays["pooler/bias"]
    with pytest.warns(UserWarning, match="has no pooler"):
        encoder = to_model_garden(checkpoint)
    assert_encoder_outputs(checkpoint, encoder(garden_inputs()))


@pytest.mark.peers
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_hidden_groups": 3}, "num_hidden_groups is 3"),
        ({"inner_group_num": 2}, "inner_group_num is 2"),
        ({"use_relative_attention_bias": True}, "use_relative_attention_bias is True"),
        ({"layer_norm_eps": 1e-6}, "layer_norm_eps is 1e-06"),
        ({"embedding_size": 32}, "not the identity"),
    ],
)
def test_what_the_encoder_cannot_express_is_refused(garden, changes, message):
    with pytest.raises(ConfigError, match=message):
        to_model_garden(random_checkpoint(tiny_config(**changes)))


def test_other_objects_are_refused():
    with pytest.raises(CheckpointError, match="is a dict; expected an AlbertEncoder"):
        from_model_garden({})
