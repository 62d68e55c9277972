"""The GLUE suite on made-up files: what is run, read, gone on with, and what the table says."""

import json
import math
import statistics

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from albert_tf.errors import CheckpointError, ConfigError, DataError
from albert_tf.finetuning import GlueResults, GlueRun, ModelStart, Watcher, run_glue
from albert_tf.finetuning.glue_suite import recipe_name
from albert_tf.finetuning.glue_table import (
    METRIC_NAMES,
    PUBLISHED,
    Spread,
    best_baseline,
    glue_markdown,
    summarized,
    write_glue_table,
)
from albert_tf.models import AlbertTask
from albert_tf.tasks import GLUE_TASKS, read_glue
from albert_tf.training import FineTuningRecipe
from tests.finetuning.conftest import QUICK
from tests.glue_files import write_task

OPTIONS = {**QUICK, "epochs": 2, "learning_rate": 1e-3}


class Heard(Watcher):
    def __init__(self):
        super().__init__(0)
        self.lines = []

    def say(self, line):
        self.lines.append(line.strip())

    @property
    def told(self):
        return " ".join(self.lines)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("glue")
    for task, rows in (("CoLA", 96), ("MRPC", 48), ("STS-B", 40), ("MNLI", 32)):
        write_task(folder, task, rows)
    (folder / "QNLI").mkdir()
    (folder / "QNLI" / "dev.tsv").touch()
    return folder


@pytest.fixture(scope="module")
def suite(data, start, tmp_path_factory):
    """A suite of all that is there, and then a second seed of one task; with what was told."""
    output, heard = tmp_path_factory.mktemp("suite") / "glue", Heard()
    run_glue(data, output, preset=start, watcher=heard, **OPTIONS)
    more = {"tasks": ["MRPC"], "seeds": [0, 3]}
    return output, run_glue(data, output, preset=start, watcher=heard, **more, **OPTIONS), heard


@pytest.mark.slow
def test_every_task_that_is_there_is_run_the_smallest_first(suite, data):
    _, _, heard = suite
    begun = [line.split(",")[0] for line in heard.lines if ": begun in " in line]
    sizes = {task: (data / task / "train.tsv").stat().st_size for task in begun}
    assert begun[:4] == sorted(["CoLA", "MRPC", "STS-B", "MNLI"], key=sizes.get)
    assert begun[:4] != [task for task in GLUE_TASKS if task in begun]
    assert begun[4:] == ["MRPC"]
    assert "QNLI is left out, since there is no " in heard.told
    assert "MRPC, seed 0: finished" in heard.told


@pytest.mark.slow
@pytest.mark.parametrize("task", ["CoLA", "MRPC", "STS-B", "MNLI"])
def test_metrics_are_those_of_the_saved_model_by_other_libraries(suite, data, task):
    output, results, _ = suite
    (run,) = (run for run in results.runs if (run.task, run.seed) == (task, 0))
    model = AlbertTask.from_preset(str(output / task / "seed-0" / "model"))
    assert set(run.metrics) == ({"MNLI", "MNLI-mismatched"} if task == "MNLI" else {task})
    for part, found in run.metrics.items():
        split = "dev_mismatched" if part == "MNLI-mismatched" else "dev"
        table = read_glue(data, task, split)
        outputs = model.predict(table.inputs, verbose=0)
        if task == "STS-B":
            true, values = np.array(table.labels), outputs[:, 0]
            expected = {
                "pearson": np.corrcoef(true, values)[0, 1],
                "spearman": np.corrcoef(stats.rankdata(true), stats.rankdata(values))[0, 1],
            }
        else:
            answers = [model.class_names[number] for number in outputs.argmax(1)]
            expected = {"accuracy": np.mean(np.array(answers) == np.array(table.labels))}
            if task == "CoLA":
                expected = {"matthews": sk.matthews_corrcoef(table.labels, answers)}
            if task == "MRPC":
                expected["f1"] = sk.f1_score(table.labels, answers, pos_label="1", zero_division=0)
        assert found == pytest.approx(expected, abs=1e-5)


@pytest.mark.slow
def test_the_table_has_means_spreads_baselines_and_published_rows(suite):
    _, results, _ = suite
    content = json.loads(results.json.read_text("utf-8"), parse_constant=pytest.fail)
    values = [run.metrics["MRPC"]["f1"] for run in results.runs if run.task == "MRPC"]
    found = content["results"]["MRPC"]["f1"]
    assert found["mean"] == pytest.approx(np.mean(values))
    assert found["deviation"] == pytest.approx(np.std(values, ddof=1))
    assert content["baselines"]["TF-IDF + logistic regression"]["MNLI-mismatched"]["accuracy"] == 1
    assert content["baselines"]["mean value"]["STS-B"]["pearson"] is None
    assert content["published"]["rows"]["ALBERT-base v2"]["MNLI"]["accuracy"] == 84.6
    text = results.table.read_text("utf-8")
    (mine,) = [line for line in text.splitlines() if line.startswith("| **")]
    assert mine.count(" ± ") == 2
    assert "| TF-IDF + linear model | " in text
    assert "| ALBERT-base v2 | – | – | – | 84.6 | – |" in text
    assert "several seeds (0, 3)" in text


@pytest.mark.slow
def test_what_is_finished_is_read_and_only_as_it_was_made(suite, data, start):
    output, results, _ = suite
    times = {path: path.stat().st_mtime_ns for path in output.glob("*/seed-*/*")}
    heard = Heard()
    again = run_glue(data, output, preset=start, tasks=["MNLI"], watcher=heard, **OPTIONS)
    assert "training and" not in heard.told
    assert sorted(map(str, again.runs)) == sorted(map(str, results.runs))
    changed = {**OPTIONS, "learning_rate": 2e-3}
    with pytest.raises(
        CheckpointError, match=r"was made with learning_rate 0\.001, now it is 0\.002"
    ):
        run_glue(data, output, preset=start, tasks=["MNLI"], **changed)
    other = ModelStart(preset=start.preset, early_exit=True)
    with pytest.raises(CheckpointError, match="made with early_exit False, now it is True"):
        run_glue(data, output, preset=other, tasks=["MNLI"], **OPTIONS)
    assert {path: path.stat().st_mtime_ns for path in output.glob("*/seed-*/*")} == times


@pytest.mark.slow
def test_a_result_that_is_none_is_named(suite, data, start, tmp_path):
    (tmp_path / "MNLI" / "seed-0").mkdir(parents=True)
    (tmp_path / "MNLI" / "seed-0" / "glue.json").write_text("{}")
    with pytest.raises(CheckpointError, match=r"glue\.json: no result of this suite .*; remove "):
        run_glue(data, tmp_path, preset=start, tasks=["MNLI"], **OPTIONS)


def test_mistakes_are_named(data, start, tmp_path):
    for options, error, message in (
        ({"tasks": ["MNLI", "SST2"]}, ConfigError, "task is 'SST2'; expected one of SST-2, CoLA"),
        ({"tasks": ["QNLI"]}, DataError, r"QNLI/train\.tsv: no such file; QNLI needs it"),
        ({"tasks": ["MNLI"], "epoch": 3}, ConfigError, "run_glue takes no 'epoch'"),
        ({"tasks": ["MNLI"], "seed": 3}, ConfigError, "run_glue takes no 'seed'"),
    ):
        with pytest.raises(error, match=message):
            run_glue(data, tmp_path / "out", preset=start, verbose=0, **options)
    with pytest.raises(DataError, match="no task of GLUE is there; expected folders such as"):
        run_glue(tmp_path, tmp_path / "out", preset=start, verbose=0)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("task", GLUE_TASKS)
def test_each_task_has_the_published_recipe_or_that_of_the_small_model(task):
    name = recipe_name(ModelStart(preset="albert/albert-base-v2"), task)
    assert name == f"glue/{task.lower().replace('-', '')}"
    assert name in FineTuningRecipe.names()
    assert recipe_name(ModelStart(preset="albert_small_en"), task) in FineTuningRecipe.names()


# Lan et al. 2020, Table 14 (learning rate, batch size, steps, steps of warm-up), and the training texts of each task.
PUBLISHED_RECIPES = {
    "cola": (1e-5, 16, 5336, 320, 8551),
    "stsb": (2e-5, 16, 3598, 214, 5749),
    "sst2": (1e-5, 32, 20935, 1256, 67349),
    "mnli": (3e-5, 128, 10000, 1000, 392702),
    "qnli": (1e-5, 32, 33112, 1986, 104743),
    "qqp": (5e-5, 128, 14000, 1000, 363846),
    "rte": (3e-5, 32, 800, 200, 2490),
    "mrpc": (2e-5, 32, 800, 200, 3668),
    "wnli": (2e-5, 16, 2000, 250, 635),
}


@pytest.mark.parametrize("name", PUBLISHED_RECIPES)
def test_recipes_are_the_published_ones(name):
    rate, batch_size, steps, warmup, texts = PUBLISHED_RECIPES[name]
    recipe = FineTuningRecipe.named(f"glue/{name}")
    assert (recipe.learning_rate, recipe.batch_size) == (rate, batch_size)
    assert recipe.epochs == round(steps * batch_size / texts)
    assert recipe.warmup_ratio == pytest.approx(warmup / steps, abs=5e-4)


def test_spreads():
    assert Spread.of([0.5]) == Spread(0.5, None, 1)
    values = [0.25, 0.5, 1.0]
    assert Spread.of(values) == Spread(sum(values) / 3, statistics.stdev(values), 3)
    assert math.isnan(Spread.of([0.5, None]).mean)
    assert Spread.of([0.5, None]).deviation is None


def test_published_figures_are_in_percent_and_of_known_metrics():
    for parts in PUBLISHED.values():
        for task, metrics in parts.items():
            assert metrics.keys() <= set(GLUE_TASKS[task].metrics) <= set(METRIC_NAMES)
            assert all(50 < value < 100 for value in metrics.values())


def test_a_table_of_one_run_has_no_spread():
    run = GlueRun("RTE", 5, {"RTE": {"accuracy": 0.61}}, seconds=7300.0)
    text = glue_markdown([run], ModelStart(preset="runs/my_model"))
    assert "| **runs/my\\_model** | 61.0 |" in text or "| **runs/my_model** | 61.0 |" in text
    assert "one run, seed 5. Training took 2.0 h in all." in text
    assert "| ALBERT-xxlarge v1 (1.5M steps) | 89.2 |" in text
    assert "ALBERT-base" not in text
    assert best_baseline([run], "RTE", "accuracy") is None
    assert summarized([run]) == {"RTE": {"accuracy": Spread(0.61, None, 1)}}


def test_runs_are_listed_by_task_and_seed_in_whatever_order_they_were_made(tmp_path):
    made = [("STS-B", 1), ("RTE", 0), ("CoLA", 0), ("STS-B", 0)]
    runs = [GlueRun(task, seed, {task: {}}) for task, seed in made]
    results = GlueResults(runs, tmp_path / "glue.md", tmp_path / "glue.json")
    write_glue_table(results, ModelStart(preset="albert_small_en"))
    listed = [(run["task"], run["seed"]) for run in json.loads(results.json.read_text())["runs"]]
    assert listed == [("CoLA", 0), ("RTE", 0), ("STS-B", 0), ("STS-B", 1)]


@pytest.mark.parametrize("undefined", [None, math.nan], ids=["as read", "as computed"])
def test_what_is_not_defined_is_said_so(undefined):
    baselines = {
        "mean value": {"STS-B": {"pearson": undefined, "spearman": undefined}},
        "TF-IDF + ridge": {"STS-B": {"pearson": 0.5, "spearman": undefined}},
    }
    run = GlueRun("STS-B", 0, {"STS-B": {"pearson": 0.8, "spearman": undefined}}, baselines)
    text = glue_markdown([run], ModelStart(preset="albert_small_en"))
    assert "| 80.0 / n/a |" in text
    assert "| majority class, mean value | n/a / n/a |" in text
    assert "| TF-IDF + linear model | 50.0 / n/a |" in text
    assert best_baseline([run], "STS-B", "pearson") == 0.5
    assert best_baseline([run], "STS-B", "spearman") is None
