"""An ALBERT classifier for ONNX Runtime at its best: shared initializers, fused operators, int8.

torch's exporter and ONNX Runtime's graph optimizer would reach the same graph from transformers'
ALBERT; it is written here from the arrays, so that the comparison needs neither and has the very
same weights. `Attention`, `SkipLayerNormalization` and `FastGelu` are ONNX Runtime's own fused
operators.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

FUSED = "com.microsoft"


class _Graph:
    def __init__(self, arrays):
        self.arrays = arrays
        self.nodes, self.initializers = [], {}

    def constant(self, name, array=None):
        """Returns the name of an initializer, added at first use and shared by all later ones."""
        if name not in self.initializers:
            array = self.arrays[name] if array is None else array
            self.initializers[name] = numpy_helper.from_array(np.asarray(array), name)
        return name

    def node(self, operator, inputs, domain="", **attributes):
        output = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def dense(self, x, name):
        return self.node(
            "Add",
            [
                self.node("MatMul", [x, self.constant(f"{name}/kernel")]),
                self.constant(f"{name}/bias"),
            ],
        )


def write_onnx(checkpoint, path: Path) -> None:
    """Writes a text classifier as a dynamically quantized ONNX file.

    Args: checkpoint: of a classifier with one group of one block, `hidden_act` `gelu_new`, no
        attention bias. path: of the file to write.
    """
    full = path.with_suffix(".float.onnx")
    onnx.save(_model(checkpoint), full)
    quantize_dynamic(
        full,
        path,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Attention", "Gather"],
        # Shapes and types are not inferred through ONNX Runtime's own operators.
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )
    full.unlink()


def _model(checkpoint):
    graph = _Graph(checkpoint.arrays)
    hidden = _embeddings(graph)
    for _ in range(checkpoint.config.num_hidden_layers):
        hidden = _block(graph, hidden, checkpoint.config)
    first = graph.constant("first", np.array(0, "int64"))
    pooled = graph.dense(graph.node("Gather", [hidden, first], axis=1), "pooler")
    logits = graph.dense(graph.node("Tanh", [pooled]), "classifier")
    graph.nodes.append(helper.make_node("Identity", [logits], ["logits"]))
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT32, ["batch", "length"])
        for name in ("token_ids", "segment_ids", "padding_mask")
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "classes"])
    return helper.make_model(
        helper.make_graph(
            graph.nodes, "albert", inputs, [output], list(graph.initializers.values())
        ),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)],
        ir_version=9,
    )


def _embeddings(graph):
    words = graph.node("Gather", [graph.constant("embeddings/word_embeddings"), "token_ids"])
    segments = graph.node(
        "Gather", [graph.constant("embeddings/token_type_embeddings"), "segment_ids"]
    )
    length = graph.node("Slice", [graph.node("Shape", ["token_ids"]), *_numbers(graph, 1, 2)])
    positions = graph.node(
        "Slice", [graph.constant("embeddings/position_embeddings"), *_numbers(graph, 0), length]
    )
    total = graph.node("Add", [graph.node("Add", [words, segments]), positions])
    norm = "embeddings/layer_norm"
    normalized = graph.node(
        "LayerNormalization",
        [total, graph.constant(f"{norm}/gamma"), graph.constant(f"{norm}/beta")],
        axis=-1,
        epsilon=1e-12,
    )
    return graph.dense(normalized, "embeddings/projection")


def _numbers(graph, *numbers):
    return [graph.constant(f"number_{n}", np.array([n], "int64")) for n in numbers]


def _block(graph, hidden, config):
    block = "encoder/group_0_inner_0"
    parts = [f"{block}/attention/{part}" for part in ("query", "key", "value")]
    joined = {
        kind: graph.constant(
            f"{block}/attention/joined/{kind}",
            np.concatenate([graph.arrays[f"{part}/{kind}"] for part in parts], axis=-1),
        )
        for kind in ("kernel", "bias")
    }
    context = graph.node(
        "Attention",
        [hidden, joined["kernel"], joined["bias"], "padding_mask"],
        domain=FUSED,
        num_heads=config.num_attention_heads,
    )
    output = graph.node("MatMul", [context, graph.constant(f"{block}/attention/output/kernel")])
    hidden = _add_and_norm(
        graph, output, hidden, f"{block}/attention_layer_norm", f"{block}/attention/output/bias"
    )
    inner = graph.node("MatMul", [hidden, graph.constant(f"{block}/intermediate/kernel")])
    inner = graph.node(
        "FastGelu", [inner, graph.constant(f"{block}/intermediate/bias")], domain=FUSED
    )
    output = graph.node("MatMul", [inner, graph.constant(f"{block}/output/kernel")])
    return _add_and_norm(
        graph, output, hidden, f"{block}/output_layer_norm", f"{block}/output/bias"
    )


def _add_and_norm(graph, output, hidden, norm, bias):
    constants = [graph.constant(name) for name in (f"{norm}/gamma", f"{norm}/beta", bias)]
    return graph.node(
        "SkipLayerNormalization", [output, hidden, *constants], domain=FUSED, epsilon=1e-12
    )
