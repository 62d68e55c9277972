"""What stands in an exported file: built-in operators, loops, and every weight once."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from albert_tf import AlbertBackbone, AlbertMaskedLM, AlbertTextClassifier, AlbertTokenClassifier
from albert_tf.export import TFLiteRunner, export_tflite, inspect_tflite
from albert_tf.export.flatbuffer import read_model, write_model
from tests.tiny import randomize, tiny_config, tiny_inputs


def classifier(**changes):
    model = AlbertTextClassifier(AlbertBackbone(tiny_config(**changes)))
    randomize(model)
    return model


def keras_logits(model, inputs):
    return np.asarray(model(inputs))


def test_inputs_outputs_and_signature(exported):
    summary = exported.summary
    assert [t.name for t in summary.inputs] == ["token_ids", "segment_ids", "padding_mask"]
    assert {(t.dtype, t.shape) for t in summary.inputs} == {("INT32", (1, -1))}
    assert [(t.name, t.dtype, t.shape) for t in summary.outputs] == [("logits", "FLOAT32", (1, 3))]
    assert summary.signatures == {
        "serving_default": (("token_ids", "segment_ids", "padding_mask"), ("logits",))
    }


@pytest.mark.parametrize(
    ("groups", "inner", "layers"),
    [
        (1, 2, 3),
        (3, 2, 4),
        pytest.param(1, 1, 5, marks=pytest.mark.slow),
        pytest.param(2, 1, 5, marks=pytest.mark.slow),
        pytest.param(4, 1, 4, marks=pytest.mark.slow),
    ],
)
def test_one_loop_for_each_group(tmp_path, groups, inner, layers):
    model = classifier(num_hidden_groups=groups, inner_group_num=inner, num_hidden_layers=layers)
    export = export_tflite(model, tmp_path / "model.tflite", "none")
    assert export.summary.while_operators == groups
    assert export.summary.custom_operators == ()
    inputs = tiny_inputs(rows=1, length=9)
    np.testing.assert_allclose(
        TFLiteRunner(export.path).run(**inputs)["logits"], keras_logits(model, inputs), atol=1e-5
    )


@pytest.mark.parametrize(
    "quantization",
    [
        "int8",
        pytest.param("none", marks=pytest.mark.slow),
        pytest.param("fp16", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("form", ["loop", pytest.param("unrolled", marks=pytest.mark.slow)])
def test_weights_do_not_grow_with_depth(tmp_path, quantization, form):
    small, deep = (
        export_tflite(
            classifier(num_hidden_layers=layers, hidden_size=64, intermediate_size=256),
            tmp_path / f"{layers}.tflite",
            quantization,
            form,
        )
        for layers in (2, 7)
    )
    if form == "loop":
        assert deep.summary.operators == small.summary.operators
        # The number of layers is one more constant where no other constant has its value.
        assert abs(deep.model_size - small.model_size) < 100
    weights = [
        {size for size in export.summary.constants.values() if size > 4096}
        for export in (small, deep)
    ]
    assert weights[0] == weights[1]
    assert deep.summary.constant_bytes < 1.02 * small.summary.constant_bytes


@pytest.mark.parametrize("length", [None, 16])
def test_the_word_table_serves_embedding_and_decoder(tmp_path, length):
    model = AlbertMaskedLM(AlbertBackbone(tiny_config(vocab_size=5000)))
    randomize(model)
    export = export_tflite(model, tmp_path / "model.tflite", "none", length=length)
    table = 5000 * 16 * 4
    assert [size for size in export.summary.constants.values() if size == table] == [table]


@pytest.mark.parametrize(
    ("hidden_act", "operator"),
    [
        ("gelu", "GELU"),
        ("gelu_new", "GELU"),
        ("tanh", "TANH"),
        ("silu", "LOGISTIC"),
        ("relu", None),
    ],
)
def test_activations(tmp_path, hidden_act, operator):
    model = classifier(hidden_act=hidden_act)
    export = export_tflite(model, tmp_path / "model.tflite", "none")
    body = export.summary.subgraphs[2]
    if operator:
        assert operator in [op.name for op in body.operators]
    inputs = tiny_inputs(rows=1, length=6)
    np.testing.assert_allclose(
        TFLiteRunner(export.path).run(**inputs)["logits"], keras_logits(model, inputs), atol=1e-5
    )


def test_loop_body_is_small(exported):
    """No shape is computed in the loop, and every matrix product is one operator."""
    names = [op.name for op in exported.summary.subgraphs[2].operators]
    assert len(names) <= 41
    assert not {"SHAPE", "PACK", "STRIDED_SLICE", "GATHER", "BROADCAST_TO", "CAST"} & set(names)
    assert names.count("FULLY_CONNECTED") == 6
    assert names.count("BATCH_MATMUL") == 2
    assert names.count("TRANSPOSE") == names.count("RESHAPE") == 4


def test_learned_attention_bias(tmp_path):
    model = classifier(use_relative_attention_bias=True)
    export = export_tflite(model, tmp_path / "model.tflite", "none")
    runner = TFLiteRunner(export.path)
    for length in (3, 40, 17):
        inputs = tiny_inputs(rows=1, length=length, seed=length)
        np.testing.assert_allclose(
            runner.run(**inputs)["logits"], keras_logits(model, inputs), atol=1e-5
        )


def test_mask_and_batch(tmp_path):
    model = AlbertTokenClassifier(AlbertBackbone(tiny_config()), num_classes=4)
    randomize(model)
    export = export_tflite(model, tmp_path / "model.tflite", "none", batch=3)
    inputs = tiny_inputs(rows=3, length=11)
    mask = inputs["padding_mask"].astype(bool)
    found = TFLiteRunner(export.path).run(**inputs)["logits"]
    np.testing.assert_allclose(found[mask], keras_logits(model, inputs)[mask], atol=1e-5)


def test_mixed_precision_models_export_in_float32(tmp_path):
    model = AlbertTextClassifier(AlbertBackbone(tiny_config(), dtype="mixed_bfloat16"))
    randomize(model)
    export = export_tflite(model, tmp_path / "model.tflite", "none")
    in_float32 = classifier()
    in_float32.set_weights(model.get_weights())
    inputs = tiny_inputs(rows=1, length=8)
    np.testing.assert_allclose(
        TFLiteRunner(export.path).run(**inputs)["logits"],
        keras_logits(in_float32, inputs),
        atol=1e-5,
    )
    assert export.parity.reference == "a float32 copy of the mixed_bfloat16 model"
    assert model.backbone.encoder.unroll
    assert model.dtype_policy.name == "mixed_bfloat16"


def test_equal_models_give_equal_bytes(tmp_path, model):
    first, second = (export_tflite(model, tmp_path / f"{i}.tflite") for i in range(2))
    assert first.path.read_bytes() == second.path.read_bytes()


def test_equal_vectors_of_numbers_are_written_once():
    def model_with(*vectors):
        model, graph = schema.ModelT(), schema.SubGraphT()
        graph.tensors = [schema.TensorT() for _ in vectors]
        for tensor, vector in zip(graph.tensors, vectors, strict=True):
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.zeroPoint = vector
        model.subgraphs, model.buffers = [graph], []
        return write_model(model)

    zeros, ones = np.zeros(1000, "int64"), np.ones(1000, "int64")
    shared = model_with(zeros, zeros.copy())
    assert len(shared) < 9000 < 16000 < len(model_with(zeros, ones))
    (graph,) = read_model(shared).subgraphs
    assert [list(tensor.quantization.zeroPoint) for tensor in graph.tensors] == [[0] * 1000] * 2


def test_inspection_reads_what_was_written(exported):
    assert inspect_tflite(exported.path) == inspect_tflite(exported.path.read_bytes())
    assert inspect_tflite(exported.path) == exported.summary
    assert exported.size == exported.path.stat().st_size
    assert exported.summary.constant_bytes < exported.model_size < exported.size
