"""Export a fine-tuned preset to one TFLite file, and check its answers against the Keras model.

The file holds the tokenizer and the labels, and takes texts of any length up to the model's. Its layer loop is one
operator, so size, memory and load time do not grow with depth. After the conversion, both models answer the same
texts; the report stands beside the file (FILE.parity.json), and a difference beyond the limits is an error that
leaves an earlier FILE as it was.

  albert-tf export runs/reviews/model reviews.tflite
  albert-tf export runs/reviews/model reviews.tflite --texts reviews.csv
  albert-tf export runs/reviews/model reviews_npu.tflite --form unrolled --length 64
"""

from albert_tf.cli.console import note, say
from albert_tf.cli.data_arguments import load_model

NAME = "export"
HELP = "export a preset to a TFLite file"


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf export`."""
    from albert_tf.export import FORMS, QUANTIZATIONS

    parser.add_argument("model", metavar="MODEL", help="a preset folder")
    parser.add_argument("file", metavar="FILE", help="the .tflite file to write")
    parser.add_argument(
        "--quantization",
        choices=QUANTIZATIONS,
        default="int8",
        help="none (float32), fp16, or int8 weights with float arithmetic between (default: %(default)s)",
    )
    parser.add_argument(
        "--form",
        choices=FORMS,
        default="loop",
        help="loop: one copy of the block, for CPUs; unrolled: for delegates (default: %(default)s)",
    )
    parser.add_argument(
        "--length", type=int, metavar="N", help="fix the length in tokens (default: any length)"
    )
    parser.add_argument(
        "--texts", metavar="FILE", help="csv, tsv or jsonl to compare on; default: built-in texts"
    )
    parser.add_argument("--text", metavar="COLUMN", help="its column with the text")
    parser.add_argument("--pair", metavar="COLUMN", help="its column with the second text")


def run(args) -> None:
    """Runs `albert-tf export`."""
    from albert_tf.export import export_tflite

    texts = pairs = None
    if args.texts:
        from albert_tf.tasks import read_table

        data = read_table(args.texts, args.text, args.pair, require_labels=False)
        for line in data.notes:
            note(line)
        texts, pairs = data.texts, data.pairs
    result = export_tflite(
        load_model(args.model),
        args.file,
        quantization=args.quantization,
        form=args.form,
        length=args.length,
        texts=texts,
        pairs=pairs,
    )
    say(str(result))
