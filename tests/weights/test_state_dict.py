"""State dicts saved from wrappers: prefixes, counters, a loss, a trainer's dict around."""

import json
import pickle
import struct

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from albert_tf.errors import CheckpointError
from albert_tf.weights import read_checkpoint
from albert_tf.weights.state_dict import OF_A_LOSS
from albert_tf.weights.torch_pickle import LEGACY_MAGIC, read_torch_pickle
from tests.weights import torch_files
from tests.weights.test_huggingface import assert_same_arrays, edit_tensors

WRAPPERS = ("module.", "model.", "module.model.", "_orig_mod.", "net.0.", "lit_model.encoder.")
HEADS = ("hf_model", "hf_sequence_classification", "hf_masked_lm_groups")


def rename(tensors, change):
    for name in list(tensors):
        tensors[change(name)] = tensors.pop(name)


@pytest.mark.parametrize("prefix", WRAPPERS)
@pytest.mark.parametrize("fixture", HEADS)
def test_a_prefix_that_all_names_share_is_dropped(folder, fixture, prefix):
    path = folder(fixture)
    expected = read_checkpoint(path)
    edit_tensors(path, lambda t: rename(t, lambda name: prefix + name))
    checkpoint = read_checkpoint(path)
    assert_same_arrays(checkpoint.arrays, expected.arrays)
    assert (checkpoint.head, checkpoint.head_config) == (expected.head, expected.head_config)


@pytest.mark.parametrize("part", ["_orig_mod.", "_fsdp_wrapped_module."])
def test_wrappers_in_the_middle_of_names_are_dropped(folder, part):
    path = folder("hf_sequence_classification")
    expected = read_checkpoint(path).arrays
    edit_tensors(path, lambda t: rename(t, lambda name: name.replace("albert.", f"albert.{part}")))
    assert_same_arrays(read_checkpoint(path).arrays, expected)


def test_buffers_under_a_prefix_are_dropped(folder):
    path = folder("hf_sequence_classification")
    expected = read_checkpoint(path).arrays

    def wrap(tensors):
        rename(tensors, lambda name: f"module.{name}")
        tensors["module.albert.embeddings.position_ids"] = np.arange(40)[None]
        tensors["module.albert.embeddings.token_type_ids"] = np.zeros((1, 40), np.int64)

    edit_tensors(path, wrap)
    assert_same_arrays(read_checkpoint(path).arrays, expected)
    shifted = {"module.albert.embeddings.position_ids": np.arange(1, 41)[None]}
    edit_tensors(path, lambda t: t.update(shifted))
    with pytest.raises(CheckpointError, match=r"embeddings\.position_ids does not hold"):
        read_checkpoint(path)


@pytest.mark.parametrize(
    "name",
    [
        "loss_fct.weight",
        "model.loss_fct.pos_weight",
        "criterion.weight",
        "loss.weight",
        "loss_fn.weight",
        "ce_loss.weight",
        "crossEntropyLoss.weight",
        "focal_loss.alpha",
        "class_weights",
        "class_weight",
        "model.pos_weight",
        "model.albert.class_weights",
    ],
)
def test_the_buffers_of_a_loss_are_dropped(folder, name):
    path = folder("hf_sequence_classification")
    expected = read_checkpoint(path).arrays

    def wrap(tensors):
        rename(tensors, lambda n: f"model.{n}")
        tensors[name] = np.ones(3, np.float32)

    edit_tensors(path, wrap)
    assert_same_arrays(read_checkpoint(path).arrays, expected)


def test_only_what_belongs_to_a_loss_is_dropped(folder):
    path = folder("hf_sequence_classification")
    for name in tensor_names_of(path):
        assert not OF_A_LOSS.search(name)
    matrix = {"loss.weight": np.ones((3, 32), np.float32)}  # a classifier's matrix, kept in a loss
    edit_tensors(path, lambda t: t.update(matrix))
    with pytest.raises(CheckpointError, match=r"loss\.weight with shape \(3, 32\) is extra"):
        read_checkpoint(path)


def tensor_names_of(path):
    return list(load_file(path / "model.safetensors"))


@pytest.mark.parametrize(
    "name", ["scale", "adapter.down.weight", "glossary.weight", "weights", "num_batches_tracked"]
)
@pytest.mark.parametrize("prefix", ["", "module."])
def test_an_unknown_array_is_refused_by_name(folder, name, prefix):
    path = folder("hf_model")

    def add(tensors):
        rename(tensors, lambda n: prefix + n)
        kind = np.int64 if name == "num_batches_tracked" else np.float32
        tensors[prefix + name] = np.ones(2, kind)

    edit_tensors(path, add)
    with pytest.raises(CheckpointError, match=rf"{name} with shape \(2,\) is extra"):
        read_checkpoint(path)


def test_a_model_of_ones_own_around_the_encoder_is_refused_by_name(folder):
    path = folder("hf_model")

    def build(tensors):
        rename(tensors, lambda n: f"bert.{n}")
        tensors["classifier.weight"] = np.ones((2, 32), np.float32)

    edit_tensors(path, build)
    with pytest.raises(CheckpointError, match=r"start with bert\..*1 of .*classifier\.weight"):
        read_checkpoint(path)


def test_two_encoders_are_refused_by_name(folder):
    path = folder("hf_model")

    def double(tensors):
        for name in list(tensors):
            tensors[f"query.{name}"] = tensors[name]
            tensors[f"document.{name}"] = tensors.pop(name).copy()

    edit_tensors(path, double)
    with pytest.raises(CheckpointError, match=r"holds 2 encoders \(document.*query"):
        read_checkpoint(path)


def test_names_cannot_break_or_flood_the_message(folder):
    path = folder("hf_model")

    def spoil(tensors):
        rename(tensors, lambda n: f"a\nb.{n}")
        tensors["x" * 5000 + "\ny"] = np.ones(1, np.float32)

    edit_tensors(path, spoil)
    with pytest.raises(CheckpointError) as error:
        read_checkpoint(path)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 1000


# === A trainer's dict around the state dict, in pytorch_model.bin ===


def entries(values) -> bytes:
    """A pickled dict of already pickled values."""
    items = b"".join(torch_files.text(name) + value for name, value in values.items())
    return b"}(" + items + b"u"


def plain(value) -> bytes:
    return pickle.dumps(value, 2)[2:-1]


def trainer_program(arrays, key, is_legacy=False, extra=None) -> bytes:
    """What Lightning writes: the state dict beside the optimizer's state and numbers."""
    tensors = torch_files.tensors_of(arrays, is_legacy)
    slot = torch_files.tensor("slot", "float32", 2, 0, (2,), (1,), is_legacy)
    optimizer = (
        b"](}(" + plain("state") + b"}(" + plain(0) + b"}(" + plain("exp_avg") + slot + b"uuue"
    )
    values = {
        "epoch": plain(3),
        "pytorch-lightning_version": plain("2.1.0"),
        "loops": plain({"fit": [1, 2.5, None, True, (0.9, 0.999)]}),
        key: entries(tensors),
        "optimizer_states": optimizer,
        **(extra or {}),
    }
    return b"\x80\x02" + entries(values) + b"."


@pytest.fixture
def arrays(shared):
    tensors = load_file(shared / "fixtures" / "hf_sequence_classification" / "model.safetensors")
    return {f"model.{name}": array for name, array in tensors.items()}


@pytest.mark.parametrize("key", ["state_dict", "model_state_dict", "model", "weights"])
@pytest.mark.parametrize("is_legacy", [False, True])
def test_the_state_dict_inside_a_trainers_checkpoint_is_read(folder, arrays, key, is_legacy):
    path = folder("hf_sequence_classification")
    expected = read_checkpoint(path).arrays
    (path / "model.safetensors").unlink()
    program = trainer_program(arrays, key, is_legacy)
    storages = {str(i): a.tobytes() for i, a in enumerate(arrays.values())}
    if is_legacy:
        write_legacy(path / "pytorch_model.bin", program, storages)
    else:
        torch_files.write_zip(path / "pytorch_model.bin", program, storages)
    assert_same_arrays(read_checkpoint(path).arrays, expected)


def write_legacy(path, program, storages):
    storages = {"slot": bytes(8), **storages}  # the optimizer's comes first
    with open(path, "wb") as file:
        for value in (LEGACY_MAGIC, 1001, {"little_endian": True}):
            pickle.dump(value, file, 2)
        file.write(program)
        pickle.dump(list(storages), file, 2)
        for data in storages.values():
            file.write(struct.pack("<q", len(data) // 4) + data)


def test_several_state_dicts_are_refused_by_name(tmp_path, arrays):
    tensors = torch_files.tensors_of(arrays)
    program = trainer_program(arrays, "model", extra={"ema": entries(tensors)})
    torch_files.write_zip(
        tmp_path / "model.bin",
        program,
        {str(i): a.tobytes() for i, a in enumerate(arrays.values())},
    )
    with pytest.raises(CheckpointError, match=r"several state dicts of a model \(model, ema\)"):
        read_torch_pickle(tmp_path / "model.bin")


def test_a_dict_without_a_model_says_what_it_holds(tmp_path):
    program = b"\x80\x02" + entries({"epoch": plain(3), "loss": plain(0.5)}) + b"."
    torch_files.write_zip(tmp_path / "model.bin", program, {})
    with pytest.raises(CheckpointError, match="'epoch' is a int, not a tensor"):
        read_torch_pickle(tmp_path / "model.bin")


def test_a_checkpoint_under_another_name_is_pointed_to(folder):
    path = folder("hf_model")
    (path / "model.safetensors").rename(path / "best.pt")
    with pytest.raises(
        CheckpointError, match=r"best\.pt: if it is the model, name it pytorch_model"
    ):
        read_checkpoint(path)


def test_a_prefix_in_shards_is_dropped_too(folder):
    path = folder("hf_model")
    expected = read_checkpoint(path).arrays
    tensors = {f"module.{n}": a for n, a in load_file(path / "model.safetensors").items()}
    (path / "model.safetensors").unlink()
    places = {name: f"model-0000{i % 2 + 1}-of-00002.safetensors" for i, name in enumerate(tensors)}
    for file in set(places.values()):
        save_file({n: t for n, t in tensors.items() if places[n] == file}, path / file)
    (path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}))
    assert_same_arrays(read_checkpoint(path).arrays, expected)
