"""What is kept of how good a model is."""

import json
import math

import pytest

from albert_tf.finetuning.record import main_figures


def test_a_figure_that_is_not_defined_is_null_in_the_record():
    found = main_figures({"pearson": math.nan, "mae": 0.25, "mse": 3.0, "spearman": -math.inf})
    assert found == {"pearson": None, "spearman": None, "mae": 0.25}
    assert json.loads(json.dumps(found), parse_constant=pytest.fail) == found
