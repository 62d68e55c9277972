"""Inputs and classes by name, and models from presets, as people know them from Keras and Hugging Face."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import albert_tf
from albert_tf import (
    AlbertBackbone,
    AlbertConfig,
    AlbertPretrainer,
    AlbertQuestionAnswerer,
    AlbertTextClassifier,
    AlbertTextRegressor,
    AlbertTokenClassifier,
    AlbertTokenizer,
)
from albert_tf.errors import AlbertError
from albert_tf.weights import read_checkpoint, write_preset
from tests.models.odd_inputs import NAMES, TEXTS, three_classes
from tests.tiny import tiny_config, tiny_inputs


@pytest.fixture(scope="module")
def model():
    return three_classes()


# === Inputs by name ===

HF_NAMES = {
    "input_ids": "token_ids",
    "attention_mask": "padding_mask",
    "token_type_ids": "segment_ids",
}


def renamed(inputs, names):
    ours = {ours: theirs for theirs, ours in names.items()}
    return {ours[name]: value for name, value in inputs.items()}


USES = {
    "call": lambda model, inputs: model(inputs),
    "predict": lambda model, inputs: model.predict(inputs, verbose=0),
    "fit": lambda model, inputs: model.fit(inputs, np.zeros(3, int), verbose=0),
}


@pytest.mark.parametrize(
    ("name", "use"),
    [("backbone", "call"), ("backbone", "predict"), *(("task", use) for use in USES)],
)
def test_names_of_other_libraries(name, use):
    model = AlbertBackbone(tiny_config())
    model = model if name == "backbone" else AlbertTextClassifier(model)
    with pytest.raises(AlbertError, match="input_ids is token_ids, .* here") as error:
        USES[use](model, renamed(tiny_inputs(3), HF_NAMES))
    assert "\n" not in str(error.value)


def test_names_in_a_functional_model_and_a_dataset():
    backbone = AlbertBackbone(tiny_config())
    symbolic = {name: keras.Input((None,), dtype="int32", name=name) for name in HF_NAMES}
    with pytest.raises(AlbertError, match="token_type_ids is segment_ids here"):
        backbone(symbolic)
    model = AlbertTextClassifier(AlbertBackbone(tiny_config()))
    data = tf.data.Dataset.from_tensor_slices(renamed(tiny_inputs(3), HF_NAMES)).batch(3)
    with pytest.raises(AlbertError, match="attention_mask is padding_mask"):
        model.predict(data, verbose=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"padding_mask": None},
            "the input 'padding_mask' is missing; .* 1 for each token and 0 for padding",
        ),
        (
            {"segment_id": np.zeros((3, 7), "int32")},
            "there is no input 'segment_id'; expected token_ids",
        ),
        ({"token_ids": None}, "the input 'token_ids' is missing"),
    ],
)
def test_missing_and_unknown_inputs(change, message):
    inputs = {**tiny_inputs(3), **change}
    for model in (
        AlbertBackbone(tiny_config()),
        AlbertTextClassifier(AlbertBackbone(tiny_config())),
    ):
        with pytest.raises(AlbertError, match=message):
            model(inputs)
        with pytest.raises(AlbertError, match=message):
            model.predict({k: v for k, v in inputs.items() if v is not None}, verbose=0)


HEADS = ["AlbertTextClassifier", "AlbertTokenClassifier", "AlbertMaskedLM", "AlbertMultipleChoice"]


@pytest.mark.parametrize("name", ["AlbertBackbone", *HEADS])
def test_segment_ids_may_be_left_out(name):
    model = getattr(albert_tf, name)(
        tiny_config() if name == "AlbertBackbone" else AlbertBackbone(tiny_config())
    )
    inputs = {**tiny_inputs(3), "segment_ids": np.zeros((3, 7), "int32")}
    if name == "AlbertMultipleChoice":
        inputs = {name: np.stack([x, x], 1) for name, x in inputs.items()}
    without = {name: x for name, x in inputs.items() if name != "segment_ids"}
    for answer in (model, lambda x: model.predict(x, verbose=0)):
        keras.tree.map_structure(
            lambda a, b: np.testing.assert_array_equal(np.asarray(a), np.asarray(b)),
            answer(without),
            answer(inputs),
        )


# === Loading, saving ===


@pytest.fixture(scope="module")
def preset(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("preset")
    model.save_to_preset(folder)
    return folder


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="a SavedModel of TensorFlow")
def test_kerass_export_of_a_model_that_was_just_loaded(model, preset, tmp_path):
    loaded = AlbertTextClassifier.from_preset(preset)
    loaded.export(tmp_path / "saved", verbose=False)
    inputs = {name: tf.constant(x) for name, x in model.preprocessor(TEXTS).items()}
    archive = tf.saved_model.load(str(tmp_path / "saved"))
    expected = np.asarray(model(model.preprocessor(TEXTS)))
    np.testing.assert_allclose(archive.serve(inputs), expected, atol=1e-5)


def test_sequence_length_of_a_preset(preset):
    loaded = AlbertTextClassifier.from_preset(preset, sequence_length=8, truncate="only_first")
    assert loaded.preprocessor.settings() == {"sequence_length": 8, "truncate": "only_first"}
    assert loaded.preprocessor(["one " * 30])["token_ids"].shape == (1, 8)
    assert loaded.class_names == NAMES
    for arguments, message in (
        ({"sequence_length": 99}, "sequence_length is 99, the model has 40 positions"),
        ({"sequence_length": 2}, "sequence_length is 2; expected at least 4"),
        ({"sequence_length": 8, "preprocessor": None}, "8, but a preprocessor was given"),
    ):
        with pytest.raises(AlbertError, match=message):
            AlbertTextClassifier.from_preset(preset, **arguments)
    with pytest.raises(AlbertError, match="8, but AlbertPretrainer takes token ids"):
        albert_tf.AlbertPretrainer.from_preset(preset, sequence_length=8)
    with pytest.raises(AlbertError, match="AlbertBackbone has no argument 'sequence_length'"):
        AlbertBackbone.from_preset(preset, sequence_length=8)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("albert-base-v2", "hf://albert/albert-base-v2"),
        ("albert-xxlarge-v1", "hf://albert/albert-xxlarge-v1"),
        ("textattack/albert-base-v2-SST-2", "hf://textattack/albert-base-v2-SST-2"),
    ],
)
def test_names_of_the_hub(name, hint):
    with pytest.raises(AlbertError, match=f"on the Hugging Face Hub is {hint}; expected"):
        AlbertTextClassifier.from_preset(name)


@pytest.mark.parametrize("name", ["./model", "/no/such", "runs/a/b", "model"])
def test_paths_are_no_names_of_the_hub(name):
    with pytest.raises(AlbertError, match="does not exist; expected a folder"):
        AlbertTextClassifier.from_preset(name)


def test_what_a_preset_says_of_its_weights_goes_on_with_them(tmp_path):
    """Whatever model they become: a question answerer made of a classifier still reads windows of what was learned."""
    start = AlbertBackbone(AlbertConfig.named("tiny")).to_checkpoint()
    start.tokenizer_model = AlbertTokenizer().model_bytes
    start.extra |= {"learned_positions": 12, "pooling": "mean"}
    write_preset(start, tmp_path / "start")
    classifier = AlbertTextClassifier.from_preset(str(tmp_path / "start"), class_names=["a", "b"])
    classifier.save_to_preset(tmp_path / "classifier")
    built = AlbertTokenClassifier(AlbertBackbone.from_preset(str(tmp_path / "classifier")))
    built.save_to_preset(tmp_path / "built")
    for name in ("classifier", "built"):
        assert read_checkpoint(tmp_path / name).learned_positions == 12
    answerer = AlbertQuestionAnswerer.from_preset(str(tmp_path / "classifier"))
    assert answerer.preprocessor.sequence_length == 12
    pretrainer = AlbertPretrainer.from_preset(str(tmp_path / "built"))
    assert not {"learned_positions", "pooling"} & pretrainer.to_checkpoint().extra.keys()
    assert (
        AlbertTextRegressor.from_preset(str(tmp_path / "built"), preprocessor=None).pooling
        == "mean"
    )


# === Names of the classes ===


def test_labels_by_number_and_the_number_of_classes_from_them(preset):
    for labels in (
        {0: "bad", 1: "so-so", 2: "good"},
        {2: "good", 0: "bad", 1: "so-so"},
        {"0": "bad", "1": "so-so", "2": "good"},
        ["bad", "so-so", "good"],
        ("bad", "so-so", "good"),
        np.array(["bad", "so-so", "good"]),
        {"bad": 0, "so-so": 0, "good": 0}.keys(),
    ):
        for kind in (AlbertTextClassifier, albert_tf.AlbertTokenClassifier):
            model = kind(AlbertBackbone(tiny_config()), class_names=labels)
            assert model.class_names == ["bad", "so-so", "good"]
            assert model.num_classes == 3
        assert AlbertTextClassifier.from_preset(preset, class_names=labels).num_classes == 3
    assert AlbertTextClassifier(AlbertBackbone(tiny_config())).num_classes == 2


def test_other_labels_than_the_presets_head_has(model, preset):
    kept = AlbertTextClassifier.from_preset(preset, class_names=["a", "b", "c"])
    np.testing.assert_array_equal(kept.classifier.kernel, model.classifier.kernel)
    with pytest.warns(
        UserWarning, match=r"classifier/kernel \(32, 3\), and .* has \(32, 2\): its head starts"
    ):
        fresh = AlbertTextClassifier.from_preset(preset, class_names=["bad", "good"])
    assert (fresh.num_classes, fresh.class_names) == (2, ["bad", "good"])
    with pytest.raises(AlbertError, match="class_names holds 2 names for num_classes 3"):
        AlbertTextClassifier.from_preset(preset, class_names=["bad", "good"], num_classes=3)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"bad", "good"}, "class_names is a set, whose order is arbitrary; .* sorted"),
        (frozenset(["a", "b"]), "class_names is a frozenset"),
        ("ab", "class_names is 'ab'; expected a list"),
        (b"ab", "class_names is b'ab'; expected a list"),
        (2, "class_names is 2; expected a list"),
        ({1: "bad", 2: "good"}, "class_names has the key 2; expected the numbers 0 to 1"),
        (
            {"bad": 0, "good": 1},
            "class_names has the key 'bad'; expected the numbers 0 to 1 as keys",
        ),
        ({0: "bad", "0": "good"}, "class_names has the key '0'"),
        ({0: "bad", -1: "good"}, "class_names has the key -1"),
        ({True: "bad", False: "good"}, "class_names has the key True"),
        (["bad", None], r"class_names\[1\] is None; expected one line of text"),
        (["bad", float("nan")], r"class_names\[1\] is nan; expected one line"),
        ([b"bad", "good"], r"class_names\[0\] is b'bad'; expected one line"),
        ([["bad"], ["good"]], r"class_names\[0\] is \['bad'\]; expected one line"),
        (np.array([["bad", "good"]]), r"class_names is array"),
        ([], "num_classes is 0; expected at least 2"),
        (["bad"], "num_classes is 1; expected at least 2"),
    ],
)
def test_what_names_no_classes(labels, message):
    with pytest.raises(AlbertError, match=message) as error:
        AlbertTextClassifier(AlbertBackbone(tiny_config()), class_names=labels)
    assert "\n" not in str(error.value)
