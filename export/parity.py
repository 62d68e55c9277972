"""How far an exported file's answers are from the Keras model's."""

import dataclasses
import json

import numpy as np

from albert_tf.export.beam_parity import ENDS, STARTS, aligned_beams, best_places, is_beam
from albert_tf.export.examples import Example, pad
from albert_tf.export.exit_loop import NUM_LAYERS, controls_of
from albert_tf.export.lowering import as_dict
from albert_tf.runtime.graph import LiteRTGraph
from albert_tf.runtime.signatures import SignatureGraph, is_per_token

LENGTHS = (8, 16, 32, 64, 128, 256, 512)
"""Upper ends of the length classes of the report, in tokens."""
EXTRA_PADDING = 3
"""Tokens of padding that every fourth batch gets on top, so that the mask is tried too."""
REFERENCE_ROWS = 16


@dataclasses.dataclass(frozen=True)
class ParityLimits:
    """What an export may differ by.

    Args:
        difference: largest difference of an output, as a share of the largest absolute value that
            Keras gives for that output: 0.01 is one percent.
        agreement: share of labels that must be the same, among those where Keras is decided: its
            best label leads the second by more than `difference` of that largest value.
        outliers: share of the tokens that may differ by more than `difference`, of outputs with a row for each
            token. Of thousands of tokens a few stand between two readings of their text, and rounding tips them
            over; which a text's own label, a matter of all tokens, does not show.
    """

    difference: float
    agreement: float
    outliers: float = 0.0


DEFAULT_LIMITS = {
    "none": ParityLimits(difference=1e-4, agreement=1.0),
    "fp16": ParityLimits(difference=1e-2, agreement=1.0),
    "int8": ParityLimits(difference=0.15, agreement=0.98, outliers=0.01),
    "int4": ParityLimits(difference=0.5, agreement=0.95, outliers=0.01),
    "int8-static": ParityLimits(difference=0.5, agreement=0.95, outliers=0.01),
}
"""By quantization, a few times what trained and random models were measured to need."""

ANY_DIFFERENCE = ParityLimits(difference=float("inf"), agreement=0.0)
"""For exports whose loss is what is measured."""


@dataclasses.dataclass(frozen=True)
class LengthClass:
    """The texts of up to `length` tokens: number, differences, and share of equal labels."""

    length: int
    texts: int
    max_difference: float
    mean_difference: float
    agreement: float | None


@dataclasses.dataclass(frozen=True)
class ParityReport:
    """The comparison of a file with the Keras model it was made from.

    Args:
        texts: number of texts, or of random inputs, compared.
        source: `"given texts"`, `"sample texts"` or `"random ids"`.
        reference: what the file was compared with.
        max_difference: largest absolute difference of an output value; logits, in most heads.
        mean_difference: mean absolute difference.
        relative_difference: largest difference as a share of the largest absolute value that
            Keras gives for the same output.
        agreement: share of equal labels; None for heads without labels.
        decided_agreement: the same among the labels that the limits judge; None where none are.
        outliers: share of tokens that differ by more than the limit; None for outputs without a row for each token.
        worst_text: index of the text with the largest relative difference, or of the first with NaN.
        by_length: the same by number of tokens.
        limits: what was allowed.
        failures: which limits were missed, in words; empty when the file passed.
    """

    texts: int
    source: str
    reference: str
    max_difference: float
    mean_difference: float
    relative_difference: float
    agreement: float | None
    decided_agreement: float | None
    outliers: float | None
    worst_text: int
    by_length: tuple[LengthClass, ...]
    limits: ParityLimits
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every limit was kept."""
        return not self.failures

    def to_dict(self) -> dict:
        """Returns the report as a JSON-able dict."""
        return {"passed": self.passed, **dataclasses.asdict(self)}

    def to_json(self) -> str:
        """Returns the report as indented JSON text."""
        return json.dumps(self.to_dict(), indent=2) + "\n"

    def __str__(self):
        labels = "" if self.agreement is None else f", same label on {self.agreement:.1%}"
        return (
            f"{self.texts:,} {self.source}: largest difference {self.max_difference:.2g} "
            f"({self.relative_difference:.2%} of the largest value), mean "
            f"{self.mean_difference:.2g}{labels}"
        )


def compare(
    reference,
    graph: LiteRTGraph | SignatureGraph,
    examples: list[Example],
    *,
    source: str,
    limits: ParityLimits,
    reference_name: str,
    pad_id: int,
) -> ParityReport:
    """Runs both on the same inputs and reports the differences.

    Args:
        reference: a float32 Keras model of this package.
        graph: the exported file, loaded.
        examples: token ids and segment ids; see `albert_tf.export.examples`.
        source: what the examples are, for the report.
        limits: what is allowed.
        reference_name: what `reference` is, for the report.
        pad_id: token id of padding.
    """
    order = sorted(range(len(examples)), key=lambda i: examples[i].length)
    with_exits = NUM_LAYERS.name in graph.inputs
    expected = _answers(
        order,
        examples,
        REFERENCE_ROWS,
        lambda rows: _run_keras(reference, rows, pad_id, with_exits),
    )
    shape = graph.inputs["token_ids"]
    found = _answers(order, examples, shape[0], _litert_runner(graph, shape, pad_id, reference))
    comparisons = [_Comparison(reference, e, f) for e, f in zip(expected, found, strict=True)]
    scales = _scales([comparison.expected for comparison in comparisons])
    relative = [c.relative(scales) for c in comparisons]
    labels = _Labels.total([c.labels(scales, limits.difference) for c in comparisons])
    relative_difference = _largest(relative)
    outliers = _outliers(comparisons, scales, limits.difference)
    failures = []
    if not relative_difference <= limits.difference:  # so that NaN fails
        others = _largest([c.without_tokens(scales) for c in comparisons])
        are_few = outliers is not None and outliers <= limits.outliers
        if not (are_few and np.isfinite(relative_difference) and others <= limits.difference):
            failures.append(_too_far(relative_difference, outliers, limits))
    share = labels.decided_share
    if share is not None and share < limits.agreement:
        failures.append(
            f"{share:.1%} of {labels.decided:,} decided labels agree, needed {limits.agreement:.1%}"
        )
    return ParityReport(
        texts=len(examples),
        source=source,
        reference=reference_name,
        max_difference=_largest(c.largest for c in comparisons),
        mean_difference=_mean(comparisons),
        relative_difference=relative_difference,
        agreement=labels.share,
        decided_agreement=share,
        outliers=outliers,
        worst_text=int(np.argmax(relative)),  # the first NaN, where there is one
        by_length=_by_length(examples, comparisons, scales, limits),
        limits=limits,
        failures=tuple(failures),
    )


def _too_far(relative_difference, outliers, limits) -> str:
    failure = (
        f"the largest difference is {relative_difference:.3g} of the largest value, allowed "
        f"{limits.difference:g}"
    )
    if outliers is None or not limits.outliers:
        return failure
    return f"{failure} but for {limits.outliers:.1%} of the tokens; of these {outliers:.1%} differ by more"


# === Running both sides ===


def _answers(order, examples, rows, run):
    """Runs batches of `rows` examples of similar length; returns the unpadded outputs of each."""
    answers = [None] * len(examples)
    for start in range(0, len(order), rows):
        chosen = order[start : start + rows]
        outputs = run([examples[i] for i in chosen])
        for row, index in enumerate(chosen):
            answers[index] = {
                name: values[row][: examples[index].length]
                if is_per_token(name, values)
                else values[row]
                for name, values in outputs.items()
            }
    return answers


def _run_keras(model, rows, pad_id, with_exits):
    inputs = pad(rows, max(example.length for example in rows), pad_id)
    if with_exits:
        exits = np.asarray(model.exit_outputs(inputs, training=False))
        return _by_depth([exits[:, layer] for layer in range(exits.shape[1])])
    outputs = as_dict(model, model(inputs, training=False))
    return {name: np.asarray(values) for name, values in outputs.items()}


def _by_depth(answers) -> dict[str, np.ndarray]:
    """Names the answers of a model with exits; that of full depth is what a file gives unasked."""
    *below, last = answers
    return {**{f"layer_{n}": a for n, a in enumerate(below, start=1)}, "logits": last}


def _run_litert(graph, inputs, model):
    """Runs the graph; one with exits at every depth, so that each of its answers is compared."""
    if NUM_LAYERS.name not in graph.inputs:
        return graph.run(inputs)
    controls = controls_of(model, "loop")
    defaults = {c.name: np.array([c.default], c.dtype) for c in controls}
    answers = []
    for layers in range(1, model.config.num_hidden_layers + 1):
        limit = {NUM_LAYERS.name: np.array([layers], "int32")}
        answers.append(graph.run({**inputs, **defaults, **limit})["logits"])
    return _by_depth(answers)


def _litert_runner(graph, shape, pad_id, model):
    batches = iter(range(10**9))
    config = model.config

    def run(rows):
        length = shape[-1]
        if length < 0:
            extra = EXTRA_PADDING if next(batches) % 4 == 3 else 0
            longest = max(example.length for example in rows)
            length = min(longest + extra, config.max_position_embeddings)
        missing = shape[0] - len(rows)
        return _run_litert(graph, pad([*rows, *[rows[0]] * missing], length, pad_id), model)

    return run


# === Comparing ===


def _largest(values) -> float:
    """The maximum, and NaN where any is NaN: Python's `max` passes over a NaN that is not the first."""
    return float(np.max(list(values)))


class _Comparison:
    """Reference and found outputs of one example."""

    def __init__(self, model, expected, found):
        self.model, self.beams = model, [expected, found] if is_beam(expected) else []
        self.expected, self.found = aligned_beams(*self.beams) if self.beams else (expected, found)
        self.differences = {
            name: np.abs(self.found[name].astype("float64") - values)
            for name, values in self.expected.items()
        }

    @property
    def largest(self) -> float:
        return _largest(d.max() for d in self.differences.values())

    @property
    def total(self) -> tuple[float, int]:
        return sum(float(d.sum()) for d in self.differences.values()), sum(
            d.size for d in self.differences.values()
        )

    def relative(self, scales) -> float:
        return _largest(d.max() / scales[name] for name, d in self.differences.items())

    def by_token(self, scales) -> list[np.ndarray]:
        """How far each token is off, of each output that has a row for each."""
        return [
            d.reshape(len(d), -1).max(axis=-1) / scales[name]
            for name, d in self.differences.items()
            if self._is_by_token(name)
        ]

    def without_tokens(self, scales) -> float:
        """How far the other outputs are off."""
        others = [n for n in self.differences if not self._is_by_token(n)]
        return _largest([0.0, *(self.differences[n].max() / scales[n] for n in others)])

    def _is_by_token(self, name) -> bool:
        return not self.beams and is_per_token(name, self.differences[name][None])

    def labels(self, scales, share) -> "_Labels":
        """Counts equal labels; a lead of `share` of an output's scale makes a label decided."""
        counts = [
            _count_labels(
                self.model, name, self.expected[name], self.found[name], share * scales[name]
            )
            for name in self.expected
        ]
        return _Labels.total([*counts, *self._beam_labels(scales, share)])

    def _beam_labels(self, scales, share) -> "list[_Labels]":
        """Counts equal best starts and best spans."""
        counts = []
        for mine, theirs in zip(*map(best_places, self.beams), strict=True):
            name, places, lead = mine
            equal = places == theirs[1]
            is_decided = lead > share * (scales[STARTS] + scales[ENDS] * (name == ENDS))
            counts.append(_Labels(1, int(equal), int(is_decided), int(equal and is_decided)))
        return counts


@dataclasses.dataclass(frozen=True)
class _Labels:
    compared: int = 0
    equal: int = 0
    decided: int = 0
    decided_equal: int = 0

    @classmethod
    def total(cls, counts) -> "_Labels":
        return cls(*(sum(column) for column in zip(*map(dataclasses.astuple, counts), strict=True)))

    @property
    def share(self) -> float | None:
        return self.equal / self.compared if self.compared else None

    @property
    def decided_share(self) -> float | None:
        return self.decided_equal / self.decided if self.decided else None


def _count_labels(model, name, expected, found, lead) -> _Labels:
    without = ("sequence_output", "pooled_output", "vectors", STARTS, ENDS)
    if name in without or model.head == "text_regressor":
        return _Labels()
    if getattr(model, "multi_label", False) or name == "cls_logits":
        equal, decided = (expected > 0) == (found > 0), np.abs(expected) > lead
    else:
        best = np.argmax(expected, axis=-1)
        first_two = np.sort(expected, axis=-1)[..., -2:]
        equal = best == np.argmax(found, axis=-1)
        decided = first_two[..., -1] - first_two[..., 0] > lead
    return _Labels(
        np.size(equal), int(np.sum(equal)), int(np.sum(decided)), int(np.sum(equal & decided))
    )


def _scales(expected):
    """The largest absolute value of each output, or 1 where all are zero; answers with NaN do not count."""
    return {
        name: float(np.fmax.reduce([np.abs(answer[name]).max() for answer in expected])) or 1.0
        for name in expected[0]
    }


def _outliers(comparisons, scales, difference) -> float | None:
    """The share of tokens that are off by more; those with NaN, which is not less, among them."""
    tokens = [token for comparison in comparisons for token in comparison.by_token(scales)]
    return float(np.mean(~(np.concatenate(tokens) <= difference))) if tokens else None


def _mean(comparisons):
    sums, sizes = zip(*(c.total for c in comparisons), strict=True)
    return sum(sums) / sum(sizes)


def _by_length(examples, comparisons, scales, limits):
    classes = []
    for low, high in zip((0, *LENGTHS), LENGTHS, strict=False):
        chosen = [c for e, c in zip(examples, comparisons, strict=True) if low < e.length <= high]
        if chosen:
            labels = _Labels.total([c.labels(scales, limits.difference) for c in chosen])
            classes.append(
                LengthClass(
                    high,
                    len(chosen),
                    _largest(c.largest for c in chosen),
                    _mean(chosen),
                    labels.share,
                )
            )
    return tuple(classes)
