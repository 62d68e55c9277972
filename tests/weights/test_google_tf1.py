"""google-research/albert checkpoints: heads, optimizer slots, and what is refused."""

import json

import numpy as np
import pytest

from albert_tf import AlbertMultipleChoice, AlbertQuestionAnswerer, AlbertTask
from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.weights import read_checkpoint
from albert_tf.weights.google_tf1 import variable_names
from albert_tf.weights.tf_checkpoint import TensorFlowCheckpoint
from tests.layers import span_head_by_hand
from tests.tiny import tiny_config, tiny_inputs
from tests.weights.numpy_albert import NumpyAlbert
from tests.weights.test_preset import random_checkpoint


def write_tf1(prefix, variables):
    """Saves arrays as a TF1 checkpoint, under plain variable names."""
    import tensorflow as tf

    names = list(variables)
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=names,
        shape_and_slices=[""] * len(names),
        tensors=[tf.constant(variables[name]) for name in names],
    )


def google_config(config, **changes):
    values = config.to_dict()
    names = (
        "vocab_size embedding_size hidden_size num_hidden_layers num_hidden_groups inner_group_num "
        "num_attention_heads intermediate_size hidden_dropout_prob attention_probs_dropout_prob "
        "max_position_embeddings type_vocab_size initializer_range"
    )
    google = {
        "net_structure_type": 0,
        "gap_size": 0,
        "num_memory_blocks": 0,
        "down_scale_factor": 1,
    }
    google |= {name: values[name] for name in names.split()} | {"hidden_act": "gelu"} | changes
    return {name: value for name, value in google.items() if value is not ...}


@pytest.fixture
def written(tmp_path):
    """Writes a random model in google's format; returns the folder and what was written."""

    def write(config=None, head=None, extra=None, skip=(), prefix="model.ckpt-best", **changes):
        checkpoint = random_checkpoint(config or tiny_config())
        hidden = checkpoint.config.hidden_size
        heads = {
            "text_classifier": {"output_weights": (3, hidden), "output_bias": (3,)},
            "text_regressor": {"output_weights": (1, hidden), "output_bias": (1,)},
            "question_answerer": {
                "cls/squad/output_weights": (2, hidden),
                "cls/squad/output_bias": (2,),
            },
            None: {},
        }
        names = variable_names(checkpoint.config)
        random = np.random.default_rng(2)
        variables = {names[name]: array for name, array in checkpoint.arrays.items()}
        for name, shape in heads[head].items():
            variables[name] = random.standard_normal(shape).astype(np.float32)
        variables |= extra or {}
        variables = {name: a for name, a in variables.items() if not name.startswith(tuple(skip))}
        write_tf1(tmp_path / prefix, variables)
        config_text = json.dumps(google_config(checkpoint.config, **changes))
        (tmp_path / "albert_config.json").write_text(config_text)
        return tmp_path, checkpoint, variables

    return write


@pytest.mark.parametrize("changes", [{}, {"num_hidden_groups": 3, "inner_group_num": 2}], ids=str)
def test_a_backbone_alone(written, changes):
    folder, expected, _ = written(tiny_config(**changes))
    checkpoint = read_checkpoint(folder)
    assert checkpoint.head is None
    assert checkpoint.config == expected.config
    assert checkpoint.arrays.keys() == expected.arrays.keys()
    for name, array in expected.arrays.items():
        np.testing.assert_array_equal(checkpoint.arrays[name], array)


@pytest.mark.parametrize(
    ("head", "head_config", "kernel"),
    [
        ("text_classifier", {"num_classes": 3, "multi_label": False}, "classifier/kernel"),
        ("text_regressor", {}, "classifier/kernel"),
        ("question_answerer", {}, "qa_outputs/kernel"),
    ],
)
def test_fine_tuned_heads(written, head, head_config, kernel):
    folder, _, variables = written(head=head)
    checkpoint = read_checkpoint(folder)
    assert (checkpoint.head, checkpoint.head_config) == (head, head_config)
    weights = next(array for name, array in variables.items() if name.endswith("output_weights"))
    np.testing.assert_array_equal(checkpoint.arrays[kernel], weights.T)


def test_multiple_choice_of_race_is_loaded_though_it_looks_like_a_regressor(written):
    folder, _, variables = written(head="text_regressor")
    model = AlbertMultipleChoice.from_preset(folder)
    kernel = np.asarray(model.classifier.kernel)
    np.testing.assert_array_equal(kernel, variables["output_weights"].T)


def test_masked_lm_without_sentence_order(written):
    random = np.random.default_rng(0)
    shapes = {
        "transform/dense/kernel": (32, 16),
        "transform/dense/bias": (16,),
        "transform/LayerNorm/gamma": (16,),
        "transform/LayerNorm/beta": (16,),
        "output_bias": (120,),
    }
    extra = {
        f"cls/predictions/{k}": random.standard_normal(s).astype("f4") for k, s in shapes.items()
    }
    assert read_checkpoint(written(extra=extra)[0]).head == "masked_lm"


def test_optimizer_state_is_left_out(written):
    slots = {
        "bert/pooler/dense/kernel/adam_m": np.zeros((32, 32), np.float32),
        "bert/pooler/dense/kernel/adam_v": np.zeros((32, 32), np.float32),
        "bert/pooler/dense/bias/AdamWeightDecayOptimizer": np.zeros(32, np.float32),
        "bert/pooler/dense/bias/AdamWeightDecayOptimizer_1": np.zeros(32, np.float32),
        "bert/pooler/dense/bias/Adam": np.zeros(32, np.float32),
        "bert/pooler/dense/bias/Adam_1": np.zeros(32, np.float32),
        "global_step": np.array(125_000),
        "beta1_power": np.array(0.9, np.float32),
    }
    folder, expected, _ = written(extra=slots)
    assert read_checkpoint(folder).arrays.keys() == expected.arrays.keys()


def test_without_a_projection_the_identity_stands_in(written):
    config = tiny_config(embedding_size=32)
    folder, _, _ = written(config, skip=["bert/encoder/embedding_hidden_mapping_in"])
    checkpoint = read_checkpoint(folder)
    np.testing.assert_array_equal(checkpoint.arrays["embeddings/projection/kernel"], np.eye(32))
    inputs = tiny_inputs()
    model = NumpyAlbert(checkpoint)
    x = embedded = model.embed(inputs["token_ids"], inputs["segment_ids"])
    np.testing.assert_array_equal(model.dense(x, "embeddings/projection"), embedded)


def test_names_of_tensorflow_hub_modules(written, tmp_path):
    _, expected, variables = written(prefix="plain")
    for path in tmp_path.glob("plain*"):
        path.unlink()
    write_tf1(
        tmp_path / "variables", {f"module/{name}": array for name, array in variables.items()}
    )
    assert read_checkpoint(tmp_path).arrays.keys() == expected.arrays.keys()


def test_of_several_checkpoints_the_named_one_is_read(written, tmp_path):
    written(prefix="model.ckpt-1")
    written(prefix="model.ckpt-2", head="text_classifier")
    with pytest.raises(CheckpointError, match=r"several .*model\.ckpt-1, model\.ckpt-2.*prefix"):
        read_checkpoint(tmp_path)
    assert read_checkpoint(tmp_path / "model.ckpt-1").head is None
    state = 'model_checkpoint_path: "{}"\nall_model_checkpoint_paths: "model.ckpt-1"\n'
    for path in ("model.ckpt-2", "/home/elsewhere/run/model.ckpt-2"):
        (tmp_path / "checkpoint").write_text(state.format(path))
        assert read_checkpoint(tmp_path).head == "text_classifier"


def test_missing_extra_and_misshapen_variables_are_named(written):
    extra = {
        "bert/poet": np.zeros((2, 3), np.float32),
        "bert/pooler/dense/kernel": np.zeros((32, 4), np.float32),
    }
    folder, _, _ = written(extra=extra, skip=["bert/embeddings/LayerNorm/beta"])
    with pytest.raises(CheckpointError) as error:
        read_checkpoint(folder)
    message = str(error.value)
    assert "embeddings/layer_norm/beta is missing, expected shape (16,)" in message
    assert "pooler/kernel has shape (32, 4), expected (32, 32)" in message
    assert "bert/poet with shape (2, 3) is extra" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"net_structure_type": 1}, "net_structure_type is 1"),
        ({"gap_size": 2}, "gap_size is 2"),
        ({"num_memory_blocks": 1}, "num_memory_blocks is 1"),
        ({"down_scale_factor": 4}, "down_scale_factor is 4"),
        ({"hidden_act": "swish"}, "'swish'"),
        ({"hidden_act": ""}, "''"),
        ({"num_hidden_layers": 22, "num_hidden_groups": 22}, "rounds layer 15 into group 14"),
        ({"num_attention_heads": 5}, "num_attention_heads 5"),
    ],
)
def test_what_would_change_the_outputs_is_refused_by_name(written, changes, message):
    folder, _, _ = written(**changes)
    with pytest.raises(ConfigError, match=message) as error:
        read_checkpoint(folder)
    assert "albert_config.json" in str(error.value)


@pytest.mark.parametrize(
    ("theirs", "ours"), [("gelu", "gelu_new"), ("RELU", "relu"), ("tanh", "tanh")]
)
def test_activations_are_mapped(written, theirs, ours):
    assert read_checkpoint(written(hidden_act=theirs)[0]).config.hidden_act == ours


@pytest.mark.parametrize("cls", [AlbertQuestionAnswerer, AlbertTask])
def test_the_head_of_squad_2_gives_what_its_definition_says(written, cls):
    config = tiny_config(hidden_act="gelu_new")
    head = span_head_by_hand.random_variables(config.hidden_size)
    slots = {f"{name}/adam_m": array for name, array in head.items()}
    folder, checkpoint, _ = written(config, extra=head | slots)
    model = cls.from_preset(folder)
    assert isinstance(model, AlbertQuestionAnswerer)
    assert model.end_conditioned_on_start
    assert model.can_be_unanswerable
    lengths, context = [12, 12, 9, 6], [4, 3, 5, 2]  # where the context begins
    inputs = tiny_inputs(4, 12)
    places = np.arange(12)
    inputs["padding_mask"] = (places < np.array(lengths)[:, None]).astype("int32")
    inputs["segment_ids"] = (places >= np.array(context)[:, None]) * inputs["padding_mask"]
    states = NumpyAlbert(checkpoint).encode(*inputs.values())[-1]
    outputs = model.predict(inputs, verbose=0)
    for row, (begin, length) in enumerate(zip(context, lengths, strict=True)):
        allowed = [0, *range(begin, length - 1)]  # [CLS], and the context without [SEP]
        span_head_by_hand.assert_beam(outputs, row, head, states[row], allowed)


def test_an_incomplete_head_of_squad_2_is_named(written):
    head = span_head_by_hand.random_variables(32)
    folder, _, _ = written(extra=head, skip=["end_logits/LayerNorm/beta"])
    with pytest.raises(CheckpointError, match=r"span_head/end_layer_norm/beta is missing"):
        read_checkpoint(folder)


def test_a_missing_configuration_is_named(written):
    folder, _, _ = written()
    (folder / "albert_config.json").unlink()
    with pytest.raises(CheckpointError, match=r"no albert_config\.json"):
        read_checkpoint(folder)


@pytest.mark.parametrize("file", ["index", "data-00000-of-00001"])
@pytest.mark.parametrize("keep", [0, 10, 0.5, -1])
def test_truncated_files_are_named(written, file, keep):
    folder, _, _ = written()
    path = folder / f"model.ckpt-best.{file}"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep) if isinstance(keep, float) else keep])
    with pytest.raises(
        CheckpointError, match=r"cannot read .*model\.ckpt-best.*copy both again"
    ) as error:
        read_checkpoint(folder)
    assert "\n" not in str(error.value)


def test_a_missing_data_file_is_named(written):
    folder, _, _ = written()
    (folder / "model.ckpt-best.data-00000-of-00001").unlink()
    with pytest.raises(CheckpointError, match=r"model\.ckpt-best"):
        read_checkpoint(folder)


def test_the_tokenizer_comes_along(written, shared):
    folder, _, _ = written()
    model = (shared / "albert_en" / "30k-clean.model").read_bytes()
    (folder / "30k-clean.model").write_bytes(model)
    checkpoint = read_checkpoint(folder)
    assert checkpoint.tokenizer_model == model
    assert checkpoint.lowercase


def test_only_the_weights_are_read(written, monkeypatch):
    folder, expected, _ = written(
        extra={"bert/pooler/dense/kernel/adam_m": np.zeros(9, np.float32)}
    )
    read = []
    original = TensorFlowCheckpoint.array
    monkeypatch.setattr(
        TensorFlowCheckpoint, "array", lambda self, name: read.append(name) or original(self, name)
    )
    read_checkpoint(folder)
    assert len(read) == len(expected.arrays)
