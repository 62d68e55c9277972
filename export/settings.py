"""What an export was asked for: quantization, form, length, and the runtime that is to run it."""

import dataclasses

from albert_tf.errors import ExportError
from albert_tf.export.choices import FORMS, QUANTIZATIONS
from albert_tf.export.lowering import check_backend, check_exportable
from albert_tf.export.runtime_versions import (
    FOUR_BIT_RUNTIME,
    HALF_LOOP_RUNTIME,
    parse_version,
    reaches,
)
from albert_tf.export.signatures import LENGTHS
from albert_tf.runtime.bundle import check_labels

TABLE_BITS = {"int8": 8, "int4": 4, "int8-static": 8}

MASK_FLOOR = {"int8-static": -20.0}
"""Where scores have 256 steps from least to largest: -10000 for padding would leave them but one.
exp(-20) is 2e-9."""


@dataclasses.dataclass(frozen=True)
class ExportSettings:
    """The arguments of `export_tflite` that decide the graph; see there.

    Args:
        quantization, form, length, batch, choices, runtime: as in `export_tflite`.
    """

    quantization: str = "int8"
    form: str = "loop"
    length: int | None = None
    batch: int = 1
    choices: int = 4
    runtime: str | None = None

    @property
    def table_bits(self) -> int | None:
        """Bits of the embedding tables where these are integers."""
        return TABLE_BITS.get(self.quantization)

    @property
    def mask_floor(self) -> float | None:
        """Least number that is added to a score for padding; None for ALBERT's own."""
        return MASK_FLOOR.get(self.quantization)

    def lengths(self, model) -> tuple[int | None, ...]:
        """Returns the length of each graph in the file; None is free."""
        if self.form != "signatures":
            return (self.length,)
        most = model.config.max_position_embeddings
        return tuple(sorted({min(length, most) for length in LENGTHS}))

    def longest(self, model) -> int:
        """Returns the most tokens that the file takes."""
        last = self.lengths(model)[-1]
        return model.config.max_position_embeddings if last is None else last

    def check(self, model) -> None:
        """Raises an `ExportError` for an argument that is wrong, or does not go with the model or another."""
        check_backend("TFLite conversion")
        for name, value, known in (
            ("quantization", self.quantization, QUANTIZATIONS),
            ("form", self.form, FORMS),
        ):
            if value not in known:
                raise ExportError(f"{name} is {value!r}; expected one of {', '.join(known)}")
        for name, count in (("batch", self.batch), ("choices", self.choices)):
            if not _is_count(count):
                raise ExportError(f"{name} is {count!r}; expected a whole number of at least 1")
        check_exportable(model)
        check_labels(getattr(model, "class_names", None) or ())
        self._check_length(model)
        self._check_quantization()

    def _check_length(self, model):
        most = model.config.max_position_embeddings
        if self.length is not None and not (_is_count(self.length) and self.length <= most):
            raise ExportError(
                f"length is {self.length!r}; expected a whole number from 1 to {most}, the model's "
                "max_position_embeddings, or nothing for any length"
            )
        if self.form == "signatures" and self.length is not None:
            raise ExportError(
                f"length is {self.length}, but form 'signatures' has lengths of its own, "
                f"{', '.join(map(str, LENGTHS))}; leave length out, or choose form 'unrolled'"
            )

    def _check_quantization(self):
        is_fixed = self.form == "signatures" or (self.form == "unrolled" and self.length)
        if self.quantization == "int8-static" and not is_fixed:
            raise ExportError(
                f"int8-static with form {self.form!r} and length {self.length!r}: ranges of activations "
                "can be taken only of a graph without loops and of one length; pass form='unrolled' "
                "and a length, or choose int8, which finds the ranges as it runs"
            )
        if self.runtime is not None:
            parse_version(self.runtime)
        if self.quantization == "int4" and not reaches(self.runtime, FOUR_BIT_RUNTIME):
            raise ExportError(
                f"runtime is {self.runtime}, quantization int4: TensorFlow Lite before {FOUR_BIT_RUNTIME} "
                "computes four bits wrongly, or refuses them; choose int8"
            )
        is_half_loop = self.quantization == "fp16" and self.form == "loop"
        if is_half_loop and not reaches(self.runtime, HALF_LOOP_RUNTIME):
            raise ExportError(
                f"runtime is {self.runtime}, quantization fp16, form loop: TensorFlow Lite before "
                f"{HALF_LOOP_RUNTIME} computes float16 weights wrongly in a loop; choose form unrolled, or "
                "quantization int8 or none"
            )


def _is_count(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
