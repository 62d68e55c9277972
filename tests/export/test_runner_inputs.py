"""What people hand to a runner: every sequence of texts is read, and nothing else."""

import os
import pickle
import shutil

import numpy as np
import pandas as pd
import pytest

from albert_tf.errors import AlbertError
from albert_tf.export import TFLiteRunner, export_tflite
from tests.tiny import english_model

TEXTS = ["a lovely film", "a waste of time", "well worth it"]
PAIRS = ["yes", "no", "of course"]


def small_classifier():
    sizes = {"embedding_size": 8, "hidden_size": 16, "num_attention_heads": 2}
    sizes |= {"num_hidden_layers": 1, "intermediate_size": 16}
    return english_model(sizes=sizes, class_names=["bad", "good"])


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("runner") / "model.tflite"
    export_tflite(small_classifier(), path)
    return path


@pytest.fixture(scope="module")
def runner(file):
    return TFLiteRunner(file)


@pytest.mark.parametrize(
    "texts",
    [
        np.array(TEXTS)[:, None],
        pd.Series(TEXTS, index=[7, 7, 1]),
        pd.DataFrame({"text": TEXTS}),
        dict.fromkeys(TEXTS).keys(),
    ],
    ids=["column", "series", "table", "keys"],
)
def test_sequences_of_texts(runner, texts):
    np.testing.assert_array_equal(runner.scores(texts), runner.scores(TEXTS))


def test_columns_of_arrow(runner):
    arrow = pytest.importorskip("pyarrow")
    scores = runner.scores(TEXTS, PAIRS)
    np.testing.assert_array_equal(runner.scores(arrow.array(TEXTS), arrow.array(PAIRS)), scores)
    texts = arrow.table({"text": TEXTS})
    np.testing.assert_array_equal(runner.scores(texts, PAIRS), scores)


@pytest.mark.parametrize(
    "arguments",
    [
        [(TEXTS, PAIRS)],
        [list(zip(TEXTS, PAIRS, strict=True))],
        [np.array([TEXTS, PAIRS]).T],
        [TEXTS, pd.DataFrame({"pair": PAIRS})],
    ],
    ids=["tuple", "rows", "array", "table"],
)
def test_pairs(runner, arguments):
    np.testing.assert_array_equal(runner.scores(*arguments), runner.scores(TEXTS, PAIRS))


@pytest.mark.parametrize(
    "arguments",
    [
        [None],
        [5],
        [str],
        [object()],
        [np.array("one")],
        [{"text": TEXTS}],
        [set(TEXTS)],
        [pd.DataFrame({"text": TEXTS, "label": PAIRS})],
        [["one", None]],
        [TEXTS, "abc"],
        [TEXTS, dict.fromkeys(PAIRS)],
        [TEXTS, set(PAIRS)],
        [TEXTS, 3],
        [TEXTS, PAIRS[:2]],
        [(TEXTS, PAIRS), PAIRS],
    ],
)
def test_anything_else_is_refused_by_one_line(runner, arguments):
    with pytest.raises(AlbertError) as error:
        runner(*arguments)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "token_ids", [None, [["a"]], [[1], [1, 2]], [[float("nan")]], [[2.5]], [[2**40]], {"a": [[1]]}]
)
def test_token_ids_that_are_none(runner, token_ids):
    with pytest.raises(AlbertError, match="whole numbers"):
        runner.run(token_ids)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere every path is text")
def test_a_path_that_is_no_utf8(file, runner, tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.tflite")
    shutil.copyfile(file, path)
    other = pickle.loads(pickle.dumps(TFLiteRunner(path)))
    np.testing.assert_array_equal(other.scores(TEXTS), runner.scores(TEXTS))


@pytest.mark.skipif(os.name != "posix", reason="elsewhere every path is text")
def test_an_export_to_a_path_that_is_no_utf8(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.tflite")
    export_tflite(small_classifier(), path)
    assert len(TFLiteRunner(path)(TEXTS)) == len(TEXTS)


def test_a_path_that_cannot_be():
    with pytest.raises(AlbertError, match="null byte"):
        TFLiteRunner("model\0.tflite")
