"""What befalls the files of a checkpoint; each maker takes a folder, or returns what takes one, and changes it."""

import json
import shutil

import numpy as np
from safetensors.numpy import load_file, save_file

from tests.weights import torch_files
from tests.weights.test_huggingface import edit_config

WEIGHTS = "model.safetensors"
TABLE = "albert.embeddings.word_embeddings.weight"


def tensors_of(folder):
    return load_file(folder / WEIGHTS)


def as_pickle(folder, change=lambda tensors: tensors):
    """The weights as pytorch_model.bin instead."""
    torch_files.write_arrays(folder / "pytorch_model.bin", change(tensors_of(folder)))
    (folder / WEIGHTS).unlink()


def prefixed(prefix):
    return lambda tensors: {prefix + name: array for name, array in tensors.items()}


def replaced(change):
    """Oddities of the tensors in model.safetensors."""

    def odd(folder):
        tensors = change(tensors_of(folder))
        save_file(
            {n: np.ascontiguousarray(a) for n, a in tensors.items()},
            folder / WEIGHTS,
            {"format": "pt"},
        )

    return odd


def with_array(name, array):
    return replaced(lambda tensors: {**tensors, name: array})


def half_of_it(name):
    """Cut in the middle, as a download that broke off."""

    def odd(folder):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])

    return odd


def shard(folder, suffix=".safetensors", prefix="", lose=None):
    tensors = prefixed(prefix)(tensors_of(folder))
    (folder / WEIGHTS).unlink()
    stem = "model" if suffix == ".safetensors" else "pytorch_model"
    places = {n: f"{stem}-0000{i % 2 + 1}-of-00002{suffix}" for i, n in enumerate(tensors)}
    write = save_file if suffix == ".safetensors" else (lambda t, p: torch_files.write_arrays(p, t))
    for file in sorted(set(places.values())):
        write({n: t for n, t in tensors.items() if places[n] == file}, folder / file)
    index = f"{stem}{suffix}.index.json"
    (folder / index).write_text(json.dumps({"metadata": {}, "weight_map": places}))
    if lose:
        (folder / lose).unlink()


def nest(folder, *names):
    """Everything in a folder of its own inside."""
    inside = folder.joinpath(*names)
    files = [path for path in folder.iterdir() if path.is_file()]
    inside.mkdir(parents=True)
    for path in files:
        shutil.move(path, inside / path.name)


def empty(folder):
    for path in folder.iterdir():
        path.unlink()


def rounded(dtype):
    return replaced(lambda tensors: {name: array.astype(dtype) for name, array in tensors.items()})


def write_config(text):
    return lambda folder: (folder / "config.json").write_text(text)


def configured(**changes):
    return lambda folder: edit_config(folder, **changes)


def both_formats(folder):
    """An older pickle beside the safetensors, which count."""
    older = {name: array + 1 for name, array in tensors_of(folder).items()}
    torch_files.write_arrays(folder / "pytorch_model.bin", older)


def unrelated_files(folder):
    for name in ("optimizer.pt", "scheduler.pt", "training_args.bin", "rng_state.pth", "README.md"):
        (folder / name).write_bytes(b"x")
    (folder / "trainer_state.json").write_text("{}")


def trainer_folder(folder):
    nest(folder, "checkpoint-500")
    (folder / "runs").mkdir()
    (folder / "all_results.json").write_text("{}")


def without(*names):
    return replaced(lambda tensors: {n: a for n, a in tensors.items() if n not in names})


def remove(name):
    return lambda folder: (folder / name).unlink()


SAME = "the same arrays"
"""What must come of a folder that is odd, but whole."""
