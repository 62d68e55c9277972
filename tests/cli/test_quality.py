"""What is kept of how good a model is."""

import json
import math
from types import SimpleNamespace

import pytest

from albert_tf.cli.quality import training_record


class Table(list):
    path = "no such.csv"


def test_a_figure_that_is_not_defined_is_null_in_the_record():
    args = SimpleNamespace(preset="albert_small_en")
    metrics = {"this model": {"pearson": math.nan, "mae": 0.25}, "mean": {"pearson": -math.inf}}
    result = SimpleNamespace(epochs=1)
    record = training_record(args, Table(["a"] * 3), Table(["b"]), result, metrics)
    expected = {"this model": {"pearson": None, "mae": 0.25}, "mean": {"pearson": None}}
    assert record["metrics"] == expected
    assert json.loads(json.dumps(record), parse_constant=pytest.fail) == record
