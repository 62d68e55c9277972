"""Export a fine-tuned preset to one TFLite file, and check its answers against the Keras model.

The file holds the tokenizer and the labels, and takes texts of any length up to the model's. Its layer loop is one
operator, so size, memory and load time do not grow with depth. After the conversion, both models answer the same
texts; the report stands beside the file (FILE.parity.json), and a difference beyond the limits is an error that
leaves an earlier FILE as it was.

  albert-tf export runs/reviews/model reviews.tflite
  albert-tf export runs/reviews/model reviews.tflite --texts reviews.csv
  albert-tf export runs/reviews/model reviews.tflite --texts reviews.csv --min-agreement 0.995
  albert-tf export runs/reviews/model reviews_small.tflite --quantization int4
  albert-tf export runs/reviews/model reviews.tflite --compare dev.csv
  albert-tf export runs/reviews/model served/reviews/1 --saved-model
  albert-tf export runs/reviews/model reviews_old.tflite --runtime 2.16
  albert-tf export runs/reviews/model reviews_gpu.tflite --form unrolled --length 64
  albert-tf export albert_small_en vectors.tflite --embedder
  albert-tf export published/ reviews.tflite --class-names bad good
  albert-tf export runs/reviews/model --web site
  albert-tf export reviews.tflite --web page --single-file
"""

import dataclasses
from pathlib import Path

from albert_tf.cli.answerer import KerasAnswerer, read_targets, scores_of
from albert_tf.cli.console import megabytes, note, percent, quoted, say, table
from albert_tf.cli.data_arguments import add_table_arguments, read_texts
from albert_tf.cli.model_arguments import (
    add_class_names,
    is_tflite,
    model_of,
    no_tokenizer,
)
from albert_tf.dependencies import require
from albert_tf.errors import ExportError
from albert_tf.export.choices import CLIENTS, FORMS, QUANTIZATIONS

NAME = "export"
HELP = "export a preset to a TFLite file"


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf export`."""
    parser.add_argument(
        "model", metavar="MODEL", help="a preset; with --web also a .tflite file that was exported"
    )
    parser.add_argument("file", metavar="FILE", nargs="?", help="the .tflite file to write")
    parser.add_argument(
        "--quantization",
        "--quantize",
        choices=QUANTIZATIONS,
        default="int8",
        help="none (float32), fp16, int8 weights with float arithmetic between, int4 blocks and word table, or "
        "int8-static: int8 activations too, for NPUs, with --form unrolled --length N --texts FILE (default: "
        "%(default)s)",
    )
    parser.add_argument(
        "--form",
        choices=FORMS,
        default="loop",
        help="loop: one copy of the block, for CPUs; unrolled: for GPU and NPU delegates; signatures: unrolled for 32, "
        "64, 128 and 256 tokens in one file, for runtimes that cannot resize (default: %(default)s)",
    )
    parser.add_argument(
        "--runtime",
        metavar="VERSION",
        help="oldest TensorFlow Lite that is to run FILE, e.g. 2.16 (default: what the quantization needs; the file "
        "says it)",
    )
    parser.add_argument(
        "--client",
        choices=CLIENTS,
        help="make FILE readable for Google's Task Library (BertNLClassifier) or MediaPipe (TextClassifier), with "
        "--length; see docs/task_library.md",
    )
    parser.add_argument(
        "--length", type=int, metavar="N", help="fix the length in tokens (default: any length)"
    )
    parser.add_argument(
        "--texts",
        metavar="FILE",
        help="csv, tsv, jsonl or json to compare on; default: built-in texts",
    )
    parser.add_argument(
        "--embedder",
        action="store_true",
        help="export the backbone of MODEL as a file of sentence vectors, for albert-tf embed",
    )
    parser.add_argument(
        "--compare",
        metavar="DATA",
        help="labelled texts: print size, difference and metric of every quantization on them first",
    )
    parser.add_argument(
        "--saved-model",
        action="store_true",
        help="write a SavedModel for TensorFlow Serving to the folder FILE instead: texts in, labels out",
    )
    parser.add_argument(
        "--web",
        metavar="DIR",
        help="write a page that answers in any browser to DIR, for any web server; see docs/web.md",
    )
    parser.add_argument(
        "--single-file",
        action="store_true",
        help="with --web: one HTML file that opens from disk, without a server",
    )
    add_class_names(parser)
    group = parser.add_argument_group("limits (default: by quantization)")
    group.add_argument(
        "--max-difference",
        type=float,
        metavar="X",
        help="largest difference from Keras, as a share of the largest value: 0.01 is one percent",
    )
    group.add_argument(
        "--min-agreement",
        type=float,
        metavar="X",
        help="share of equal labels, among texts where Keras is decided",
    )
    add_table_arguments(parser)


def run(args) -> None:
    """Runs `albert-tf export`."""
    _check_arguments(args)
    if args.web and is_tflite(args.model):
        _write_page(args, args.model)
        return
    require("keras", "albert-tf export")
    if args.saved_model:
        _export_saved_model(args)
        return
    texts = pairs = None
    if args.texts:
        data = read_texts(args, args.texts)
        for line in data.notes:
            note(line)
        texts, pairs = data.texts, data.pairs
    model = _load(args)
    if args.compare:
        _compare(args, model)
    from albert_tf.export import export_tflite

    result = export_tflite(
        model,
        args.file,
        quantization=args.quantization,
        form=args.form,
        length=args.length,
        runtime=args.runtime,
        client=args.client,
        texts=texts,
        pairs=pairs,
        limits=_limits(args),
    )
    say(str(result))
    if args.web:
        _write_page(args, args.file)


def _write_page(args, file):
    from albert_tf.web import write_page

    index = write_page(file, args.web, single_file=args.single_file)
    how = (
        "open it in a browser"
        if args.single_file
        else f"python -m http.server -d {quoted(args.web)}"
    )
    say(f"{index}: answers in the browser, and sends nothing; {how}")


def _check_arguments(args):
    """Refuses what is wrong in any case, before a model is loaded for seconds."""
    if args.single_file and not args.web:
        raise ExportError("--single-file is about the page of --web DIR; give --web too")
    if args.web and args.file is None:
        from albert_tf.web.page import MODEL

        args.file = str(Path(args.web) / MODEL)
    if args.file is None:
        raise ExportError("there is no FILE; expected the .tflite file to write, or --web DIR")
    if args.web and is_tflite(args.model):
        return
    if not (args.saved_model or is_tflite(args.file)):
        raise ExportError(f"FILE is {args.file}; expected a name that ends in .tflite")
    if args.embedder and args.class_names:
        raise ExportError("--class-names are given, but --embedder exports vectors; leave one out")
    for option, value in (
        ("--max-difference", args.max_difference),
        ("--min-agreement", args.min_agreement),
    ):
        if value is not None and not 0 <= value <= 1:
            raise ExportError(f"{option} is {value:g}; expected a share from 0 to 1")


def _export_saved_model(args):
    model = _load(args)
    from albert_tf.export import export_saved_model

    say(f"{export_saved_model(model, args.file)}: texts in, answers out; see docs/export.md")


def _load(args):
    from albert_tf.weights import read_checkpoint

    checkpoint = read_checkpoint(args.model)
    if args.embedder:
        from albert_tf import AlbertTextEmbedder

        model = AlbertTextEmbedder.from_checkpoint(checkpoint)
    else:
        model = model_of(checkpoint, args.class_names)
    _note_missing_tokenizer(args, checkpoint, model)
    return model


def _note_missing_tokenizer(args, checkpoint, model):
    """Says before a long conversion that the file will take token ids, and why."""
    if getattr(model, "preprocessor", None) is not None:
        return
    if checkpoint.tokenizer_model is None:
        note(f"{no_tokenizer(args.model)}; as it is, the file takes token ids")
    else:
        note(
            f"{args.model} has a tokenizer, but a {model.head or 'backbone without a head'} takes none; exported "
            "without: the file takes token ids"
        )


def _limits(args):
    from albert_tf.export import DEFAULT_LIMITS

    limits = DEFAULT_LIMITS[args.quantization]
    if args.max_difference is not None:  # then it is for every token
        limits = dataclasses.replace(limits, difference=args.max_difference, outliers=0.0)
    if args.min_agreement is not None:
        limits = dataclasses.replace(limits, agreement=args.min_agreement)
    return limits


def _compare(args, model):
    from albert_tf.export import compare_quantizations
    from albert_tf.tasks import MAIN_METRIC, evaluate_scores

    if model.head not in ("text_classifier", "text_regressor"):
        raise ExportError(
            f"--compare needs a text classifier or regressor; {args.model} holds a {model.head}"
        )
    keras = KerasAnswerer(model)
    data, _, targets = read_targets(args, args.compare, keras)
    name = MAIN_METRIC[keras.task]

    def metric(scores):
        return evaluate_scores(keras.task, targets, scores)[name]

    rows, left_out = compare_quantizations(
        model,
        data.texts,
        lambda predictions: metric(scores_of(predictions, keras)),
        data.pairs,
    )
    for line in left_out:
        note(line)
    table(
        f"{args.model} on {len(data):,} texts of {args.compare}",
        [
            "quantization",
            name.replace("_", " "),
            "size",
            "difference",
            "same label",
            "ms a text",
            "TF Lite",
        ],
        [
            ["the Keras model", percent(metric(keras.scores(data.inputs))), "", "", "", "", ""],
            *(
                [
                    f"{row.quantization}, {row.form}",
                    percent(row.metric),
                    megabytes(row.size),
                    percent(row.relative_difference),
                    "" if row.agreement is None else percent(row.agreement),
                    f"{row.mean_ms:.2f}",
                    row.lowest_runtime,
                ]
                for row in rows
            ),
        ],
    )
