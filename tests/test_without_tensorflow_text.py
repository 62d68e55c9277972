"""Where there is no tensorflow-text, as on Windows: raw strings work, and what cuts texts in a graph says so."""

import sys

import numpy as np
import pytest
import tensorflow as tf

from albert_tf import AlbertTokenizer, TFLiteRunner
from albert_tf.errors import MissingExtraError
from albert_tf.export import export_saved_model, export_tflite
from tests.export.conftest import ANY, text_model

TEXTS = ["see you at six", "WIN a prize now!!", "Grüße, 1,000 times", "lunch?"] * 2
PAIRS = ["yes", "no", "一", "at noon"] * 2
LABELS = np.array([0, 1, 2, 0] * 2)
PURPOSE = r"cutting texts in a TensorFlow graph \(in_graph, tf.data.Dataset, SavedModel\)"
WITH_PIP = (
    PURPOSE
    + r' needs the package .tensorflow_text., .*; run: pip install "albert-tf\[tensorflow\]"$'
)
ON_WINDOWS = PURPOSE + r" needs .*; it has no wheels for Windows: pass texts as a list$"

COMMANDS = """
import runpy, sys
sys.modules["tensorflow_text"] = None  # as if it were not installed
sys.argv = ["albert-tf", *sys.argv[1:]]
runpy.run_module("albert_tf_command", run_name="__main__")
"""


@pytest.fixture(autouse=True)
def absent(monkeypatch):
    """As if tensorflow-text were not installed."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "tensorflow_text"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorflow_text", None)


@pytest.mark.parametrize("inputs", [TEXTS, (TEXTS, PAIRS)], ids=["texts", "pairs"])
def test_raw_strings_train_answer_and_are_exported(inputs, tmp_path):
    model = text_model()
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(inputs, LABELS, epochs=1, batch_size=4, verbose=0)
    assert np.isfinite(model.evaluate(inputs, LABELS, verbose=0)).all()
    expected = model.predict(inputs, verbose=0)
    assert expected.shape == (len(TEXTS), 3)
    pairs = PAIRS if isinstance(inputs, tuple) else None
    export_tflite(model, tmp_path / "m.tflite", "none", texts=TEXTS, pairs=pairs, limits=ANY)
    found = TFLiteRunner(tmp_path / "m.tflite").scores(inputs)
    np.testing.assert_array_equal(found.argmax(axis=-1), expected.argmax(axis=-1))


@pytest.mark.parametrize("is_windows", [False, True])
@pytest.mark.parametrize(
    "use",
    [
        lambda model, folder: AlbertTokenizer().in_graph(),
        lambda model, folder: export_saved_model(model, folder / "served"),
        lambda model, folder: model.predict(tf.data.Dataset.from_tensor_slices(TEXTS).batch(4)),
        lambda model, folder: model.preprocessor(tf.constant(TEXTS)),
    ],
    ids=["in_graph", "SavedModel", "Dataset", "tensor"],
)
def test_what_cuts_texts_in_a_graph_says_so_in_one_line(use, is_windows, monkeypatch, tmp_path):
    monkeypatch.setattr("albert_tf.dependencies.is_windows", lambda: is_windows)
    with pytest.raises(MissingExtraError, match=ON_WINDOWS if is_windows else WITH_PIP):
        use(text_model(), tmp_path)
    assert not (tmp_path / "served").exists()


@pytest.mark.slow
def test_the_command_trains_exports_and_answers(shell):
    shell.folder.joinpath("commands.py").write_text(COMMANDS, "utf-8")
    shell.type(
        "albert-tf sample all.csv && head -n 33 all.csv > t.csv\n"
        "python commands.py finetune t.csv --output run --epochs 1 --sequence-length 16\n"
        "python commands.py evaluate run/model t.csv\n"
        "python commands.py export run/model run.tflite\n"
        "python commands.py predict run/model 'a lovely week'\n"
    )
    (row,) = shell.albert_tf("predict", "run.tflite", "--json", "a lovely week").rows
    assert row["text"] == "a lovely week"
