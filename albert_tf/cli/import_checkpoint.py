"""Convert a checkpoint of any kind into a preset, or into a Hugging Face folder.

SRC is a folder, the prefix of a TensorFlow checkpoint, or hf://owner/name. Its format is found out from its files:
Hugging Face (safetensors or pytorch_model.bin), sentence-transformers, google-research/albert (TF1, TensorFlow Hub),
Model Garden, keras-hub, or a preset of this package. DST is a folder, created when it does not exist.

The tokenizer that lies beside the weights comes along. --tokenizer names another, or the first for a checkpoint
without one, also for a preset that was imported without.

  albert-tf import albert_base/ presets/albert_base
  albert-tf import hf://albert/albert-base-v2 presets/albert_base
  albert-tf import weights_only/ presets/albert_base --tokenizer spiece.model
  albert-tf import albert_tiny_zh_google/ presets/albert_tiny_zh
  albert-tf import runs/reviews/model exported/ --to huggingface
"""

from albert_tf.cli.console import note, say
from albert_tf.errors import CheckpointError

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
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--tokenizer",
        metavar="FILE",
        help="a SentencePiece model, a vocab.txt or a tokenizer.json, instead of what lies beside the weights",
    )
    group.add_argument(
        "--no-tokenizer",
        action="store_true",
        help="leave the tokenizer out: the model then takes token ids",
    )


def run(args) -> None:
    """Runs `albert-tf import`."""
    from albert_tf.weights import read_checkpoint, write_huggingface, write_preset

    checkpoint = read_checkpoint(
        args.source, tokenizer=False if args.no_tokenizer else args.tokenizer
    )
    tokenizer = _described_tokenizer(checkpoint)
    if args.to == "huggingface":
        write_huggingface(checkpoint, args.destination)
    else:
        write_preset(checkpoint, args.destination, dtype=args.dtype)
    config = checkpoint.config
    parameters = sum(array.size for array in checkpoint.arrays.values())
    say(
        f"{args.source} -> {args.destination}: {checkpoint.head or 'backbone'}, {parameters:,} parameters, "
        f"hidden size {config.hidden_size}, {config.num_hidden_layers} layers, "
        f"{config.num_hidden_groups} group{'s' * (config.num_hidden_groups > 1)}, {tokenizer}"
    )
    if checkpoint.tokenizer_model is None and not args.no_tokenizer:
        note(
            f"{args.source} carries no tokenizer, so the model takes token ids, not texts; give it one with "
            "--tokenizer FILE"
        )


def _described_tokenizer(checkpoint) -> str:
    """Says what the tokenizer is, and refuses one that no model could use with these weights."""
    if checkpoint.tokenizer_model is None:
        return "no tokenizer"
    from albert_tf.preprocessing import AlbertTextClassifierPreprocessor

    tokenizer = AlbertTextClassifierPreprocessor.from_checkpoint(checkpoint).tokenizer
    rows = checkpoint.config.vocab_size
    if tokenizer.vocab_size > rows:
        raise CheckpointError(
            f"the tokenizer has {tokenizer.vocab_size} pieces, the model's vocab_size is {rows}; they do not belong "
            "together: name the right one with --tokenizer FILE, or leave it out with --no-tokenizer"
        )
    case = "lower-cased" if tokenizer.lowercase else "capitals kept"
    return f"tokenizer of {tokenizer.vocab_size:,} pieces, {case}"
