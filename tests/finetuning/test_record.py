"""What is kept of how good a model is."""

import json
import math

import pytest

from albert_tf.finetuning import ModelStart
from albert_tf.finetuning.glue_suite import recipe_name
from albert_tf.finetuning.record import main_figures


def test_a_figure_that_is_not_defined_is_null_in_the_record():
    found = main_figures({"pearson": math.nan, "mae": 0.25, "mse": 3.0, "spearman": -math.inf})
    assert found == {"pearson": None, "spearman": None, "mae": 0.25}
    assert json.loads(json.dumps(found), parse_constant=pytest.fail) == found


@pytest.mark.parametrize(
    ("record", "recipe"),
    [
        ({"start": "runs/a/model", "recipe": "albert_small_en"}, "albert_small_en"),
        ({"start": "random weights of size tiny", "recipe": "from-scratch"}, "default"),
        ({"start": "albert_small_en"}, "default"),  # of an earlier release
        (None, "default"),
    ],
)
def test_what_was_fine_tuned_from_the_bundled_preset_goes_on_with_its_recipe(
    record, recipe, tmp_path
):
    content = {"format_version": 1} | ({"training": record} if record else {})
    (tmp_path / "albert_tf.json").write_text(json.dumps(content), "utf-8")
    start = ModelStart(preset=tmp_path)
    assert start.recipe == recipe
    is_bundled = recipe == "albert_small_en"
    assert recipe_name(start, "RTE") == ("glue/albert_small_en/rte" if is_bundled else "glue/rte")


def test_starts_that_are_no_folders():
    assert ModelStart().recipe == "from-scratch"
    assert ModelStart(preset="albert_small_en").recipe == "albert_small_en"
    assert ModelStart(preset="hf://albert/albert-base-v2").recipe == "default"
