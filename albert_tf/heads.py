"""The heads: what each gives, of which shape, what of the encoder it reads, and what it is for."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

Axis = str | int
"""An axis by what is counted along it, such as `"classes"`, or its size where that is always the same."""


@dataclasses.dataclass(frozen=True)
class Head:
    """What is true of a head in every model, checkpoint and file.

    Args:
        use: what a model does with it, to follow "an ALBERT that".
        outputs: axes of each output by its name, in the order of a file's outputs. Axes are `"batch"`, `"length"`,
            `"choices"`, `"classes"`, `"hidden_size"`, `"vocab_size"`, `"starts"`, `"spans"`.
        pooling: the vector of a text that it reads unless its arguments say otherwise: `"pooler"`, ALBERT's own, or
            `"mean"`, that of the token states; None where it reads the token states themselves.
        reads_windows: whether what does not fit into a row is read in several, which overlap; else it is cut.
        other_outputs: the outputs in their place where an argument of the head is set, by that argument's name.
    """

    use: str
    outputs: Mapping[str, tuple[Axis, ...]]
    pooling: str | None
    reads_windows: bool = False
    other_outputs: Mapping[str, Mapping[str, tuple[Axis, ...]]] = dataclasses.field(
        default_factory=dict
    )

    def outputs_with(self, head_config: Mapping | None = None) -> Mapping[str, tuple[Axis, ...]]:
        """Returns the axes of each output by its name, in the order of a file's outputs.

        Args:
            head_config: the head's arguments, some of which change the outputs.
        """
        given = head_config or {}
        chosen = (outputs for name, outputs in self.other_outputs.items() if given.get(name))
        return next(chosen, self.outputs)

    def outputs_by_token(self, head_config: Mapping | None = None) -> bool:
        """Whether an output has a row for each token.

        Args:
            head_config: the head's arguments.
        """
        return any("length" in axes for axes in self.outputs_with(head_config).values())

    def reads_pooler(self, head_config: Mapping | None = None) -> bool:
        """Whether the outputs depend on the pooler.

        Args:
            head_config: the head's arguments, of which `pooling` is one where it can be chosen.
        """
        return (head_config or {}).get("pooling", self.pooling) == "pooler"


def _one(name: str, *axes: Axis) -> Mapping[str, tuple[Axis, ...]]:
    return MappingProxyType({name: axes})


BEAM_OUTPUTS: Mapping[str, tuple[Axis, ...]] = MappingProxyType(
    {
        "start_top_log_probs": ("batch", "starts"),
        "start_top_index": ("batch", "starts"),
        "end_top_log_probs": ("batch", "spans"),
        "end_top_index": ("batch", "spans"),
        "cls_logits": ("batch",),
    }
)
"""What google-research's head for SQuAD v2.0 gives, by its own names: the best starts, the best ends of each of them,
one start after the other, and the logit of there being no answer."""

HEADS: Mapping[str, Head] = MappingProxyType(
    {
        "text_classifier": Head(
            "gives each text, or pair of texts, one of the labels below",
            _one("logits", "batch", "classes"),
            "pooler",
        ),
        "text_regressor": Head(
            "gives each text, or pair of texts, a number", _one("logits", "batch", 1), "pooler"
        ),
        "text_embedder": Head(
            "gives each text a vector; texts of like meaning have like vectors",
            _one("vectors", "batch", "hidden_size"),
            "mean",
        ),
        "token_classifier": Head(
            "labels every token of a text",
            _one("logits", "batch", "length", "classes"),
            None,
            reads_windows=True,
        ),
        "question_answerer": Head(
            "finds the answer to a question in a passage",
            MappingProxyType(
                {"start_logits": ("batch", "length"), "end_logits": ("batch", "length")}
            ),
            None,
            reads_windows=True,
            other_outputs=MappingProxyType({"end_conditioned_on_start": BEAM_OUTPUTS}),
        ),
        "multiple_choice": Head(
            "chooses among answers", _one("logits", "batch", "choices"), "pooler"
        ),
        "masked_lm": Head(
            "names masked tokens",
            _one("logits", "batch", "length", "vocab_size"),
            None,
            reads_windows=True,
        ),
        "pretrainer": Head(
            "names masked tokens, and tells swapped sentences",
            MappingProxyType(
                {"mlm_logits": ("batch", "length", "vocab_size"), "sop_logits": ("batch", 2)}
            ),
            "pooler",
        ),
    }
)
"""The heads a checkpoint may carry, by name; a bare backbone has `None`."""

BACKBONE = Head(
    "gives the states of every token, and one vector",
    MappingProxyType(
        {
            "sequence_output": ("batch", "length", "hidden_size"),
            "pooled_output": ("batch", "hidden_size"),
        }
    ),
    "pooler",
)
"""A backbone without a head."""


def head_of(name: str | None) -> Head:
    """Returns what is true of a head, or with None of a backbone alone.

    Raises:
        KeyError: there is no such head.
    """
    return BACKBONE if name is None else HEADS[name]


def known_head(name: str | None) -> Head:
    """Returns the same; of a head that somebody else wrote, of which nothing is known, what is true of a backbone."""
    return HEADS.get(name or "", BACKBONE)
