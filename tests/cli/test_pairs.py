"""What one command writes, the next one reads; each is a process of its own, as when a person types them."""

import shutil
import string

import numpy as np
import pytest
from safetensors.numpy import load_file

from tests.cli.conftest import BAD, COLUMNS, GOOD, QUICK, save_random_preset
from tests.distillation.conftest import SENTENCES, teacher_folder  # noqa: F401
from tests.tokenizer.small_models import small_model

UNMOVED = [*QUICK, "--learning-rate", "1e-12", "--head-start", "random", "--no-baselines"]
"""A recipe that leaves the weights where they started."""

LABELS = ["good"] * len(GOOD) + ["bad"] * len(BAD)

# === finetune → evaluate, export, predict, embed ===


def test_predict_reads_what_finetune_writes(keras_answers):
    assert [row["text"] for row in keras_answers] == [*GOOD, *BAD]
    assert [row["label"] for row in keras_answers] == LABELS


@pytest.mark.slow
def test_evaluate_reads_what_finetune_and_export_write(files, shell):
    found = []
    for model in ("run/model", "reviews.tflite"):
        table = [f"{files}/reviews.csv", *COLUMNS, "--json"]
        found += shell.albert_tf("evaluate", f"{files}/{model}", *table).rows
    assert [metrics["accuracy"] for metrics in found] == [1.0, 1.0]
    assert found[0]["cross_entropy"] == pytest.approx(found[1]["cross_entropy"], abs=0.02)
    assert found[0]["cross_entropy"] < 0.1


@pytest.mark.slow
def test_embed_reads_what_finetune_and_export_write(files, shell):
    shell.albert_tf("export", f"{files}/run/model", "vectors.tflite", "--embedder")
    vectors = []
    for model in (f"{files}/run/model", "vectors.tflite"):
        rows = shell.albert_tf("embed", "--model", model, *GOOD, *BAD).rows
        assert [row["text"] for row in rows] == [*GOOD, *BAD]
        vectors.append(np.array([row["vector"] for row in rows]))
    assert (vectors[0] * vectors[1]).sum(axis=1).min() > 0.99
    # The training has moved praise and blame apart: it is its weights that embed reads.
    alike = vectors[0] @ vectors[0].T
    assert alike[:4, :4].min() > alike[:4, 4:].max() + 0.1


# === import, distill, pretrain → finetune ===


def assert_finetune_starts_from(preset, files, shell) -> None:
    """Checks that a fine-tuned model has the backbone and the tokenizer of the preset that it was started from."""
    start = ["--preset", preset, "--output", "tuned", *UNMOVED]
    shell.albert_tf("finetune", f"{files}/reviews.csv", *COLUMNS, *start)
    folders = shell.folder / preset, shell.folder / "tuned" / "model"
    given, tuned = (load_file(folder / "model.safetensors") for folder in folders)
    shared = [name for name in given if name.startswith(("embeddings/", "encoder/"))]
    assert len(shared) > 15
    for name in shared:
        np.testing.assert_allclose(tuned[name], given[name], atol=1e-6, err_msg=name)
    first, second = ((folder / "tokenizer.model").read_bytes() for folder in folders)
    assert first == second
    (row,) = shell.albert_tf("predict", "tuned/model", "--json", GOOD[0]).rows
    assert set(row["scores"]) == {"bad", "good"}


PLACES = {
    "hf_model": "spiece.model",
    "google_tf1_groups": "30k-clean.model",
    "model_garden_encoder": "vocabulary.model",
    "keras_hub_backbone": "assets/tokenizer/vocabulary.spm",
}
"""Foreign checkpoints, and where each keeps its tokenizer."""


@pytest.mark.slow
@pytest.mark.parametrize("name", PLACES)
def test_finetune_starts_from_an_imported_checkpoint(name, files, shared, shell):
    shutil.copytree(shared / "fixtures" / name, shell.folder / "foreign")
    place = shell.folder / "foreign" / PLACES[name]
    place.parent.mkdir(parents=True, exist_ok=True)
    letters = dict.fromkeys(["▁", *string.ascii_lowercase], -3.0)
    place.write_bytes(small_model({**letters, "▁film": -1.0}))
    shell.albert_tf("import", "foreign", "imported")
    assert (shell.folder / "imported" / "tokenizer.model").read_bytes() == place.read_bytes()
    assert_finetune_starts_from("imported", files, shell)


@pytest.mark.slow
def test_finetune_starts_from_what_was_exported_to_hugging_face_and_imported(
    files, hugging_face, shell
):
    shell.albert_tf("import", hugging_face, "imported")
    assert_finetune_starts_from("imported", files, shell)


@pytest.mark.slow
def test_finetune_starts_from_a_distilled_preset(files, teacher_folder, shell, needs):  # noqa: F811
    needs("tokenizers")
    lines = (f"{a}, {b}\n" for a in SENTENCES for b in SENTENCES[:3])
    (shell.folder / "texts.txt").write_text("".join(lines), "utf-8")
    student = ["--groups", "2", "--embedding-size", "8", "--batch-size", "8"]
    options = ["--teacher", teacher_folder, "--validation-texts", "4", "--output", "distilled"]
    shell.albert_tf("distill", "texts.txt", *student, *options)
    assert_finetune_starts_from("distilled/model", files, shell)


@pytest.mark.slow
def test_finetune_starts_from_a_preset_pretrained_on_prepared_data(files, shell):
    lines = [f"The number {i} is odd. It comes after {i - 1}." for i in range(200)]
    (shell.folder / "corpus.txt").write_text("\n\n".join(lines), "utf-8")
    options = ["--output", "records", "--sequence-length", "32", "--shards", "4"]
    shell.albert_tf("pretraining-data", "corpus.txt", *options, "--processes", "1")
    save_random_preset(shell.folder / "small")
    steps = ["--recipe", "one-machine", "--steps", "4", "--warmup-steps", "1", "--batch-size", "8"]
    options = ["--preset", "small", "--evaluation-batches", "2", "--output", "pretrained"]
    shell.albert_tf("pretrain", "records", *steps, *options)
    before, after = (
        load_file(shell.folder / folder / "model.safetensors")["embeddings/word_embeddings"]
        for folder in ("small", "pretrained/model")
    )
    assert not np.allclose(before, after, atol=1e-6), "the pretraining moved the weights"
    assert_finetune_starts_from("pretrained/model", files, shell)
