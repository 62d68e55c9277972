"""`export_tflite`: a Keras model as one TFLite file, compared with the model before it counts."""

import dataclasses
import importlib.metadata
import json
import os
from pathlib import Path

import keras

from albert_tf.errors import CheckpointError, ExportError
from albert_tf.export.bundle import Bundle, append_bundle
from albert_tf.export.conversion import (
    MASK_FLOOR,
    QUANTIZATIONS,
    TABLE_BITS,
    check_graph,
    convert,
)
from albert_tf.export.examples import make_examples, pad
from albert_tf.export.exit_loop import controls_of
from albert_tf.export.graph import LiteRTGraph
from albert_tf.export.inspection import TFLiteSummary
from albert_tf.export.lowering import (
    check_exportable,
    float32_copy,
    inference_function,
    input_names,
    input_shape,
    output_names,
)
from albert_tf.export.parity import DEFAULT_LIMITS, ParityLimits, ParityReport, compare
from albert_tf.version import __version__
from albert_tf.weights.atomic import write_files

FORMS = ("loop", "unrolled")
"""Accepted values of `form`: the layers of a group as one WHILE operator, or written out one after
another."""

CALIBRATION_EXAMPLES = 200


@dataclasses.dataclass(frozen=True)
class ExportResult:
    """What `export_tflite` wrote.

    Args:
        path: the TFLite file.
        parity_path: the parity report beside it, JSON.
        size: of the file, in bytes.
        model_size: of the graph with its weights, in bytes: the file without tokenizer and labels.
        quantization, form, length, batch: as asked.
        parity: the comparison with the Keras model.
        summary: operators and constants of the file.
    """

    path: Path
    parity_path: Path
    size: int
    model_size: int
    quantization: str
    form: str
    length: int | None
    batch: int
    parity: ParityReport
    summary: TFLiteSummary

    def __str__(self):
        length = "any length" if self.length is None else f"{self.length} tokens"
        return (
            f"{self.path}: {self.size / 1e6:.1f} MB, {self.quantization}, {self.form}, {length}\n"
            f"  {self.summary}\n  {self.parity}"
        )


def export_tflite(
    model,
    path: str | Path,
    quantization: str = "int8",
    form: str = "loop",
    length: int | None = None,
    *,
    batch: int = 1,
    choices: int = 4,
    texts: list[str] | None = None,
    pairs: list[str] | None = None,
    limits: ParityLimits | None = None,
) -> ExportResult:
    """Converts a model to one TFLite file with tokenizer and labels, compared with the model.

    The encoder's blocks stay shared on the device: with `form="loop"` each group of blocks is the
    body of one WHILE operator, so file, load time and memory do not grow with the number of layers.
    Only TFLite's built-in operators are used. The file takes int32 `token_ids`, `segment_ids` and
    `padding_mask` through the signature `serving_default` and gives `logits`, or the names of the
    model's output dict. `TFLiteRunner` reads it back.

    The model itself stays as it is: a float32 copy is converted, whatever the model's dtype policy.

    Args:
        model: any model of `albert_tf.models`. A masked language model scores every position.
        path: of the file; its parity report goes beside it, as `NAME.parity.json`. Both are
            written completely or not at all.
        quantization: `"int8"` (int8 weights, activations quantized as they come: a quarter of the
            size, and on processors that multiply int8 themselves, such as phones' and servers' with
            VNNI, about three times as fast as float32), `"int4"` (blocks and word table in four
            bits: about half of that size), `"fp16"` (half the size of float32) or `"none"`; or
            `"int8-static"`, int8 activations too, for NPUs: it needs `form="unrolled"`, a fixed
            `length`, and `texts` like those that the file is for.
        form: `"loop"`, or `"unrolled"` for GPU and NPU delegates, which do not run loops.
        length: tokens of the input, padding included; None for any length up to
            `max_position_embeddings`.
        batch: texts in one run of the graph.
        choices: answers to choose from, for `AlbertMultipleChoice`.
        texts: texts to compare file and model on; default a few dozen of the package's own, or
            random ids for a model without preprocessor. The user's own validation texts say more.
        pairs: second texts, one for each of `texts`.
        limits: what file and model may differ by; default by quantization, `DEFAULT_LIMITS`.

    Returns:
        An `ExportResult`.

    Raises:
        ExportError: when an argument is wrong, the file cannot be written, or the comparison misses
            its limits. Then a file that stood at `path` is unchanged, and the new one is kept as
            `NAME.failed.tflite` to look into.

    Example:
    ```python
    from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier
    from albert_tf.export import export_tflite

    model = AlbertTextClassifier(AlbertBackbone(AlbertConfig.named("tiny", num_hidden_layers=2)))
    print(export_tflite(model, "tiny.tflite"))
    ```
    """
    path = Path(path)
    _check_arguments(model, quantization, form, length, batch, choices)
    _check_writable(path)
    longest = length or model.config.max_position_embeddings
    examples, source = make_examples(model, longest, choices, texts, pairs)
    copy = float32_copy(model)
    shape = input_shape(copy, batch, choices, length)
    function = inference_function(
        copy, form, shape, TABLE_BITS.get(quantization), MASK_FLOOR.get(quantization)
    )
    description = (
        f"ALBERT {model.head or 'backbone'}, {quantization}, {form}, by albert_tf {__version__}"
    )
    content = convert(
        function,
        list(input_names(model, form)),
        list(output_names(model, form)),
        quantization,
        description,
        calibration=_calibration(quantization, examples, batch, length, model.config.pad_token_id),
    )
    del copy, function
    groups = model.config.num_hidden_groups
    summary = check_graph(content, loops=groups if form == "loop" else 0)
    is_float32 = model.dtype_policy.name == "float32"
    parity = compare(
        model if is_float32 else float32_copy(model),
        LiteRTGraph(content),
        examples,
        source=source,
        limits=limits or DEFAULT_LIMITS[quantization],
        reference_name="the model"
        if is_float32
        else f"a float32 copy of the {model.dtype_policy.name} model",
        pad_id=model.config.pad_token_id,
    )
    file = append_bundle(content, _bundle(model, quantization, form, length, batch))
    path, parity_path = _write(path, file, parity)
    return ExportResult(
        path,
        parity_path,
        len(file),
        len(content),
        quantization,
        form,
        length,
        batch,
        parity,
        summary,
    )


# === Arguments ===


def _check_arguments(model, quantization, form, length, batch, choices):
    if keras.backend.backend() != "tensorflow":
        raise ExportError(
            f"the Keras backend is {keras.backend.backend()}; TFLite conversion needs TensorFlow: "
            "save the model with save_to_preset, and export it in a process with "
            "KERAS_BACKEND=tensorflow"
        )
    for name, value, known in (
        ("quantization", quantization, QUANTIZATIONS),
        ("form", form, FORMS),
    ):
        if value not in known:
            raise ExportError(f"{name} is {value!r}; expected one of {', '.join(known)}")
    for name, value in (("batch", batch), ("choices", choices)):
        if not _is_count(value):
            raise ExportError(f"{name} is {value!r}; expected a whole number of at least 1")
    check_exportable(model)
    if quantization == "int8-static" and (form != "unrolled" or length is None):
        raise ExportError(
            f"int8-static with form {form!r} and length {length!r}: ranges of activations can be "
            "taken only of a graph without loops and of one length; pass form='unrolled' and a "
            "length, or choose int8, which finds the ranges as it runs"
        )
    most = model.config.max_position_embeddings
    if length is not None and not (_is_count(length) and length <= most):
        raise ExportError(
            f"length is {length!r}; expected a whole number from 1 to {most}, the model's "
            "max_position_embeddings, or nothing for any length"
        )


def _is_count(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _check_writable(path):
    """Says so before a minute of conversion, not after it."""
    if path.is_dir():
        raise ExportError(
            f"{path} is a folder; expected the name of a file, e.g. {path / 'model.tflite'}"
        )
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise ExportError(
            f"cannot write {path}: {folder} is not a folder that you may write to; choose another"
        )


def _calibration(quantization, examples, batch, length, pad_id):
    """The inputs on which ranges of activations are taken: the first examples, a batch at a time."""
    if quantization != "int8-static":
        return None
    chosen = examples[:CALIBRATION_EXAMPLES]
    chosen += [chosen[0]] * (-len(chosen) % batch)
    return [
        pad(chosen[start : start + batch], length, pad_id) for start in range(0, len(chosen), batch)
    ]


# === Writing ===


def _bundle(model, quantization, form, length, batch):
    preprocessor = getattr(model, "preprocessor", None)
    tokenizer = None if preprocessor is None else preprocessor.tokenizer
    head_config = {} if model.head is None else model.head_config()
    metadata = {
        "albert_tf": __version__,
        "head": model.head,
        "num_classes": head_config.get("num_classes"),
        "multi_label": head_config.get("multi_label", False),
        "quantization": quantization,
        "form": form,
        "length": length,
        "batch": batch,
        "inputs": list(input_names(model, form)),
        "outputs": list(output_names(model, form)),
        "controls": [dataclasses.asdict(c) for c in controls_of(model)] if form == "loop" else [],
        "config": model.config.to_dict(),
        "tokenizer": None if tokenizer is None else tokenizer.get_config(),
        "sequence_length": None if preprocessor is None else preprocessor.sequence_length,
        "truncate": None if preprocessor is None else preprocessor.truncate,
        "versions": {name: importlib.metadata.version(name) for name in ("tensorflow", "keras")},
    }
    labels = getattr(model, "labels", None)
    return Bundle(
        metadata=metadata,
        tokenizer=None if tokenizer is None else tokenizer.model_bytes,
        labels=None if labels is None else tuple(labels),
    )


def _write(path, file, parity):
    """Writes file and report; under another name, and raising, when the limits were missed."""
    if not parity.passed:
        path = path.with_name(f"{path.stem}.failed{path.suffix}")
    parity_path = path.with_name(f"{path.stem}.parity.json")
    report = json.dumps({"file": path.name, "size": len(file), **parity.to_dict()}, indent=2) + "\n"
    try:
        write_files(path.parent, {parity_path.name: report, path.name: file})
    except CheckpointError as error:
        reason = error.__cause__ or error
        raise ExportError(
            f"cannot write {path}: {reason}; nothing that stood there was changed: free some space "
            "or choose another folder"
        ) from error
    if not parity.passed:
        raise ExportError(
            "the exported file differs too much from the Keras model: "
            f"{'; '.join(parity.failures)} ({parity.source}); it is kept as {path} with its report "
            f"{parity_path.name}: try quantization fp16 or none, or pass limits"
        )
    return path, parity_path
