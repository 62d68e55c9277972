"""Python's and NumPy's global generators belong to the caller: nothing here seeds them or draws from them."""

import ast
import importlib.util
import random
import re
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from albert_tf.export import export_saved_model, export_tflite
from albert_tf.pretraining import pretrain
from albert_tf.random_state import seeded
from albert_tf.training import FineTuningRecipe, fine_tune
from tests.export.conftest import ANY, text_model
from tests.models.odd_inputs import LABELS, PAIRS, TEXTS, three_classes
from tests.pretraining import small_pretraining

ROOT = Path(__file__).resolve().parents[1]
ON_TENSORFLOW = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="files are exported on TensorFlow"
)
WITH_QUANTIZER = pytest.mark.skipif(  # a mark, since the fixture below fails what is skipped within
    importlib.util.find_spec("ai_edge_quantizer") is None, reason="needs ai_edge_quantizer"
)


@pytest.fixture
def global_generators():
    """Fails a test in whose library call a global generator has moved."""
    random.seed(5)
    np.random.seed(5)
    states = {}
    yield lambda: states.update(python=random.getstate(), numpy=np.random.get_state())
    assert states, "the test said when the library's part begins"
    assert random.getstate() == states["python"]
    for ours, theirs in zip(np.random.get_state(), states["numpy"], strict=True):
        np.testing.assert_array_equal(ours, theirs)


def data_of(form, model):
    inputs = model.preprocessor(TEXTS)
    return {
        "texts": (TEXTS, LABELS),
        "pairs": ((TEXTS, PAIRS), LABELS),
        "token ids": (inputs, np.array(LABELS)),
        "dataset": (tf.data.Dataset.from_tensor_slices((TEXTS, LABELS)).shuffle(4).batch(2), None),
    }[form]


@pytest.mark.parametrize("form", ["texts", "pairs", "token ids", "dataset"])
def test_fit_and_its_kin(form, global_generators):
    model = three_classes()
    x, y = data_of(form, model)
    keras.utils.clear_session()  # as in a process where Keras has drawn nothing yet
    global_generators()
    model.fit(x, y, epochs=2, verbose=0)
    model.evaluate(x, y, verbose=0)
    model.predict(x, verbose=0)
    if form != "dataset":
        model.train_on_batch(x, y)


def test_a_fine_tuning_run_and_its_resumption(tmp_path, global_generators):
    recipe = FineTuningRecipe(epochs=2, batch_size=2, seed=3)
    model, data = three_classes(), (TEXTS, LABELS)
    again = three_classes()
    global_generators()
    first = fine_tune(model, data, data, recipe=recipe, run_dir=tmp_path, verbose=0)
    random.random(), np.random.random()  # the caller draws, and goes on from there
    global_generators()
    second = fine_tune(again, data, data, recipe=recipe, run_dir=tmp_path, resume=True, verbose=0)
    assert second.history == first.history


def test_a_block_with_a_seed_and_the_generators_after_it(global_generators):
    def layers_drawn():
        return np.asarray(keras.layers.Dense(3).kernel_initializer((2, 3)))

    global_generators()
    with seeded(7):
        first = layers_drawn(), random.random(), np.random.random()
    with seeded(7):
        again = layers_drawn(), random.random(), np.random.random()
    with seeded(8):
        other = layers_drawn(), random.random(), np.random.random()
    for one, same, different in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(one, same)
        assert np.any(one != different)
    with pytest.raises(RuntimeError, match="stopped"), seeded(7):
        raise RuntimeError("stopped")


def test_a_pretraining_run(tmp_path, global_generators):
    records = small_pretraining.write_records(tmp_path / "records.tfrecord")
    model, recipe = small_pretraining.small_pretrainer(), small_pretraining.RECIPE
    global_generators()
    pretrain(model, records, recipe=recipe.replace(steps=2), run_dir=tmp_path / "run")


@ON_TENSORFLOW
@pytest.mark.parametrize("quantization", ["int8", pytest.param("int4", marks=WITH_QUANTIZER)])
def test_an_export(quantization, tmp_path, global_generators):
    model = text_model()
    global_generators()
    export_tflite(model, tmp_path / "a.tflite", quantization=quantization, texts=TEXTS, limits=ANY)


@ON_TENSORFLOW
def test_a_saved_model(tmp_path, global_generators):
    model = text_model()
    global_generators()
    export_saved_model(model, tmp_path / "saved")


def uses_of_global_generators(tree):
    """Gives what a module calls of them: of NumPy only what makes a generator of one's own is left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name == "random")
        elif isinstance(node, ast.ImportFrom) and node.module in ("random", "numpy.random"):
            yield node.module
        elif isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            if name in ("keras.utils.set_random_seed", "tf.random.set_seed"):
                yield name
            if re.fullmatch(r"(np|numpy)\.random\.(?!default_rng$|Generator$)\w+", name):
                yield name


def test_no_other_module_touches_them():
    files = [*ROOT.glob("albert_tf/**/*.py"), *ROOT.glob("export/**/*.py")]
    assert len(files) > 200
    used = {
        path.relative_to(ROOT).as_posix(): set(
            uses_of_global_generators(ast.parse(path.read_text("utf-8")))
        )
        for path in files
    }
    assert [name for name, uses in used.items() if uses] == ["albert_tf/random_state.py"]
