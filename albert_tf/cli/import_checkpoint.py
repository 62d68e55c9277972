"""Convert a checkpoint of any kind into a preset, or into a Hugging Face folder.

SRC is a folder, the prefix of a TensorFlow checkpoint, or hf://owner/name. Its format is found out from its files:
Hugging Face (safetensors or pytorch_model.bin), google-research/albert (TF1), Model Garden, keras-hub, or a
preset of this package. DST is a folder, created when it does not exist.

  albert-tf import albert_base/ presets/albert_base
  albert-tf import hf://albert/albert-base-v2 presets/albert_base
  albert-tf import runs/reviews/model exported/ --to huggingface
"""

from albert_tf.cli.console import say

NAME = "import"
HELP = "convert a checkpoint into a preset, or for Hugging Face"


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf import`."""
    parser.add_argument("source", metavar="SRC", help="checkpoint folder or hf://owner/name")
    parser.add_argument("destination", metavar="DST", help="folder to write")
    parser.add_argument(
        "--to",
        choices=("preset", "huggingface"),
        default="preset",
        help="format to write (default: %(default)s)",
    )
    parser.add_argument(
        "--dtype",
        choices=("float32", "float16"),
        default="float32",
        help="of the preset's stored weights (default: %(default)s)",
    )


def run(args) -> None:
    """Runs `albert-tf import`."""
    from albert_tf.weights import read_checkpoint, write_huggingface, write_preset

    checkpoint = read_checkpoint(args.source)
    if args.to == "huggingface":
        write_huggingface(checkpoint, args.destination)
    else:
        write_preset(checkpoint, args.destination, dtype=args.dtype)
    config = checkpoint.config
    parameters = sum(array.size for array in checkpoint.arrays.values())
    say(
        f"{args.source} -> {args.destination}: {checkpoint.head or 'backbone'}, {parameters:,} parameters, "
        f"hidden size {config.hidden_size}, {config.num_hidden_layers} layers, "
        f"{config.num_hidden_groups} group{'s' * (config.num_hidden_groups > 1)}"
    )
