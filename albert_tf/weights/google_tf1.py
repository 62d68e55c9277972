"""Checkpoints of google-research/albert: `albert_config.json`, a TF1 checkpoint, `30k-clean.model` or `vocab.txt`.

A TensorFlow Hub module holds the same variables under `variables/`, and no configuration: what the
shapes do not tell has to be written beside it.

Those of `run_pretraining.py` carry both pretraining heads, those of `run_classifier.py` a
classifier or regressor, those of `run_squad_v1.py` and `run_squad_v2.py` a question answerer, each
with a head of its own. Source: `modeling.py`, `squad_utils.py` and the `run_*.py` scripts there.
"""

import re
from pathlib import Path

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.errors import CheckpointError
from albert_tf.weights.checkpoint import Checkpoint
from albert_tf.weights.foreign import (
    TANH_GELU,
    as_float32,
    build_config,
    check_grouping,
    check_only_default,
    identity_projection,
    map_activation,
    pick,
    read_json,
)
from albert_tf.weights.shapes import check_arrays
from albert_tf.weights.tf_checkpoint import (
    OBJECT_GRAPH,
    TensorFlowCheckpoint,
    find_prefix,
    home_of,
)
from albert_tf.weights.tokenizer_file import find_tokenizer, read_tokenizer

CONFIG_FILES = ("albert_config.json", "assets/albert_config.json", "config.json")

NOT_IN_SHAPES = ("num_hidden_layers", "num_attention_heads")
"""What a configuration must say, since no variable tells it."""

PUBLISHED = ("base", "large", "xlarge", "xxlarge")
"""The sizes of google-research/albert, no two of which have the same shapes."""

HUB_PREFIX = "module/"
"""What a model that was built from a TensorFlow Hub module puts before the names of its variables."""

FIELDS = (
    "vocab_size",
    "embedding_size",
    "hidden_size",
    "num_hidden_layers",
    "num_hidden_groups",
    "inner_group_num",
    "num_attention_heads",
    "intermediate_size",
    "hidden_dropout_prob",
    "attention_probs_dropout_prob",
    "max_position_embeddings",
    "type_vocab_size",
    "initializer_range",
)

LIBRARY_DEFAULTS = {
    "hidden_size": 4096,
    "num_attention_heads": 64,
    "intermediate_size": 16384,
    "hidden_act": "gelu",
}
"""What `modeling.py` assumes for a missing key, where that is not the default of `AlbertConfig`."""

ACTIVATIONS = {"gelu": TANH_GELU, "relu": "relu", "tanh": "tanh"}
"""google-research computes what it calls gelu by the tanh formula."""

CHANGES_OUTPUTS = {
    "net_structure_type": (0,),
    "gap_size": (0,),
    "num_memory_blocks": (0,),
    "down_scale_factor": (1,),
    "layers_to_keep": ([],),
    "ln_type": ("postln",),
}

SQUAD_V2 = "answer_class/dense_1/kernel"

HEAD_OF_VARIABLE = {
    SQUAD_V2: "question_answerer",
    "cls/squad/output_weights": "question_answerer",
    "output_weights": "text_classifier",
    "cls/seq_relationship/output_weights": "pretrainer",
    "cls/predictions/output_bias": "masked_lm",
}
"""The head that a variable proves, the first one found counts."""

BLOCK = re.compile(r"^bert/encoder/transformer/group_(\d+)/inner_group_(\d+)/")

OF_A_BERT = re.compile(r"^(module/)?bert/encoder/layer_\d+/")

OF_ALBERT_ZH = re.compile(r"^bert/(embeddings/word_embeddings_2$|encoder/layer_shared/)")

# Slots of the optimizers in optimization.py, lamb_optimizer.py and tf.train, and their counters.
NOT_WEIGHTS = re.compile(
    r"(^|/)(adam_[mv]|lamb_[mv]|Adam(_1)?|Momentum|AdamWeightDecayOptimizer(_1)?|"
    r"ExponentialMovingAverage|global_step|beta[12]_power|loss_scale|good_steps|"
    r"signal_early_stopping/STOP)(/|$)"
)


def variable_names(config: AlbertConfig) -> dict[str, str]:
    """Returns google's name of every array, of all heads too, by this package's name."""
    names = {
        "embeddings/word_embeddings": "bert/embeddings/word_embeddings",
        "embeddings/position_embeddings": "bert/embeddings/position_embeddings",
        "embeddings/token_type_embeddings": "bert/embeddings/token_type_embeddings",
        "mlm_head/bias": "cls/predictions/output_bias",
        "sop_classifier/kernel": "cls/seq_relationship/output_weights",
        "sop_classifier/bias": "cls/seq_relationship/output_bias",
        "classifier/kernel": "output_weights",
        "classifier/bias": "output_bias",
        "qa_outputs/kernel": "cls/squad/output_weights",
        "qa_outputs/bias": "cls/squad/output_bias",
        "span_head/cls_logits/kernel": SQUAD_V2,  # without a bias
    }
    pairs = {
        "embeddings/layer_norm": "bert/embeddings/LayerNorm",
        "embeddings/projection": "bert/encoder/embedding_hidden_mapping_in",
        "pooler": "bert/pooler/dense",
        "mlm_head/dense": "cls/predictions/transform/dense",
        "mlm_head/layer_norm": "cls/predictions/transform/LayerNorm",
        "span_head/start_logits": "start_logits/dense",
        "span_head/end_dense": "end_logits/dense_0",
        "span_head/end_layer_norm": "end_logits/LayerNorm",
        "span_head/end_logits": "end_logits/dense_1",
        "span_head/answer_dense": "answer_class/dense_0",
    }
    for group in range(config.num_hidden_groups):
        for inner in range(config.inner_group_num):
            ours = f"encoder/group_{group}_inner_{inner}"
            theirs = f"bert/encoder/transformer/group_{group}/inner_group_{inner}"
            for part in ("query", "key", "value"):
                pairs[f"{ours}/attention/{part}"] = f"{theirs}/attention_1/self/{part}"
            pairs |= {
                f"{ours}/attention/output": f"{theirs}/attention_1/output/dense",
                f"{ours}/attention_layer_norm": f"{theirs}/LayerNorm",
                f"{ours}/intermediate": f"{theirs}/ffn_1/intermediate/dense",
                f"{ours}/output": f"{theirs}/ffn_1/intermediate/output/dense",
                f"{ours}/output_layer_norm": f"{theirs}/LayerNorm_1",
            }
    for ours, theirs in pairs.items():
        for part in ("gamma", "beta") if ours.endswith("layer_norm") else ("kernel", "bias"):
            names[f"{ours}/{part}"] = f"{theirs}/{part}"
    return names


def read_google_config(values: dict, source: str) -> AlbertConfig:
    """Returns the configuration of an `albert_config.json`.

    Args:
        values: the parsed file; keys that cannot change the outputs are ignored.
        source: the file's name, for messages.

    Raises:
        ConfigError: when it asks for something that this package does not compute.
    """
    check_only_default(values, CHANGES_OUTPUTS, source)
    values = {**LIBRARY_DEFAULTS, **values}
    fields = pick(values, {name: name for name in FIELDS})
    activation = values["hidden_act"]
    name = activation.lower() if isinstance(activation, str) else activation
    fields["hidden_act"] = map_activation(name, ACTIVATIONS, source)
    config = build_config(fields, source)
    layers, groups = config.num_hidden_layers, config.num_hidden_groups
    check_grouping(config, lambda layer: int(layer / layers * groups), source)
    return config


def read_google_tf1(location: Path, *, with_tokenizer: bool = True) -> Checkpoint:
    """Reads a checkpoint of google-research/albert, or a TensorFlow Hub module of one.

    Args:
        location: its folder, or the checkpoint's prefix in it.
        with_tokenizer: whether to read its tokenizer too.

    Raises:
        ConfigError: when `albert_config.json` asks for what this package does not compute.
        CheckpointError: when a file is missing or damaged, or a variable is missing, extra or
            misshapen.
    """
    prefix = find_prefix(location)
    folder = home_of(prefix)
    checkpoint = TensorFlowCheckpoint(prefix)
    if any(OF_ALBERT_ZH.search(name) for name in checkpoint.shapes):
        raise CheckpointError(
            f"{prefix} holds an ALBERT of albert_zh's own first form (layer_shared, word_embeddings_2), which adds "
            "positions and segments after the projection; expected google-research/albert's: download the files of "
            "the same size whose names end in _google, such as albert_tiny_zh_google"
        )
    if any(OF_A_BERT.search(name) for name in checkpoint.shapes):
        raise CheckpointError(
            f"{prefix} holds a BERT, whose layers have weights of their own; expected an ALBERT"
        )
    config = _read_config(folder, checkpoint)
    arrays = _read_arrays(checkpoint, config)
    if config.embedding_size == config.hidden_size:
        arrays = identity_projection(config) | arrays
    head, head_config = _read_head(checkpoint, arrays)
    check_arrays(arrays, config, head, head_config, str(prefix))
    tokenizer = read_tokenizer(find_tokenizer(folder) if with_tokenizer else None)
    return Checkpoint(
        config=config,
        arrays=arrays,
        head=head,
        head_config=head_config,
        source=str(prefix),
        **tokenizer._asdict(),
    )


def _read_config(folder: Path, checkpoint: TensorFlowCheckpoint) -> AlbertConfig:
    """Reads the configuration; a size that it leaves out is read off the variables."""
    paths = [folder / name for name in CONFIG_FILES if (folder / name).is_file()]
    if not paths:  # albert_zh names it by the size: albert_config_tiny_g.json
        paths = sorted(folder.glob("albert_config*.json"))
        if len(paths) > 1:
            raise CheckpointError(
                f"{folder} holds several configurations ({', '.join(path.name for path in paths)}); name the one of "
                f"{checkpoint.prefix.name} {CONFIG_FILES[0]}"
            )
    values = read_json(paths[0]) if paths else {}
    missing = [name for name in NOT_IN_SHAPES if values.get(name) is None]
    sizes = _sizes_of_shapes(checkpoint.shapes)
    if missing:
        what = f"{paths[0]} does not name" if paths else f"{folder} has no {CONFIG_FILES[0]}, for"
        like = next((size for size in PUBLISHED if _is_size(size, sizes)), None)
        known = AlbertConfig.named(like or "base")
        example = ", ".join(f'"{name}": {getattr(known, name)}' for name in NOT_IN_SHAPES)
        raise CheckpointError(
            f"{what} {' and '.join(missing)}, which the variables of {checkpoint.prefix.name} do not tell; "
            f"copy its {CONFIG_FILES[0]} there, or write one with at least {{{example}}} "
            f"({'these are' if like else 'with the numbers of your model; these are'} ALBERT-{like or 'base'}'s)"
        )
    stated = {name: value for name, value in values.items() if value is not None}
    return read_google_config({**sizes, **stated}, str(paths[0]))


def _sizes_of_shapes(shapes: dict[str, list[int]]) -> dict[str, int]:
    """Returns the fields of a configuration that the shapes and names of the variables tell."""
    shapes = {name.removeprefix(HUB_PREFIX): shape for name, shape in shapes.items()}
    kernel = "bert/encoder/transformer/group_0/inner_group_0/ffn_1/intermediate/dense/kernel"
    places = {
        "vocab_size": ("bert/embeddings/word_embeddings", 0),
        "embedding_size": ("bert/embeddings/word_embeddings", 1),
        "max_position_embeddings": ("bert/embeddings/position_embeddings", 0),
        "type_vocab_size": ("bert/embeddings/token_type_embeddings", 0),
        "hidden_size": (kernel, 0),
        "intermediate_size": (kernel, 1),
    }
    sizes = {
        field: shapes[name][axis]
        for field, (name, axis) in places.items()
        if len(shapes.get(name, ())) > axis
    }
    blocks = [match for name in shapes if (match := BLOCK.search(name))]
    if blocks:
        sizes["num_hidden_groups"] = len({match[1] for match in blocks})
        sizes["inner_group_num"] = len({match[2] for match in blocks})
    return sizes


def _is_size(name: str, sizes: dict[str, int]) -> bool:
    """Whether a published size has these shapes."""
    named = AlbertConfig.named(name)
    return bool(sizes) and all(getattr(named, field) == value for field, value in sizes.items())


def _read_arrays(checkpoint: TensorFlowCheckpoint, config: AlbertConfig) -> dict[str, np.ndarray]:
    """Reads the weights; an unknown variable keeps its name, for the message that refuses it."""
    ours = {theirs: name for name, theirs in variable_names(config).items()}
    arrays = {}
    for theirs in checkpoint.shapes:
        plain = theirs.removeprefix(HUB_PREFIX)
        if plain == OBJECT_GRAPH or NOT_WEIGHTS.search(plain):
            continue
        name = ours.get(plain, plain)
        array = as_float32(checkpoint.array(theirs), theirs, str(checkpoint.prefix))
        # The heads' output weights are stored as (outputs, inputs).
        arrays[name] = np.ascontiguousarray(array.T) if plain.endswith("output_weights") else array
    return arrays


def _read_head(checkpoint: TensorFlowCheckpoint, arrays: dict) -> tuple[str | None, dict]:
    variables = {name.removeprefix(HUB_PREFIX) for name in checkpoint.shapes}
    head = next((head for name, head in HEAD_OF_VARIABLE.items() if name in variables), None)
    if SQUAD_V2 in variables:
        return head, {"end_conditioned_on_start": True, "can_be_unanswerable": True}
    if head != "text_classifier":
        return head, {}
    classes = arrays["classifier/kernel"].shape[-1]
    if classes == 1:
        return "text_regressor", {}
    return head, {"num_classes": classes, "multi_label": False}
