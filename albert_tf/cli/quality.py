"""How good a model is: the table of its main metrics on the screen."""

from albert_tf.cli.console import percent, table

SHARES = {"accuracy", "macro_f1", "micro_f1", "exact_match", "f1", "precision", "recall"}


def show_metrics(title: str, rows: list[tuple[str, dict]]) -> None:
    """Prints one row of the main metrics for each model."""
    from albert_tf.finetuning.record import MAIN_FIGURES

    names = [name for name in MAIN_FIGURES if all(name in metrics for _, metrics in rows)]
    table(
        title,
        ["", *(name.replace("_", " ") for name in names)],
        [
            [who, *(percent(m[n]) if n in SHARES else f"{m[n]:.3f}" for n in names)]
            for who, m in rows
        ],
    )
