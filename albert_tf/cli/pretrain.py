"""Pretrain an ALBERT on masked tokens and sentence order.

RECORDS is a folder that albert-tf pretraining-data wrote, or one with the records of google-research/albert. Without
--validation, some of its files are held out: a document lies in one of them only. The run's folder receives
training.jsonl, checkpoints, the model with its tokenizer (model/), and a report (report.md, with plots). An
interrupted run goes on exactly where it was.

  albert-tf pretrain records --size small --recipe one-machine --output runs/pretrain
  albert-tf pretrain records --preset presets/albert_base --recipe one-machine --steps 5000 --learning-rate 1e-4
  albert-tf pretrain --resume runs/pretrain

Several processes, each with its own --process-id, share every batch (docs/scaling.md); they run on JAX:

  albert-tf pretrain records --size base --num-processes 2 --process-id 0 --coordinator 10.0.0.1:12345
"""

import os
from pathlib import Path

from albert_tf.cli.console import command_line, note, percent, say
from albert_tf.cli.recipe_arguments import add_recipe_arguments, build_recipe
from albert_tf.cli.run_folder import (
    check_folder,
    default_arguments,
    restore_arguments,
    save_arguments,
)
from albert_tf.errors import ConfigError, DataError

NAME = "pretrain"
HELP = "pretrain on masked tokens and sentence order"

RECIPE_FIELDS = {
    "steps": (int, "updates of the whole run"),
    "batch_size": (int, "examples of an update, over all processes"),
    "accumulation_steps": (int, "batches that an update is made of, to save memory"),
    "learning_rate": (float, "peak learning rate"),
    "optimizer": (str, "lamb (ALBERT's own) or adamw"),
    "warmup_steps": (int, "updates in which the learning rate rises (default: 1 in 40)"),
    "decay_power": (float, "degree of the polynomial by which it falls; 0: not at all"),
    "weight_decay": (float, "decoupled weight decay"),
    "clip_norm": (float, "longest norm of the gradient"),
    "seed": (int, "of everything that is random"),
    "log_every": (int, "updates between two lines of the log"),
    "evaluate_every": (int, "updates between two evaluations of the held-out examples"),
    "evaluation_batches": (int, "batches of an evaluation, at most"),
    "checkpoint_every": (int, "batches between two checkpoints"),
    "checkpoint_minutes": (float, "minutes between two checkpoints"),
}


def add_arguments(parser) -> None:
    """Adds the arguments of `albert-tf pretrain`."""
    parser.add_argument("data", nargs="?", metavar="RECORDS", help="folder of records")
    parser.add_argument("--validation", metavar="DIR", help="records to evaluate on")
    parser.add_argument(
        "--validation-share",
        type=float,
        default=0.05,
        metavar="X",
        help="share of RECORDS' files, one at least, to hold out without --validation; 0 for none "
        "(default: %(default)s)",
    )
    parser.add_argument("--output", metavar="DIR", help="the run's folder (default: runs/pretrain)")
    parser.add_argument("--resume", metavar="DIR", help="continue the interrupted run in DIR")
    _add_model_arguments(parser.add_argument_group("model"))
    group = parser.add_argument_group("recipe, and what to change in it")
    group.add_argument(
        "--recipe",
        metavar="NAME",
        help="albert (a pod's: 125,000 updates of 4,096 examples) or one-machine, or a JSON file "
        "(default: albert)",
    )
    add_recipe_arguments(group, RECIPE_FIELDS)
    _add_distribution_arguments(parser.add_argument_group("several processes and devices"))


def _add_model_arguments(group):
    start = group.add_mutually_exclusive_group()
    start.add_argument(
        "--size", help="random weights of a size: tiny, small, base, large, xlarge or xxlarge"
    )
    start.add_argument(
        "--preset", metavar="P", help="go on from a checkpoint folder, or hf://owner/name"
    )
    start.add_argument("--config", metavar="FILE", help="random weights of a JSON configuration")
    group.add_argument("--mixed-bfloat16", action="store_true", help="compute in bfloat16")
    group.add_argument("--remat", action="store_true", help="less memory, a third more compute")
    group.add_argument(
        "--attention-bias", action="store_true", help="add the learned attention bias"
    )


def _add_distribution_arguments(group):
    group.add_argument("--num-processes", type=int, metavar="N", help="how many there are")
    group.add_argument("--process-id", type=int, metavar="I", help="which one this is, from 0")
    group.add_argument(
        "--coordinator",
        metavar="HOST:PORT",
        help="of process 0; auto on a cluster that JAX knows (Cloud TPU, Slurm, ...)",
    )
    group.add_argument(
        "--model-parallel",
        type=int,
        default=1,
        metavar="N",
        help="devices that share one copy of the weights (default: %(default)s)",
    )


def run(args) -> None:
    """Runs `albert-tf pretrain`."""
    if args.resume:
        args = restore_arguments(args, default_arguments(add_arguments))
    elif args.data is None:
        raise DataError(
            "there is no RECORDS; expected a folder of records (make one: albert-tf pretraining-data)"
        )
    _join_processes(args)
    from albert_tf.pretraining import PretrainingRecipe
    from albert_tf.random_state import seeded
    from albert_tf.training.distribution import is_first_process

    run_dir = Path(args.output or "runs/pretrain")
    recipe = build_recipe(PretrainingRecipe, args, RECIPE_FIELDS, "albert")
    train, held_out = _find_records(args)
    with seeded(recipe.seed):
        model = _build_model(args, train)
    if is_first_process():
        if not args.resume:
            check_folder(run_dir)
            save_arguments(args, run_dir)
        _describe(model, recipe, train, held_out)
    _pretrain(args, model, train, held_out, recipe, run_dir)


def _join_processes(args):
    if args.num_processes or args.coordinator or args.model_parallel > 1:
        os.environ.setdefault("KERAS_BACKEND", "jax")  # in time where Keras is not imported yet
    from albert_tf.training import distribution

    distribution.initialize(args.num_processes, args.process_id, args.coordinator)
    distribution.distribute(args.model_parallel)


def _find_records(args):
    """The training and the held-out records; the latter are None when there are none."""
    from albert_tf.pretraining import PretrainingRecords

    records = PretrainingRecords.find(args.data)
    if args.validation:
        return records, PretrainingRecords.find(args.validation)
    share, files = args.validation_share, records.files
    if not 0.0 <= share < 1.0:
        raise ConfigError(f"--validation-share is {share}; expected a number from 0 to below 1")
    if share == 0.0:
        return records, None
    if len(files) == 1:
        raise DataError(
            f"{args.data} has one file of records, of which none can be held out; name others with "
            "--validation DIR, or go without: --validation-share 0"
        )
    count = max(1, min(round(share * len(files)), len(files) - 1))
    # Checked a moment ago: every byte need not be read again.
    return tuple(
        PretrainingRecords.find(part, verify=False) for part in (files[:-count], files[-count:])
    )


def _build_model(args, records):
    from albert_tf import AlbertBackbone, AlbertConfig, AlbertPretrainer

    bias = {"use_relative_attention_bias": True} if args.attention_bias else {}
    options = {
        "dtype": "mixed_bfloat16" if args.mixed_bfloat16 else None,
        "remat": args.remat,
    }
    pieces = records.manifest.vocabulary.vocab_size if records.manifest else None
    if args.preset:
        model = AlbertPretrainer.from_preset(args.preset, **bias, **options)
    else:
        if args.config:
            config = AlbertConfig.from_json(args.config).replace(**bias)
        elif args.size:
            config = AlbertConfig.named(args.size, **({"vocab_size": pieces} if pieces else {}))
            config = config.replace(**bias)
        else:
            raise ConfigError("there is no model; name one with --size, --preset or --config")
        model = AlbertPretrainer(AlbertBackbone(config, **options))
    if pieces and pieces > model.config.vocab_size:
        raise ConfigError(
            f"the records were made with {pieces} pieces, the model's vocab_size is "
            f"{model.config.vocab_size}; prepare them with the model's tokenizer"
        )
    return model


def _describe(model, recipe, train, held_out):
    config = model.config
    count = 0 if held_out is None else held_out.num_examples
    epochs = recipe.steps * recipe.batch_size / train.num_examples
    say(
        f"{train.num_examples:,} training and {count:,} held-out examples of {train.sequence_length} tokens; "
        f"{model.count_params():,} parameters, {config.num_hidden_layers} layers\n"
        f"{recipe.steps:,} updates of {recipe.batch_size:,} examples: {epochs:,.1f} times all examples"
    )
    if held_out is None:
        note("no examples are held out: nothing will tell whether the model learns or memorizes")


def _pretrain(args, model, train, held_out, recipe, run_dir):
    from albert_tf.pretraining import pretrain
    from albert_tf.training import TrainingInterrupted
    from albert_tf.training.distribution import is_first_process

    is_first = is_first_process()
    try:
        result = pretrain(
            model,
            train,
            held_out,
            recipe=recipe,
            run_dir=run_dir,
            resume=bool(args.resume),
            show=(lambda record: say(progress_line(record, recipe.steps))) if is_first else None,
        )
    except TrainingInterrupted as stop:
        raise KeyboardInterrupt(
            f"{stop}; continue with: {command_line('pretrain', '--resume', run_dir)}"
        ) from stop
    checkpoint = _checkpoint(model, train)
    if is_first:
        for line in result.notes:
            note(line)
        _save(checkpoint, recipe, result, run_dir)


def progress_line(record: dict, steps: int) -> str:
    """Returns one line of the log for people.

    Args:
        record: of `training.jsonl`.
        steps: of the whole run.
    """
    left = record["seconds_left"]
    parts = [
        f"step {record['step']:,}/{steps:,}",
        _objectives(record, ""),
        f"{record['tokens_per_second']:,.0f} tokens/s",
        "" if left is None else f"{_duration(left)} left",
    ]
    line = "  ".join(part for part in parts if part)
    if "val_loss" in record:
        line += f"\n    held out at step {record['step']:,}:  {_objectives(record, 'val_')}"
    return line


def _objectives(record, prefix):
    return (
        f"loss {record[f'{prefix}loss']:.3f}  "
        f"MLM {record[f'{prefix}mlm_loss']:.3f} ({percent(record[f'{prefix}mlm_accuracy'])} right)  "
        f"SOP {record[f'{prefix}sop_loss']:.3f} ({percent(record[f'{prefix}sop_accuracy'])} right)"
    )


def _duration(seconds):
    hours, rest = divmod(round(seconds), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def _checkpoint(model, records):
    """The model with the tokenizer of its records, for fine-tuning to start from."""
    from albert_tf.preprocessing import AlbertTextClassifierPreprocessor

    checkpoint = model.to_checkpoint()
    if records.manifest is not None:
        AlbertTextClassifierPreprocessor(
            records.tokenizer(), sequence_length=model.config.max_position_embeddings
        ).describe(checkpoint)
    return checkpoint


def _save(checkpoint, recipe, result, run_dir):
    from albert_tf.reports import installed_versions, write_pretraining_report
    from albert_tf.weights import write_preset

    write_preset(checkpoint, run_dir / "model")
    report = write_pretraining_report(
        run_dir,
        history=result.history,
        config=checkpoint.config.to_dict(),
        settings=recipe.to_dict(),
        versions=installed_versions(),
        seconds=result.seconds,
        notes=result.notes,
    )
    for line in report.notes:
        note(line)
    speed = f"{result.tokens_per_second:,.0f} tokens/s; " if result.tokens_per_second else ""
    say(f"{_duration(result.seconds)}, {speed}report: {report.path}")
    say(f"\nnext:  {command_line('finetune', 'reviews.csv', '--preset', run_dir / 'model')}")
