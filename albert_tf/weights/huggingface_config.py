"""`config.json` of Hugging Face's ALBERT, to and from `AlbertConfig` and a head."""

import warnings

from albert_tf.config import AlbertConfig
from albert_tf.errors import AlbertWarning, CheckpointError, ConfigError
from albert_tf.weights.checkpoint import Checkpoint
from albert_tf.weights.foreign import (
    EXACT_GELU,
    TANH_GELU,
    build_config,
    check_grouping,
    check_only_default,
    map_activation,
    pick,
)

ARCHITECTURES = {
    "AlbertModel": None,
    "AlbertForSequenceClassification": "text_classifier",
    "AlbertForTokenClassification": "token_classifier",
    "AlbertForQuestionAnswering": "question_answerer",
    "AlbertForMultipleChoice": "multiple_choice",
    "AlbertForMaskedLM": "masked_lm",
    "AlbertForPreTraining": "pretrainer",
}
"""Head by class name; a sequence classifier with one output is a regressor."""

ACTIVATIONS = {
    "gelu": EXACT_GELU,
    "gelu_python": EXACT_GELU,
    "gelu_new": TANH_GELU,
    "gelu_pytorch_tanh": TANH_GELU,
    "gelu_python_tanh": TANH_GELU,
    "gelu_fast": TANH_GELU,
    "gelu_accurate": TANH_GELU,
    "relu": "relu",
    "silu": "silu",
    "swish": "silu",
    "tanh": "tanh",
}

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
    "layer_norm_eps",
    "pad_token_id",
)

LIBRARY_DEFAULTS = {
    "hidden_size": 4096,
    "num_attention_heads": 64,
    "intermediate_size": 16384,
    "hidden_act": "gelu_new",
}
"""What transformers assumes for a missing key, where that is not the default of `AlbertConfig`."""

NOT_IN_SHAPES = ("num_hidden_layers", "num_attention_heads")
"""What no tensor tells."""

LIBRARY_NUM_LABELS = 2
"""What transformers assumes without `id2label`."""

CHANGES_OUTPUTS = {
    "position_embedding_type": ("absolute", None),
    "pruned_heads": ({}, None),
    "quantization_config": (None,),
}


def read_config(values: dict, source: str) -> AlbertConfig:
    """Returns the encoder's configuration of a `config.json`.

    Args:
        values: the parsed file; keys that cannot change the outputs are ignored.
        source: the file's name, for messages.

    Raises:
        ConfigError: when it is another model's, or asks for something that this package does not
            compute.
    """
    kind = values.get("model_type", "albert")
    if kind != "albert":
        raise ConfigError(f"{source}: model_type is {kind!r}; expected 'albert'")
    check_only_default(values, CHANGES_OUTPUTS, source)
    _warn_of_unstated(values, source)
    values = {**LIBRARY_DEFAULTS, **values}
    fields = pick(values, {name: name for name in FIELDS})
    fields["hidden_act"] = map_activation(values["hidden_act"], ACTIVATIONS, source)
    # transformers falls back on the hidden dropout when the classifier's is null.
    dropout = values.get("classifier_dropout_prob", 0.1)
    fields["classifier_dropout_prob"] = (
        values.get("hidden_dropout_prob", 0) if dropout is None else dropout
    )
    config = build_config(fields, source)
    check_hf_grouping(config, source)
    return config


def _warn_of_unstated(values: dict, source: str) -> None:
    """Warns where what no tensor tells is left to the defaults: transformers itself always writes it."""
    missing = [name for name in NOT_IN_SHAPES if values.get(name) is None]
    if missing:
        taken = {"num_hidden_layers": AlbertConfig.num_hidden_layers, **LIBRARY_DEFAULTS}
        shown = " and ".join(f"{name} ({taken[name]} is taken)" for name in missing)
        warnings.warn(
            f"{source} does not state {shown}, which the weights do not tell; add what the model was trained with",
            AlbertWarning,
            stacklevel=2,
        )


def check_hf_grouping(config: AlbertConfig, source: str) -> None:
    """Refuses the numbers of layers and groups for which transformers groups differently."""
    per_group = config.num_hidden_layers / config.num_hidden_groups
    check_grouping(config, lambda layer: int(layer / per_group), source)


def read_head(values: dict, tensors, source: str) -> str | None:
    """Returns the head, from `architectures` or, when the file has none, from the tensors.

    Args:
        values: the parsed `config.json`.
        tensors: tensor by name; only the classifier's shape is looked at.
        source: the file's name, for messages.

    Raises:
        ConfigError: when the architecture is none of ALBERT's.
    """
    names = values.get("architectures") or []
    if not names:
        return _head_of_tensors(values, tensors, source)
    if not isinstance(names, list):
        raise ConfigError(
            f"{source}: architectures is {names!r}; expected a list of one class name"
        )
    name = str(names[0]).removeprefix("TF").removeprefix("Flax")
    if name not in ARCHITECTURES:
        raise ConfigError(
            f"{source}: the architecture {names[0]!r} is not supported; expected one of "
            f"{', '.join(ARCHITECTURES)}"
        )
    head = ARCHITECTURES[name]
    return _classifier_or_regressor(values, tensors, source) if head == "text_classifier" else head


def _head_of_tensors(values: dict, tensors, source: str) -> str | None:
    stems = {name.split(".")[0] for name in tensors}
    for stem, head in (
        ("sop_classifier", "pretrainer"),
        ("predictions", "masked_lm"),
        ("qa_outputs", "question_answerer"),
    ):
        if stem in stems:
            return head
    if "classifier" not in stems:
        return None
    if "pooler" not in stems and "albert.pooler.weight" not in tensors:
        return "token_classifier"
    return _classifier_or_regressor(values, tensors, source)


def _classifier_or_regressor(values: dict, tensors, source: str) -> str:
    problem = values.get("problem_type")
    bias = tensors.get("classifier.bias")
    outputs = None if bias is None else bias.size
    if problem == "regression" and outputs not in (None, 1):
        # The logits are the same; only the training would differ, which has another loss here.
        warnings.warn(
            f"{source}: problem_type is 'regression' with {outputs} outputs, and a regressor of "
            f"albert_tf has one; read as a text classifier, whose {outputs} logits are the numbers",
            AlbertWarning,
            stacklevel=2,
        )
        return "text_classifier"
    # transformers calls one output a classifier of one class too, whose softmax says nothing.
    is_single = outputs == 1 and problem != "multi_label_classification"
    return "text_regressor" if is_single or problem == "regression" else "text_classifier"


def read_head_config(head: str | None, values: dict, num_classes: int | None, source: str) -> dict:
    """Returns the arguments of a classifier's head; other heads have none.

    Args:
        head: the head's name.
        values: the parsed `config.json`.
        num_classes: outputs of the classifier's layer; None when the layer is missing, which is for
            the check of the arrays to say.
        source: the file's name, for messages.

    Raises:
        ConfigError: when `id2label` names another number of labels than the layer has outputs.
    """
    if head not in ("text_classifier", "token_classifier"):
        return {}
    labels = _label_by_index(values, num_classes, source)
    if num_classes is None:
        num_classes = len(labels) if labels else LIBRARY_NUM_LABELS
    head_config = {"num_classes": num_classes}
    if labels:
        head_config["class_names"] = _labels(labels, num_classes, source)
    if head == "text_classifier":
        head_config["multi_label"] = values.get("problem_type") == "multi_label_classification"
    return head_config


def _label_by_index(values: dict, num_classes: int | None, source: str) -> dict | None:
    """Returns `id2label`, or what `label2id` says alone; warns where the two disagree."""
    labels, indices = values.get("id2label"), values.get("label2id")
    if not isinstance(indices, dict) or not (labels is None or isinstance(labels, dict)):
        return labels
    turned = {str(index): label for label, index in indices.items()}
    if labels is None:
        generic = {str(index): f"LABEL_{index}" for index in range(num_classes or 0)}
        fits = len(turned) == len(indices) == num_classes and turned != generic
        return turned if fits else None
    stated = {str(index): str(label) for index, label in labels.items()}
    if turned and set(turned) == set(stated) and turned != stated:
        warnings.warn(
            f"{source}: label2id and id2label disagree; the classes are named by id2label, as in transformers",
            AlbertWarning,
            stacklevel=2,
        )
    return labels


def _labels(labels: dict, num_classes: int, source: str) -> list[str]:
    try:
        by_index = {int(index): str(label) for index, label in labels.items()}
    except (AttributeError, ValueError) as error:
        raise ConfigError(
            f"{source}: id2label is malformed ({error}); expected label by index"
        ) from error
    if sorted(by_index) != list(range(num_classes)):
        raise ConfigError(
            f"{source}: id2label names {len(by_index)} labels but the classifier has {num_classes} "
            f"outputs; expected the indices 0 to {num_classes - 1}"
        )
    return [by_index[index] for index in range(num_classes)]


def write_config(checkpoint: Checkpoint) -> dict:
    """Returns the `config.json` that makes transformers build the same model.

    Raises:
        CheckpointError: when transformers cannot express the model.
    """
    config = checkpoint.config
    source = checkpoint.source or "the checkpoint"
    if config.use_relative_attention_bias:
        raise CheckpointError(
            f"{source} uses the learned attention bias (use_relative_attention_bias), which "
            "Hugging Face's ALBERT does not have; keep it as an albert_tf preset"
        )
    if checkpoint.head_config.get("pooling", "pooler") != "pooler":
        raise CheckpointError(
            f"{source} pools by the {checkpoint.head_config['pooling']} of its tokens, while Hugging "
            "Face's ALBERT classifies by the pooler; keep it as an albert_tf preset"
        )
    if checkpoint.head_config.get("end_conditioned_on_start"):
        raise CheckpointError(
            f"{source} finds the end of an answer by its start (end_conditioned_on_start), while Hugging Face's "
            "AlbertForQuestionAnswering scores both alone; keep it as an albert_tf preset"
        )
    epsilon = checkpoint.head_config.get("layer_norm_eps", config.layer_norm_eps)
    if epsilon != config.layer_norm_eps:
        raise CheckpointError(
            f"{source} has a masked-LM head with layer_norm_eps {epsilon} on an encoder with "
            f"{config.layer_norm_eps}; Hugging Face's ALBERT has one for both, so write it without "
            "its head"
        )
    check_hf_grouping(config, source)
    if config.num_hidden_layers // config.num_hidden_groups < config.inner_group_num:
        raise CheckpointError(
            f"{source} has inner_group_num {config.inner_group_num} but only "
            f"{config.num_hidden_layers} layers in {config.num_hidden_groups} groups; transformers "
            "fails on an ALBERT with fewer layers in a group than inner blocks"
        )
    return {
        "architectures": [_architecture(checkpoint.head)],
        "model_type": "albert",
        **{name: getattr(config, name) for name in FIELDS},
        "hidden_act": config.hidden_act,
        "classifier_dropout_prob": config.classifier_dropout_prob,
        "position_embedding_type": "absolute",
        "bos_token_id": 2,
        "eos_token_id": 3,
        "dtype": "float32",
        **_label_fields(checkpoint),
    }


def _architecture(head: str | None) -> str:
    head = "text_classifier" if head == "text_regressor" else head
    return next(name for name, known in ARCHITECTURES.items() if known == head)


def _label_fields(checkpoint: Checkpoint) -> dict:
    head, head_config = checkpoint.head, checkpoint.head_config
    if head == "text_regressor":
        return {
            "id2label": {"0": "LABEL_0"},
            "label2id": {"LABEL_0": 0},
            "problem_type": "regression",
        }
    if head not in ("text_classifier", "token_classifier"):
        return {}
    numbered = [f"LABEL_{i}" for i in range(head_config["num_classes"])]
    labels = head_config.get("class_names") or numbered
    fields = {
        "id2label": {str(i): label for i, label in enumerate(labels)},
        "label2id": {label: i for i, label in enumerate(labels)},
    }
    if head == "text_classifier":
        kind = "multi" if head_config.get("multi_label") else "single"
        fields["problem_type"] = f"{kind}_label_classification"
    return fields
