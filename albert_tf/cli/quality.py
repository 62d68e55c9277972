"""How good a fine-tuned model is: the report of its run, the record in its model card, the table on the screen."""

import hashlib
from pathlib import Path

from albert_tf.cli.answerer import answer_scores
from albert_tf.cli.console import note, percent, say, table
from albert_tf.cli.streams import writable
from albert_tf.strict_json import finite

SHOWN = (
    "accuracy",
    "macro_f1",
    "micro_f1",
    "exact_match",
    "matthews",
    "pearson",
    "spearman",
    "mae",
)


def report_quality(args, model, labels, train, validation, targets, recipe, result, run_dir):
    """Answers the validation texts, writes the run's report and shows its main figures.

    Args:
        args: the arguments of `albert-tf finetune`.
        model: the model, with the weights that were kept.
        labels: a `LabelSet`, or None for regression.
        train: a `TextTable`.
        validation: a `TextTable`.
        targets: those of the validation texts, as the model takes them.
        recipe: a `FineTuningRecipe`.
        result: what `fine_tune` returned.
        run_dir: the run's folder.

    Returns:
        `(metrics, baselines)`: the model's metrics by name, and those of each baseline by its name.
    """
    from albert_tf.reports import RunRecord, installed_versions, run_baselines, write_report
    from albert_tf.tasks import evaluate_scores

    scores = answer_scores(model, validation.inputs)
    metrics = evaluate_scores(train.task, targets, scores)
    baselines = [] if args.no_baselines else run_baselines(train, validation, seed=recipe.seed)
    pack = model.preprocessor.pack
    report = write_report(
        run_dir,
        RunRecord(
            title=f"Fine-tuning on {Path(train.path).name}",
            train=train,
            validation=validation,
            labels=labels,
            scores=scores,
            baselines=baselines,
            history=result.history,
            learning_rate_multipliers=result.multipliers,
            application_weights=result.application_weights,
            token_lengths={
                "train": pack(train.inputs).lengths.tolist(),
                "validation": pack(validation.inputs).lengths.tolist(),
            },
            config=model.config.to_dict(),
            settings=recipe.to_dict(),
            versions=installed_versions(),
            notes=train.notes,
            training_notes=[result.kept, *result.notes],
            main_metric=result.monitor.removeprefix("val_"),
            seconds=result.seconds,
        ),
    )
    for line in report.notes:
        note(line)
    rows = [(f"this model (epoch {result.best_epoch})", metrics)]
    rows += [(baseline.name, baseline.metrics) for baseline in baselines]
    show_metrics(f"On {len(validation):,} validation texts", rows)
    say(f"{result.seconds:.0f} s, {result.tokens_per_second:,.0f} tokens/s; report: {report.path}")
    return metrics, {baseline.name: baseline.metrics for baseline in baselines}


def training_record(args, train, validation, result, metrics) -> dict:
    """Returns what the model card of an exported file says of the training.

    Args:
        args: the arguments of `albert-tf finetune`.
        train: a `TextTable`.
        validation: a `TextTable`.
        result: what `fine_tune` returned.
        metrics: by whose they are, by name; one that is not defined becomes None.
    """
    data = Path(train.path)
    return {
        "start": args.preset or f"random weights of size {args.size or 'tiny'}",
        "epochs": result.epochs,
        "data": {
            "file": writable(data.name, "utf-8"),
            "sha256": hashlib.sha256(data.read_bytes()).hexdigest() if data.is_file() else None,
            "training_texts": len(train),
            "validation_texts": len(validation),
        },
        "metrics": {
            who: finite({name: float(found[name]) for name in SHOWN if name in found})
            for who, found in metrics.items()
        },
    }


def show_metrics(title: str, rows: list[tuple[str, dict]]) -> None:
    """Prints one row of the main metrics for each model."""
    names = [name for name in SHOWN if all(name in metrics for _, metrics in rows)]
    shares = {"accuracy", "macro_f1", "micro_f1", "exact_match"}
    table(
        title,
        ["", *(name.replace("_", " ") for name in names)],
        [
            [who, *(percent(m[n]) if n in shares else f"{m[n]:.3f}" for n in names)]
            for who, m in rows
        ],
    )
