"""The arrays that a configuration and a head imply, and the check that a checkpoint has them."""

import warnings

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.errors import AlbertWarning, CheckpointError, ConfigError
from albert_tf.heads import HEADS

POOLER_ARRAYS = ("pooler/kernel", "pooler/bias")
"""The two arrays of the pooler: absent together, or present together."""

PROBLEMS_SHOWN = 4


def expected_shapes(
    config: AlbertConfig, head: str | None = None, head_config: dict | None = None
) -> dict[str, tuple[int, ...]]:
    """Returns the shape of every array of a model, by name.

    Args:
        config: the encoder's hyperparameters.
        head: one of `HEADS`, or None for the backbone alone.
        head_config: the head's arguments; classifiers need `num_classes`.

    Returns:
        Shapes by array name, in the order embeddings, encoder, pooler, head. The pooler is always
        listed, though `check_arrays` lets the heads that do not read it go without.

    Raises:
        ConfigError: when the head is unknown or its number of classes is missing.

    Example:
    ```python
    from albert_tf import AlbertConfig
    from albert_tf.weights import expected_shapes

    shapes = expected_shapes(AlbertConfig.named("base"))
    print(shapes["embeddings/word_embeddings"])  # (30000, 128)
    ```
    """
    width, hidden = config.embedding_size, config.hidden_size
    shapes = {
        "embeddings/word_embeddings": (config.vocab_size, width),
        "embeddings/position_embeddings": (config.max_position_embeddings, width),
        "embeddings/token_type_embeddings": (config.type_vocab_size, width),
        **_layer_norm("embeddings/layer_norm", width),
        **_dense("embeddings/projection", width, hidden),
    }
    for group in range(config.num_hidden_groups):
        for inner in range(config.inner_group_num):
            shapes |= _block(f"encoder/group_{group}_inner_{inner}", config)
    if config.use_relative_attention_bias:
        rows = config.relative_attention_num_buckets
        shapes["encoder/relative_attention_bias/table"] = (rows, config.num_attention_heads)
    return shapes | _dense("pooler", hidden, hidden) | _head(config, head, head_config or {})


def _dense(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}/kernel": (inputs, outputs), f"{name}/bias": (outputs,)}


def _layer_norm(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}/gamma": (width,), f"{name}/beta": (width,)}


def _block(name: str, config: AlbertConfig) -> dict[str, tuple[int, ...]]:
    hidden, inner = config.hidden_size, config.intermediate_size
    shapes = {}
    for projection in ("query", "key", "value", "output"):
        shapes |= _dense(f"{name}/attention/{projection}", hidden, hidden)
    return {
        **shapes,
        **_layer_norm(f"{name}/attention_layer_norm", hidden),
        **_dense(f"{name}/intermediate", hidden, inner),
        **_dense(f"{name}/output", inner, hidden),
        **_layer_norm(f"{name}/output_layer_norm", hidden),
    }


def _head(config: AlbertConfig, head: str | None, head_config: dict) -> dict[str, tuple[int, ...]]:
    width, hidden = config.embedding_size, config.hidden_size
    masked_lm = {
        **_dense("mlm_head/dense", hidden, width),
        **_layer_norm("mlm_head/layer_norm", width),
        "mlm_head/bias": (config.vocab_size,),
    }
    if head in (None, "text_embedder"):
        return {}
    if head in ("text_classifier", "token_classifier"):
        classes = _num_classes(head, head_config)
        return _dense("classifier", hidden, classes) | _exits(config, head_config, classes)
    if head in ("text_regressor", "multiple_choice"):
        return _dense("classifier", hidden, 1) | _exits(config, head_config, 1)
    if head == "question_answerer":
        if head_config.get("end_conditioned_on_start"):
            return _conditional_span_head("span_head", hidden)
        return _dense("qa_outputs", hidden, 2)
    if head == "masked_lm":
        return masked_lm
    if head == "pretrainer":
        return masked_lm | _dense("sop_classifier", hidden, 2)
    raise ConfigError(f"unknown head {head!r}; expected None or one of {', '.join(HEADS)}")


def _conditional_span_head(name: str, hidden: int) -> dict[str, tuple[int, ...]]:
    return {
        **_dense(f"{name}/start_logits", hidden, 1),
        **_dense(f"{name}/end_dense", 2 * hidden, hidden),
        **_layer_norm(f"{name}/end_layer_norm", hidden),
        **_dense(f"{name}/end_logits", hidden, 1),
        **_dense(f"{name}/answer_dense", 2 * hidden, hidden),
        f"{name}/cls_logits/kernel": (hidden, 1),
    }


def _exits(config: AlbertConfig, head_config: dict, units: int) -> dict[str, tuple[int, ...]]:
    if not head_config.get("early_exit"):
        return {}
    exits = config.num_hidden_layers - 1
    return {
        "exits/kernel": (exits, config.hidden_size, units),
        "exits/bias": (exits, units),
    }


def _num_classes(head: str, head_config: dict) -> int:
    classes = head_config.get("num_classes")
    if not isinstance(classes, int) or isinstance(classes, bool) or classes < 1:
        raise ConfigError(
            f"the head {head!r} has num_classes {classes!r}; expected a whole number of at least 1"
        )
    return classes


def check_arrays(
    arrays: dict[str, np.ndarray],
    config: AlbertConfig,
    head: str | None = None,
    head_config: dict | None = None,
    source: str = "",
) -> None:
    """Checks that a checkpoint's arrays are exactly those that its configuration implies.

    Heads that do not read the pooled output, and a bare backbone, may come without a pooler. Values
    that are not finite are let through with a warning, since such a file is still worth looking
    into.

    Args:
        arrays: array by name.
        config: the encoder's hyperparameters.
        head: one of `HEADS`, or None.
        head_config: the head's arguments.
        source: where the arrays come from, named first in the message.

    Raises:
        CheckpointError: naming the missing, extra and misshapen arrays (the first few, and how many
            in all) with the shape that was found and the shape that was expected.
    """
    expected = expected_shapes(config, head, head_config)
    needs_pooler = head is not None and HEADS[head].reads_pooler(head_config)
    if not needs_pooler and not any(name in arrays for name in POOLER_ARRAYS):
        for name in POOLER_ARRAYS:
            del expected[name]
    problems = [
        f"{name} is missing, expected shape {shape}"
        for name, shape in expected.items()
        if name not in arrays
    ]
    problems += [
        f"{name} has shape {arrays[name].shape}, expected {shape}"
        for name, shape in expected.items()
        if name in arrays and arrays[name].shape != shape
    ]
    problems += [
        f"{name} with shape {array.shape} is extra, expected no such array"
        for name, array in arrays.items()
        if name not in expected
    ]
    if problems:
        raise CheckpointError(describe_misfit(source, problems))
    damaged = [name for name, array in arrays.items() if not np.isfinite(array).all()]
    if damaged:
        warnings.warn(
            f"{source or 'the checkpoint'}: {len(damaged)} of {len(arrays)} arrays hold values "
            f"that are not finite, {damaged[0]} among them; the training that wrote it probably "
            "diverged",
            AlbertWarning,
            stacklevel=2,
        )


def describe_misfit(source: str, problems: list[str]) -> str:
    """Returns one line that names the first few arrays that do not fit and counts all of them."""
    # Names of extra arrays come out of the file, with whatever breaks a line.
    shown = " ".join("; ".join(problems[:PROBLEMS_SHOWN]).split())
    rest = len(problems) - PROBLEMS_SHOWN
    more = f"; and {rest} more" if rest > 0 else ""
    count = f"{len(problems)} array{'s do' if len(problems) > 1 else ' does'}"
    return (
        f"{source or 'the checkpoint'}: {count} not fit the configuration: {shown}{more}; check "
        "that the weights and the configuration belong to the same model"
    )
