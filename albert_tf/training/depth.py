"""At which depth of a model a variable stands: embeddings, a group of the encoder, or head."""

import dataclasses

from albert_tf.errors import ConfigError
from albert_tf.layers import FactorizedEmbedding, SharedEncoder

EMBEDDINGS = "embeddings"
ATTENTION_BIAS = "encoder/relative_attention_bias"
HEAD = "head"


@dataclasses.dataclass(frozen=True)
class Placed:
    """A trainable variable, the depth where it stands, and the multiplier of its learning rate."""

    variable: object
    depth: str
    multiplier: float


def find_encoder(model) -> SharedEncoder:
    """Returns the one `SharedEncoder` of a model, at any nesting.

    Raises:
        ConfigError: when there is none, or more than one.
    """
    encoders = [layer for layer in nested_layers(model) if isinstance(layer, SharedEncoder)]
    if len(encoders) != 1:
        raise ConfigError(
            f"the model {model.name!r} holds {len(encoders)} ALBERT encoders; LayerDecaySchedule "
            "expects one: build the model around one AlbertBackbone"
        )
    return encoders[0]


def nested_layers(layer) -> list:
    """Returns a layer and all layers inside it, each once."""
    return list(dict.fromkeys(layer._flatten_layers()))


def place_variables(
    model, layer_decay_rate: float, scale_embedding: float, own: dict[str, float]
) -> list[Placed]:
    """Gives every trainable variable of a model its depth and its learning-rate multiplier.

    Variables are told apart by the layer they belong to, not by their names.

    Args:
        model: a `keras.Model` around an `AlbertBackbone`, or around its layers.
        layer_decay_rate: factor from each group of the encoder to the one below.
        scale_embedding: further factor of the embeddings.
        own: multipliers by prefix of the variable path, which win over the rule.

    Returns:
        One `Placed` for each trainable variable, in the model's order.

    Raises:
        ConfigError: when a variable is at no known depth, or a prefix of `own` matches no variable.
    """
    encoder = find_encoder(model)
    layers = _layers_by_depth(model, encoder)
    depth_of = {
        id(v): depth for depth in layers for layer in layers[depth] for v in layer.variables
    }
    below = {id(v) for layer in _layers_below(encoder, model) for v in layer.variables}
    inside = {id(v) for v in encoder.variables}
    own_prefix = _own_prefixes(model, own)
    rule = depth_multipliers(encoder.config.num_hidden_groups, layer_decay_rate, scale_embedding)
    placed = []
    for variable in model.trainable_variables:
        key = id(variable)
        if key in own_prefix:
            depth, multiplier = own_prefix[key], own[own_prefix[key]]
        elif key in depth_of:
            depth, multiplier = depth_of[key], rule[depth_of[key]]
        elif key in inside or key in below:
            raise _unmatched(variable, "inside" if key in inside else "below")
        else:
            depth, multiplier = HEAD, rule[HEAD]
        placed.append(Placed(variable, depth, float(multiplier)))
    return placed


def depth_multipliers(
    groups: int, layer_decay_rate: float, scale_embedding: float
) -> dict[str, float]:
    """Returns the rule of `LayerDecaySchedule`: the multiplier at each depth, bottom to top."""
    return {
        EMBEDDINGS: scale_embedding * layer_decay_rate**groups,
        **{f"encoder/group_{g}": layer_decay_rate ** (groups - 1 - g) for g in range(groups)},
        ATTENTION_BIAS: 1.0,  # new parameters, and every layer reads them
        HEAD: 1.0,
    }


def multipliers_by_depth(placed: list[Placed]) -> dict[str, float]:
    """Returns the multiplier at each depth that holds a variable, bottom to top."""
    found = {p.depth: p.multiplier for p in placed}
    groups = sorted((d for d in found if d.startswith("encoder/group_")), key=lambda d: (len(d), d))
    known = [EMBEDDINGS, *groups, ATTENTION_BIAS]
    others = [d for d in found if d not in known and d != HEAD]
    return {d: found[d] for d in (*known, *others, HEAD) if d in found}


def _layers_by_depth(model, encoder):
    depths = {
        EMBEDDINGS: [n for n in nested_layers(model) if isinstance(n, FactorizedEmbedding)],
        **{f"encoder/group_{g}": blocks for g, blocks in enumerate(encoder.blocks)},
    }
    if encoder.relative_attention_bias is not None:
        depths[ATTENTION_BIAS] = [encoder.relative_attention_bias]
    return depths


def _layers_below(encoder, model):
    """The model's layers whose output reaches the encoder, as far as functional models tell."""
    found, pending = {}, [*encoder._inbound_nodes]
    while pending:
        for node in pending.pop().parent_nodes:
            if node not in found:
                found[node] = node.operation
                pending.append(node)
    inside = set(nested_layers(model))
    return [layer for layer in dict.fromkeys(found.values()) if layer in inside]


def _unmatched(variable, place):
    return ConfigError(
        f"LayerDecaySchedule has no multiplier for the variable {variable.path!r}, which stands "
        f"{place} the encoder but in none of its blocks, nor in the embeddings; give it one, e.g. "
        f"multipliers={{{variable.path.rpartition('/')[0]!r}: 1.0}}"
    )


def _own_prefixes(model, own):
    """The longest prefix of `own` that each variable's path has, by the variable's id."""
    found, unused = {}, set(own)
    for prefix in sorted(own, key=len):
        for variable in model.trainable_variables:
            if f"{variable.path}/".startswith(prefix.rstrip("/") + "/"):
                found[id(variable)] = prefix
                unused.discard(prefix)
    if unused:
        layers = dict.fromkeys(v.path.rpartition("/")[0] for v in model.trainable_variables)
        raise ConfigError(
            f"multipliers: no trainable variable's path begins with {min(unused)!r}; "
            f"the model has {', '.join(layers)}"
        )
    return found
