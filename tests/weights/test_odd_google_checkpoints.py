"""Checkpoints of google-research as people have them, made up by kind: each is read right, or refused in one line."""

import shutil

import numpy as np
import pytest

from albert_tf.errors import AlbertError
from albert_tf.weights import read_checkpoint
from albert_tf.weights.tf_checkpoint import TensorFlowCheckpoint
from tests.weights.oddities import SAME, half_of_it, prefixed, remove
from tests.weights.test_google_tf1 import write_tf1
from tests.weights.test_huggingface import assert_same_arrays


def tf1(change):
    """Rewrites the variables of a google-research checkpoint."""

    def odd(folder):
        checkpoint = TensorFlowCheckpoint(folder / "model.ckpt-best")
        variables = {name: checkpoint.array(name) for name in checkpoint.shapes}
        for path in folder.glob("model.ckpt-best*"):
            path.unlink()
        write_tf1(folder / "model.ckpt-best", change(variables))

    return odd


def with_slots(variables):
    slots = {f"{n}/{s}": a * 7 for n, a in variables.items() for s in ("adam_m", "adam_v")}
    return {**variables, **slots, "global_step": np.int64(9), "beta1_power": np.float32(0.9)}


TF1_ODDITIES = {
    "slots of an optimizer": (tf1(with_slots), SAME),
    "module/ before names": (tf1(prefixed("module/")), SAME),
    "an unknown variable": (
        tf1(lambda v: {**v, "bert/adapter/kernel": np.ones((2, 2), np.float32)}),
        r"bert/adapter/kernel with shape \(2, 2\) is extra",
    ),
    "no configuration": (
        remove("albert_config.json"),
        r"has no albert_config\.json, for num_hidden",
    ),
    "a truncated data file": (
        half_of_it("model.ckpt-best.data-00000-of-00001"),
        "missing, truncated or damaged",
    ),
    "a truncated index": (half_of_it("model.ckpt-best.index"), "missing, truncated or damaged"),
    "the data file missing": (
        remove("model.ckpt-best.data-00000-of-00001"),
        "missing, truncated or damaged",
    ),
    "the index missing": (remove("model.ckpt-best.index"), "holds no checkpoint"),
    "two checkpoints": (
        lambda f: [
            shutil.copy(path, f / path.name.replace("best", "9"))
            for path in f.glob("model.ckpt-best*")
        ],
        SAME,  # its file 'checkpoint' names one
    ),
    "two checkpoints and no word which": (
        lambda f: [
            remove("checkpoint")(f),
            *(
                shutil.copy(path, f / path.name.replace("best", "9"))
                for path in f.glob("model.ckpt-best*")
            ),
        ],
        "holds several TensorFlow checkpoints",
    ),
}


@pytest.mark.parametrize("name", TF1_ODDITIES)
def test_an_odd_checkpoint_of_google_research_is_read_right_or_refused(shared, tmp_path, name):
    fixture = shared / "fixtures" / "google_tf1_groups"
    folder = tmp_path / "albert"
    shutil.copytree(fixture, folder)
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    make, outcome = TF1_ODDITIES[name]
    make(folder)
    if outcome is SAME:
        assert_same_arrays(read_checkpoint(folder).arrays, read_checkpoint(fixture).arrays)
        return
    with pytest.raises(AlbertError, match=outcome) as error:
        read_checkpoint(folder)
    assert "\n" not in str(error.value)
