"""The report says what happened, draws it, and survives any text and a missing matplotlib."""

import builtins
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.errors import AlbertError, DataError, MissingExtraError
from albert_tf.reports import (
    RunRecord,
    installed_versions,
    read_history,
    run_baselines,
    write_report,
)
from albert_tf.reports.markdown import cell, table
from albert_tf.reports.plots import (
    mean_since_last,
    most_confused,
    plot_confusion,
    plot_learning_curves,
    plot_learning_rates,
)
from albert_tf.tasks import LabelSet, TextTable

HISTORY = [
    {
        "step": step,
        "batch": step,
        "epoch": 1,
        "loss": 1.0 / step,
        "learning_rate": 1e-4 * step,
        **({"val_loss": 2.0 / step, "val_accuracy": step / 200} if step % 20 == 0 else {}),
    }
    for step in range(1, 101)
]


def texts(rows, labels, task="classification", name="train.csv"):
    words = ["good", "bad", "fair"]
    return TextTable(
        [f"{words[row % 3]} text {row}" for row in range(rows)],
        None,
        [labels[row % len(labels)] for row in range(rows)],
        Path(name),
        list(range(2, rows + 2)),
        task,
        notes=("the text is column 'text'",),
    )


def classified(**changes) -> RunRecord:
    train, held_out = texts(60, ["x", "y_z", "w"]), texts(6, ["x", "y_z", "w"], name="dev.csv")
    # number 0 is "w", 1 "x", 2 "y_z"; rows are x, y_z, w, x, y_z, w; the last two are wrong
    scores = np.eye(3)[[1, 2, 0, 1, 0, 2]] * 0.7 + 0.1
    scores[5] = [0.05, 0.0, 0.95]
    values = {
        "title": "A run",
        "train": train,
        "validation": held_out,
        "labels": LabelSet.from_table(train),
        "scores": scores,
        "baselines": run_baselines(train, held_out),
        "history": HISTORY,
        "learning_rate_multipliers": {"embeddings": 0.5, "encoder": 1.0, "head": 1.0},
        "application_weights": [0.25, 0.5, 1.0],
        "token_lengths": {"train": [5] * 60, "validation": [5, 6, 7, 8, 9, 10]},
        "config": {"hidden_size": 32},
        "settings": {"seed": 7, "learning_rate": 2e-5},
        "seconds": 4000.0,
    }
    return RunRecord(**values | changes)


def test_report_of_a_classifier(tmp_path):
    report = write_report(tmp_path / "new" / "run", classified())
    text = report.path.read_text("utf-8")
    assert report.path == tmp_path / "new" / "run" / "report.md"
    assert [path.name for path in report.plots] == [
        "learning_curves.png",
        "learning_rates.png",
        "confusion.png",
    ]
    for path in report.plots:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert f"]({path.name})" in text
    assert report.notes == []
    assert text.startswith(
        "# A run\n\nValidation accuracy **0.667** (95 % interval 0.300 to 0.903)"
    )
    assert "Training took 67 min." in text
    assert "| majority class | 0.333 |" in text
    assert "| TF-IDF + logistic regression | **1.000** |" in text
    assert "0.333 below the best baseline, TF-IDF + logistic regression" in text
    assert "| seed | 7 |" in text
    assert "| learning_rate | 2e-05 |" in text
    assert "| hidden_size | 32 |" in text
    assert f"| keras | {installed_versions()['keras']} |" in text
    assert "| train | train.csv | 60 | 5.0 | 5 | 5 | 5 | 5 | 5 |" in text
    assert "| validation | dev.csv | 6 | 7.5 | 8 | 10 | 10 | 10 | 10 |" in text
    assert "- the text is column 'text'" in text
    assert "they flatter the scores" in text  # the same texts stand in both parts
    assert not list(report.path.parent.glob("*.tmp"))


def test_worst_mistakes_come_first_and_right_answers_never(tmp_path):
    text = write_report(tmp_path, classified()).path.read_text("utf-8")
    rows = text.split("The 2 worst mistakes, by loss:")[1].split("## Classes")[0]
    lines = [line for line in rows.splitlines() if line.startswith("| ")][2:]
    assert lines == [
        "| fair text 5 | w | y_z | 0.950 | 0.050 | 7 |",
        "| bad text 4 | y_z | w | 0.800 | 0.100 | 6 |",
    ]
    assert "| w | y_z | 1 |\n| y_z | w | 1 |" in text
    assert "| x | 20 | 2 | 1.000 | 1.000 | 1.000 |" in text


def test_report_of_a_regressor(tmp_path):
    train = texts(30, [0.0, 1.0, 2.5], "regression")
    held_out = texts(6, [0.0, 1.0, 2.5], "regression")
    record = RunRecord(
        title="Values",
        train=train,
        validation=held_out,
        labels=None,
        scores=np.array([[0.0], [1.0], [2.5], [0.5], [1.0], [0.5]]),
        baselines=run_baselines(train, held_out),
    )
    report = write_report(tmp_path, record)
    text = report.path.read_text("utf-8")
    assert [path.name for path in report.plots] == ["predictions.png"]
    assert "| mean value |" in text
    assert "| n/a | n/a |" in text
    assert "| fair text 5 | 2.500 | 0.500 | 7 |\n| good text 3 | 0.000 | 0.500 | 5 |\n\n" in text
    assert "## Training" not in text


def test_report_of_a_multi_label_model(tmp_path):
    train = texts(30, [["x"], ["x", "y"], []], "multi_label")
    held_out = train.subset([0, 1, 2])
    record = RunRecord(
        title="Tags",
        train=train,
        validation=held_out,
        labels=LabelSet(("x", "y")),
        scores=np.array([[0.9, 0.1], [0.9, 0.2], [0.1, 0.1]]),
    )
    report = write_report(tmp_path, record)
    text = report.path.read_text("utf-8")
    assert [path.name for path in report.plots] == ["labels.png"]
    assert "| bad text 1 | x, y | x | 3 |" in text
    assert "| y | 10 | 1 | 0.000 | 0.000 | 0.000 |" in text


def test_without_matplotlib_the_report_is_written_and_says_what_is_missing(tmp_path, monkeypatch):
    load = builtins.__import__

    def refuse(name, *arguments, **options):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return load(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    report = write_report(tmp_path, classified())
    assert report.plots == []
    assert len(report.notes) == 1
    assert 'run: pip install "albert-tf[plots]"' in report.notes[0]
    text = report.path.read_text("utf-8")
    assert "albert-tf\\[plots\\]" in text
    assert ".png" not in text
    assert "The 2 worst mistakes" in text
    with pytest.raises(MissingExtraError, match="drawing the report's plots needs the package"):
        plot_confusion(tmp_path / "c.png", np.eye(2, dtype=int), ["a", "b"])


def test_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(AlbertError, match=r"report cannot be written .* choose another folder"):
        write_report(tmp_path / "file", classified())


def test_scores_of_the_wrong_shape():
    with pytest.raises(DataError, match=r"scores have shape \(6, 2\), but .* ask for \(6, 3\)"):
        classified(scores=np.zeros((6, 2)))


def test_diverged_and_short_histories_are_drawn(tmp_path):
    history = [
        {"step": 1, "batch": 1, "epoch": 1, "loss": float("nan"), "val_loss": float("inf")},
        {"step": 2, "batch": 2, "epoch": 2, "loss": 3.0, "val_accuracy": 0.5},
    ]
    report = write_report(tmp_path, classified(history=history, learning_rate_multipliers={}))
    assert "learning_curves.png" in {path.name for path in report.plots}


@settings(deadline=None)
@given(st.text())
def test_any_text_stays_in_its_cell(text):
    shown = cell(text)
    row = table(["text", "label"], [[shown, "x"]]).split("\n")
    assert len(row) == 3
    assert len(row[2].replace("\\|", "").split("|")) == 4
    assert not any(ord(character) < 32 for character in shown)


def test_markdown_is_not_read_into_texts():
    assert cell("a|b *c* [d](e) <br> `f` $5 &amp; & snake_case _g_") == (
        "a\\|b \\*c\\* \\[d\\](e) \\<br\\> \\`f\\` \\$5 \\&amp; & snake_case \\_g\\_"
    )


def test_plots_of_a_short_run_show_its_points_and_whole_steps(tmp_path, monkeypatch):
    from matplotlib.figure import Figure

    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, path: drawn.append(figure))
    history = [{"step": 2, "loss": 0.69312, "learning_rate": 1e-4, "val_loss": 0.69317}]
    history[0] |= {"batch": 2, "epoch": 1}
    plot_learning_curves(tmp_path / "curves.png", history)
    plot_learning_rates(tmp_path / "rates.png", history, {})
    for figure in drawn:
        (axes,) = figure.axes
        assert all(line.get_marker() == "o" for line in axes.get_lines())
        assert all(tick == int(tick) for tick in axes.get_xticks())
        figure.draw_without_rendering()
        assert axes.yaxis.get_offset_text().get_text() == ""


def test_curves_show_what_happened_since_the_last_record():
    """Records every other batch, and at the end of each of two epochs of five batches."""
    losses = [8.0, 4.0, 5.0, 3.0, 1.0, 2.0, 6.0, 0.0, 1.0, 7.0]
    history = []
    for batch in (2, 4, 5, 7, 9, 10):
        first = 0 if batch <= 5 else 5
        running = float(np.mean(losses[first:batch]))
        history.append({"step": batch, "batch": batch, "epoch": 1 + first // 5, "loss": running})
    history.insert(2, {"step": 4, "batch": 4, "epoch": 1, "learning_rate": 0.1})
    found = {r["batch"]: r["loss"] for r in mean_since_last(history, "loss")}
    assert found == pytest.approx({2: 6.0, 4: 4.0, 5: 1.0, 7: 4.0, 9: 0.5, 10: 7.0})


def test_most_confused_classes_bring_their_partners():
    counts = np.diag([9] * 8)
    counts[6, 1], counts[3, 5], counts[5, 3], counts[0, 7] = 4, 2, 3, 1
    assert most_confused(counts, shown=4) == [3, 5, 1, 6]
    assert most_confused(counts, shown=8) == [3, 5, 1, 6, 0, 7]
    assert most_confused(np.diag([9] * 8)) == []


@pytest.mark.parametrize(("classes", "mistakes"), [(2, 9), (17, 0), (77, 300)])
def test_confusion_of_any_size_is_drawn(tmp_path, classes, mistakes):
    random = np.random.default_rng(0)
    counts = np.diag(random.integers(0, 40, classes))
    np.add.at(counts, tuple(random.integers(classes, size=(2, mistakes))), 1)
    names = [f"a $class$ with_a_rather_long_name_{number}" for number in range(classes)]
    plot_confusion(tmp_path / "c.png", counts, names)
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")


def test_history_after_a_kill_and_a_resume(tmp_path):
    path = tmp_path / "training.jsonl"
    records = [
        {"event": "start", "seed": 0},
        {"step": 1, "loss": 3.0},
        {"step": 2, "loss": 2.0},
        {"step": 3, "loss": 1.5},
        {"step": 2, "loss": 2.1},
        {"step": 2, "val_loss": 2.5},
    ]
    path.write_text("\n".join(map(json.dumps, records)) + '\n{"step": 4, "lo')
    history, notes = read_history(path)
    assert history == [
        {"step": 1, "loss": 3.0},
        {"step": 2, "loss": 2.1, "val_loss": 2.5},
        {"step": 3, "loss": 1.5},
    ]
    assert notes == ["training.jsonl: the last line was cut off and is left out"]


def test_broken_history_is_an_error(tmp_path):
    path = tmp_path / "training.jsonl"
    path.write_text('{"step": 1, "lo\n{"step": 2, "loss": 1}\n')
    with pytest.raises(DataError, match=r"training\.jsonl:1: broken JSON"):
        read_history(path)
    with pytest.raises(DataError, match="cannot be read"):
        read_history(tmp_path / "absent.jsonl")
