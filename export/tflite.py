"""`export_tflite`: a Keras model as one TFLite file, compared with the model before it counts."""

import dataclasses
from pathlib import Path
from typing import Any

from albert_tf.export.card import model_card
from albert_tf.export.conversion import check_graph, convert
from albert_tf.export.examples import cut, make_examples, pad
from albert_tf.export.inspection import TFLiteSummary
from albert_tf.export.lowering import (
    float32_copy,
    inference_function,
    input_names,
    input_shape,
    output_names,
)
from albert_tf.export.parity import DEFAULT_LIMITS, ParityLimits, ParityReport, compare
from albert_tf.export.settings import ExportSettings
from albert_tf.export.signatures import merge_signatures
from albert_tf.export.task_metadata import (
    CLIENTS,
    PROBABILITIES,
    TASK_TOKENIZER,
    check_client,
    make_task_file,
)
from albert_tf.export.writing import check_writable, describe, write_checked
from albert_tf.runtime.bundle import append_bundle
from albert_tf.runtime.graph import LiteRTGraph
from albert_tf.runtime.signatures import SignatureGraph
from albert_tf.version import __version__

CALIBRATION_EXAMPLES = 200


@dataclasses.dataclass(frozen=True)
class ExportResult:
    """What `export_tflite` wrote.

    Args:
        path: the TFLite file.
        parity_path: the parity report beside it, JSON.
        card_path: the model card beside it, Markdown; the same as JSON is `NAME.card.json`.
        size: of the file, in bytes.
        model_size: of the graph with its weights, in bytes: the file without tokenizer and labels.
        quantization, form, length, batch: as asked.
        parity: the comparison with the Keras model.
        summary: operators and constants of the file.
    """

    path: Path
    parity_path: Path
    card_path: Path
    size: int
    model_size: int
    quantization: str
    form: str
    length: int | None
    batch: int
    parity: ParityReport
    summary: TFLiteSummary

    def __str__(self):
        if self.form == "signatures":
            length = f"{len(self.summary.signatures)} lengths"
        else:
            length = "any length" if self.length is None else f"{self.length} tokens"
        return (
            f"{self.path}: {self.size / 1e6:.1f} MB, {self.quantization}, {self.form}, {length}\n"
            f"  {self.summary}\n  {self.parity}"
        )


def export_tflite(
    model: Any,
    path: str | Path,
    quantization: str = "int8",
    form: str = "loop",
    length: int | None = None,
    *,
    batch: int = 1,
    choices: int = 4,
    runtime: str | None = None,
    client: str | None = None,
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
        path: of the file; its parity report goes beside it, as `NAME.parity.json`, and its model
            card, as `NAME.card.md` and `NAME.card.json`. All are written completely or not at all.
        quantization: `"int8"` (int8 weights, activations quantized as they come: a quarter of the
            size, and on processors that multiply int8 themselves, such as phones' and servers' with
            VNNI, about three times as fast as float32), `"int4"` (blocks and word table in four
            bits: about half of that size), `"fp16"` (half the size of float32) or `"none"`; or
            `"int8-static"`, int8 activations too, for NPUs: it needs `form="unrolled"`, a fixed
            `length`, and `texts` like those that the file is for.
        form: `"loop"`; `"unrolled"` for GPU and NPU delegates, which do not run loops; or
            `"signatures"`, unrolled for inputs of 32, 64, 128 and 256 tokens in one file, for
            runtimes that compile a graph and cannot resize it, such as LiteRT's CompiledModel.
        length: tokens of the input, padding included; None for any length up to
            `max_position_embeddings`.
        batch: texts in one run of the graph.
        choices: answers that one run of the graph scores, for `AlbertMultipleChoice`; `TFLiteRunner` pads questions of
            fewer, and cuts those of more.
        runtime: the oldest version of TensorFlow Lite that is to run the file, e.g. `"2.16"` for the
            last `org.tensorflow:tensorflow-lite` on Maven Central; None for whatever the
            quantization needs. Before 2.17 int8 matrices have one scale instead of one for each
            output.
        client: `"task-library"` or `"mediapipe"`, for a text classifier of fixed `length`: the file
            describes itself to Google's `BertNLClassifier` or `TextClassifier`, and gives
            `probabilities` instead of `logits`; see docs/task_library.md.
        texts: texts to compare file and model on; default a few dozen of the package's own, or
            random ids for a model without preprocessor. The user's own validation texts say more.
        pairs: second texts, one for each of `texts`; for `AlbertQuestionAnswerer` their contexts, for
            `AlbertMultipleChoice` a list of choices for each.
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
    if client is not None:
        runtime = runtime or CLIENTS.get(client)
    settings = ExportSettings(quantization, form, length, batch, choices, runtime)
    settings.check(model)
    if client is not None:
        check_client(model, settings, client)
    check_writable(path)
    examples, source = make_examples(model, settings.longest(model), choices, texts, pairs)
    content = _converted(model, settings, examples)
    loops = model.config.num_hidden_groups if form == "loop" else 0
    summary = check_graph(content, loops, runtime)
    is_float32 = model.dtype_policy.name == "float32"
    parity = compare(
        model if is_float32 else float32_copy(model),
        SignatureGraph(content) if form == "signatures" else LiteRTGraph(content),
        examples,
        source=source,
        limits=limits or DEFAULT_LIMITS[quantization],
        reference_name="the model"
        if is_float32
        else f"a float32 copy of the {model.dtype_policy.name} model",
        pad_id=model.config.pad_token_id,
    )
    bundle = describe(model, settings, summary)
    if client is not None:
        content, bundle = _for_client(content, bundle, model, client, path.stem)
    file = append_bundle(content, bundle)
    training = getattr(model, "training_record", None)
    card = model_card(path.name, file, bundle.metadata, bundle.labels, summary, parity, training)
    path, parity_path, card_path = write_checked(path, file, parity, card)
    return ExportResult(
        path,
        parity_path,
        card_path,
        len(file),
        len(content),
        quantization,
        form,
        length,
        batch,
        parity,
        summary,
    )


def _for_client(content, bundle, model, client, name):
    task = make_task_file(content, model, client, name=name, description=_description(bundle))
    metadata = {**bundle.metadata, "outputs": [PROBABILITIES]}
    others = {TASK_TOKENIZER: task.tokenizer}
    return task.content, dataclasses.replace(bundle, metadata=metadata, others=others)


def _description(bundle):
    return f"Classifies a text; {bundle.metadata['quantization']}, by albert_tf {__version__}"


def _converted(model, settings, examples) -> bytes:
    """The graph in TFLite's format, of each length in one file."""
    graphs = {n: _graph(model, settings, n, examples) for n in settings.lengths(model)}
    return merge_signatures(graphs) if settings.form == "signatures" else graphs[settings.length]


def _graph(model, settings, length, examples) -> bytes:
    copy = float32_copy(model)
    form = "loop" if settings.form == "loop" else "unrolled"
    function = inference_function(
        copy,
        form,
        input_shape(copy, settings.batch, settings.choices, length),
        settings.table_bits,
        settings.mask_floor,
    )
    return convert(
        function,
        list(input_names(model, form)),
        list(output_names(model, form)),
        settings.quantization,
        f"ALBERT {model.head or 'backbone'}, {settings.quantization}, {settings.form}, "
        f"by albert_tf {__version__}",
        model.config,
        calibration=_calibration(settings, examples, length, model.config.pad_token_id),
        runtime=settings.runtime,
    )


def _calibration(settings, examples, length, pad_id):
    """The inputs on which ranges of activations are taken: the first, cut to `length`, a batch at a time."""
    if settings.quantization != "int8-static":
        return None
    chosen = [cut(example, length) for example in examples[:CALIBRATION_EXAMPLES]]
    chosen += [chosen[0]] * (-len(chosen) % settings.batch)
    starts = range(0, len(chosen), settings.batch)
    return [pad(chosen[start : start + settings.batch], length, pad_id) for start in starts]
