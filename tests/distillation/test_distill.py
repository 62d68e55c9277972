"""From a teacher to a student: the cache, the start, the losses, and a run."""

import dataclasses

import keras
import numpy as np
import pytest

from albert_tf import AlbertBackbone, AlbertConfig, AlbertMaskedLM
from albert_tf.distillation import (
    build_cache,
    distill,
    read_cache,
    student_checkpoint,
    student_config,
)
from albert_tf.distillation import cache as cache_module
from albert_tf.distillation.batches import DistillationBatches
from albert_tf.distillation.distiller import AlbertDistiller
from albert_tf.distillation.loop import _split
from albert_tf.distillation.losses import NeighbourLoss, SentenceVectorLoss, WordStateLoss
from albert_tf.distillation.start import group_ends
from albert_tf.errors import CheckpointError, DataError
from albert_tf.training import FineTuningRecipe
from albert_tf.weights import read_checkpoint, write_preset
from tests.distillation.conftest import LAYERS, SENTENCES, WIDTH

TEXTS = [f"{first}, {second}" for first in SENTENCES for second in SENTENCES[:3]]


@pytest.fixture(scope="module")
def cache(teacher, tokenizer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    return build_cache(TEXTS, teacher, tokenizer, folder, layers=(2, 4), sequence_length=20)


# === Cache ===


def test_cache_holds_the_teachers_vectors(cache, teacher):
    np.testing.assert_allclose(cache.vectors, teacher.embed(TEXTS), atol=2e-3)
    assert cache.states.shape[1:] == (2, WIDTH)
    assert len(cache) == len(TEXTS)


def test_word_states_are_means_over_the_teachers_pieces(cache, teacher):
    text = TEXTS.index("how do i top up my account?, my card has not arrived yet")
    ((ids, spans),) = teacher.tokenize([TEXTS[text]])
    states = teacher.hidden_states([ids])[-1][0, : len(ids)]
    ends = np.cumsum([len(word) + 1 for word in TEXTS[text].split()])
    words = [int(np.searchsorted(ends, start, side="right")) for start, _ in spans[1:-1]]
    expected = [states[0]]
    expected += [states[1:-1][np.equal(words, n)].mean(axis=0) for n in range(max(words) + 1)]
    expected += [states[-1]]
    found = cache.states[slice(*cache.word_splits[text : text + 2]), cache.column(4)]
    np.testing.assert_allclose(found, expected, atol=5e-3)


def test_the_teacher_reads_no_more_than_the_student(teacher, tokenizer, tmp_path):
    long = "where is my card " * 10
    cut = build_cache([long], teacher, tokenizer, tmp_path / "a", layers=(4,), sequence_length=6)
    short = build_cache(
        ["where is my card"], teacher, tokenizer, tmp_path / "b", layers=(4,), sequence_length=6
    )
    np.testing.assert_array_equal(cut.token_ids, short.token_ids)
    np.testing.assert_allclose(cut.vectors, short.vectors, atol=1e-3)


def test_stopped_reading_goes_on(cache, teacher, tokenizer, tmp_path, monkeypatch):
    monkeypatch.setattr(cache_module, "CHUNK", 8)

    def stop(done, total, speed):
        if done == 16:
            raise KeyboardInterrupt

    options = {"layers": (2, 4), "sequence_length": 20}
    with pytest.raises(KeyboardInterrupt):
        build_cache(TEXTS, teacher, tokenizer, tmp_path, progress=stop, **options)
    with pytest.raises(CheckpointError, match=f"holds 16 of {len(TEXTS)} texts; run the same"):
        read_cache(tmp_path)
    done = []
    whole = build_cache(
        TEXTS, teacher, tokenizer, tmp_path, progress=lambda n, *_: done.append(n), **options
    )
    assert done[0] == 24
    np.testing.assert_allclose(whole.states, cache.states, atol=2e-3)
    with pytest.raises(DataError, match="other settings"):
        build_cache(TEXTS, teacher, tokenizer, tmp_path, layers=(4,))
    with pytest.raises(DataError, match="other settings"):
        build_cache(TEXTS[1:], teacher, tokenizer, tmp_path, **options)


def test_missing_layers_are_named(cache, teacher, tokenizer, tmp_path):
    with pytest.raises(DataError, match="holds the layers 2, 4, not 3"):
        cache.column(3)
    with pytest.raises(DataError, match=f"no layer 9; it has layers 1 to {LAYERS}"):
        build_cache(TEXTS, teacher, tokenizer, tmp_path, layers=(9,))
    with pytest.raises(CheckpointError, match="there is no teacher cache"):
        read_cache(tmp_path / "nowhere")


# === Start ===


def test_groups_start_as_the_layer_in_their_middle(teacher, tokenizer):
    config = student_config(teacher, tokenizer, num_hidden_groups=2, embedding_size=8)
    assert group_ends(config) == (2, 4)
    arrays = student_checkpoint(config, teacher, tokenizer).arrays
    for group, layer in ((0, 1), (1, 3)):
        np.testing.assert_array_equal(
            arrays[f"encoder/group_{group}_inner_0/attention/query/kernel"],
            teacher.arrays[f"encoder/group_{layer}_inner_0/attention/query/kernel"],
        )


def test_wide_embeddings_start_close_to_the_teachers(teacher, tokenizer):
    """With E = H only LayerNorm and the missing mean stand between the two embeddings."""
    errors = []
    for size in (2, WIDTH):
        config = student_config(teacher, tokenizer, num_hidden_groups=LAYERS, embedding_size=size)
        start = student_checkpoint(config, teacher, tokenizer)
        student = AlbertBackbone.from_checkpoint(start, return_all_layers=True)
        ids = np.array([[tokenizer.cls_id, tokenizer.piece_to_id("▁card"), tokenizer.sep_id]])
        theirs = np.array([teacher.tokenize(["card"])[0][0]])
        embedded = [
            np.asarray(model.embeddings(rows, np.zeros_like(rows)))
            for model, rows in ((student, ids), (teacher.backbone, theirs))
        ]
        errors.append(np.square(embedded[0] - embedded[1]).mean() / embedded[1].var())
    assert errors[1] < 0.3
    assert errors[1] < errors[0] / 2


# === Batches ===


def test_batches_hold_each_texts_words_and_vectors(cache, tokenizer):
    batches = DistillationBatches(
        cache, np.arange(len(TEXTS)), tokenizer, layers=(4,), masked_share=0.0, batch_size=8
    )
    examples = batches.plan(0)[0]
    inputs, targets, weights = batches.collate(examples)
    assert (inputs["padding_mask"].sum(axis=1) == np.diff(cache.row_splits)[examples]).all()
    np.testing.assert_array_equal(targets["vectors"], cache.vectors[examples])
    for row, text in enumerate(examples):
        place = slice(*cache.word_splits[text : text + 2])
        count = place.stop - place.start
        np.testing.assert_array_equal(
            targets["states"][row, :count, 0], cache.states[place, cache.column(4)]
        )
        assert weights["states"][row].tolist() == [
            float(0 < n < count) for n in range(weights["states"].shape[1])
        ]
    assert not weights["mlm_logits"].any()


def test_masked_batches_can_be_restored(cache, tokenizer):
    options = {"layers": (4,), "batch_size": 8}
    everything = np.arange(len(TEXTS))
    masked = DistillationBatches(cache, everything, tokenizer, masked_share=1.0, **options)
    plain = DistillationBatches(cache, everything, tokenizer, masked_share=0.0, **options)
    examples = masked.plan(0)[0]
    inputs, targets, weights = masked.collate(examples)
    restored = inputs["token_ids"].copy()
    for row in range(len(examples)):
        there = weights["mlm_logits"][row] == 1
        assert there.any()
        restored[row, inputs["masked_positions"][row][there]] = targets["mlm_logits"][row][there]
    np.testing.assert_array_equal(restored, plain.collate(examples)[0]["token_ids"])
    again = masked.collate(examples)[0]["token_ids"]
    np.testing.assert_array_equal(again, inputs["token_ids"])
    masked.epoch = 1
    assert (masked.collate(examples)[0]["token_ids"] != again).any()


# === Losses, by hand ===


def test_word_state_loss_counts_in_units_of_the_scales():
    scales = np.array([[1.0, 2.0], [0.5, 4.0]])
    loss = WordStateLoss(scales)
    y = np.zeros((1, 2, 2, 2), "float32")
    p = np.array([[[[1, 2], [0.5, 4]], [[9, 9], [9, 9]]]], "float32")
    assert float(loss(y, p, sample_weight=np.array([[1.0, 0.0]]))) == pytest.approx(1.0)


def test_sentence_vector_loss_is_one_minus_the_cosine():
    y = np.array([[1.0, 0], [0, 2]], "float32")
    p = np.array([[3.0, 3], [0, -1]], "float32")
    expected = ((1 - np.sqrt(0.5)) + 2) / 2
    assert float(SentenceVectorLoss()(y, p)) == pytest.approx(expected, abs=1e-6)


def test_neighbour_loss_is_the_divergence_without_oneself():
    random = np.random.default_rng(0)
    y, p = random.normal(size=(2, 5, 7)).astype("float32")

    def distribution(x):
        x = x / np.linalg.norm(x, axis=1, keepdims=True)
        logits = np.exp(x @ x.T / 0.05)
        np.fill_diagonal(logits, 0)
        return logits / logits.sum(axis=1, keepdims=True)

    t, s = distribution(y), distribution(p)
    off = ~np.eye(5, dtype=bool)
    expected = (t[off] * np.log(t[off] / s[off])).sum() / 5
    assert float(NeighbourLoss()(y, p)) == pytest.approx(expected, rel=1e-4)
    assert float(NeighbourLoss()(y, 3 * y)) == pytest.approx(0, abs=1e-5)


# === The run ===


def test_student_comes_nearer_resumes_and_loads(cache, teacher, tokenizer, tmp_path):
    config = student_config(teacher, tokenizer, num_hidden_groups=2, embedding_size=8)
    start = student_checkpoint(config, teacher, tokenizer)
    recipe = FineTuningRecipe(
        epochs=4, batch_size=8, learning_rate=0.01, log_every=1, monitor="val_loss"
    )
    run = {"recipe": recipe, "validation_texts": 4, "verbose": 0}
    keras.utils.set_random_seed(0)
    result = distill(start, cache, tokenizer, run_dir=tmp_path / "run", **run)
    history = result.training.history
    validated = [record for record in history if "val_loss" in record]
    for name in ("val_states_loss", "val_vectors_loss", "val_pooled_loss"):
        assert validated[-1][name] < 0.8 * validated[0][name] or validated[-1][name] < 0.05, name
    assert result.training.steps == 4 * 4
    # Held-out texts as they stand: nearer than with masked tokens among them, and none to name.
    assert result.held_out["vectors_loss"] <= validated[-1]["val_vectors_loss"] + 1e-6
    assert result.held_out["mlm_logits_loss"] == 0
    again = distill(start, cache, tokenizer, run_dir=tmp_path / "run", resume=True, **run)
    assert "was finished already" in " ".join(again.training.notes)
    write_preset(result.checkpoint, tmp_path / "model", dtype="float16")
    written = read_checkpoint(tmp_path / "model")
    assert written.head == "masked_lm"
    texts, _ = _split(len(TEXTS), 4, None, recipe.seed)
    longest = max(len(tokenizer.encode(TEXTS[text])) for text in texts) + 2  # [CLS] and [SEP]
    assert written.learned_positions == longest < written.config.max_position_embeddings
    model = AlbertMaskedLM.from_preset(tmp_path / "model")
    assert model.config.num_hidden_groups == 2


def test_too_few_texts_to_hold_out(cache, teacher, tokenizer, tmp_path):
    config = student_config(teacher, tokenizer, num_hidden_groups=2, embedding_size=8)
    start = student_checkpoint(config, teacher, tokenizer)
    with pytest.raises(DataError, match=f"1000 of {len(TEXTS)} texts are to be held out"):
        distill(start, cache, tokenizer, run_dir=tmp_path, validation_texts=1000)


@pytest.mark.parametrize(("count", "held_out"), [(2, 1), (400, 40), (9_990, 999), (50_000, 1000)])
def test_a_tenth_of_few_texts_is_held_out(count, held_out):
    learned, kept = _split(count, None, None, seed=0)
    assert len(kept) == held_out
    assert sorted([*learned, *kept]) == list(range(count))


def test_trains_on_so_many_texts(cache, teacher, tokenizer, tmp_path):
    config = student_config(teacher, tokenizer, num_hidden_groups=1, embedding_size=8)
    start = student_checkpoint(config, teacher, tokenizer)
    run = {"recipe": FineTuningRecipe(epochs=1, batch_size=8), "validation_texts": 4, "verbose": 0}
    start.extra["learned_positions"] = 40  # of a distillation of longer texts
    result = distill(start, cache, tokenizer, run_dir=tmp_path / "run", training_texts=9, **run)
    assert result.training.steps == 2
    assert result.checkpoint.learned_positions == 40
    with pytest.raises(DataError, match=f"{len(TEXTS)} texts are to be trained on; expected 1 to"):
        distill(start, cache, tokenizer, run_dir=tmp_path / "no", training_texts=len(TEXTS), **run)


def test_a_run_goes_on_with_the_same_teacher_classes_and_weights_only(
    cache, teacher, tokenizer, tmp_path
):
    config = student_config(teacher, tokenizer, num_hidden_groups=2, embedding_size=8)
    start = student_checkpoint(config, teacher, tokenizer)
    classes = np.array(["film" in text for text in TEXTS], "int32")
    recipe = FineTuningRecipe(epochs=1, batch_size=8)
    run = {"recipe": recipe, "validation_texts": 4, "classes": classes, "verbose": 0}
    distill(start, cache, tokenizer, run_dir=tmp_path, **run)
    for changed, message in (
        ({"cache": dataclasses.replace(cache, fingerprint="another")}, "teacher_cache '.*now 'ano"),
        ({"classes": 1 - classes}, r"classes '\w{12}' \(now '\w{12}'\); resume it with the same"),
        ({"masked_share": 0.5}, r"masked_share 0.25 \(now 0.5\)"),
        ({"mlm_weight": 0.2}, r"mlm_weight 0.1 \(now 0.2\)"),
        ({"class_weight": 2}, r"class_weight 1.0 \(now 2.0\)"),
    ):
        arguments = {"start": start, "cache": cache, **run, **changed}
        with pytest.raises(CheckpointError, match=message):
            distill(tokenizer=tokenizer, run_dir=tmp_path, resume=True, **arguments)
    again = distill(start, cache, tokenizer, run_dir=tmp_path, resume=True, **run)
    assert "was finished already" in " ".join(again.training.notes)


def test_texts_may_take_all_positions_of_the_student(cache, teacher, tokenizer, tmp_path):
    longest = int(np.diff(cache.row_splits).max())
    assert longest % 8
    config = student_config(teacher, tokenizer, num_hidden_groups=1, embedding_size=8)
    config = AlbertConfig.from_dict({**config.to_dict(), "max_position_embeddings": longest})
    start = student_checkpoint(config, teacher, tokenizer)
    run = {"recipe": FineTuningRecipe(epochs=1, batch_size=8), "validation_texts": 4, "verbose": 0}
    assert distill(start, cache, tokenizer, run_dir=tmp_path, **run).training.steps == 4


def test_classes_are_learned_and_their_layer_left_behind(cache, teacher, tokenizer, tmp_path):
    keras.utils.set_random_seed(0)
    student, batches = _student_of_classes(cache, teacher, tokenizer)
    # The random teacher's vectors are nearly one, which would outweigh what tells the classes apart.
    weights = {name: float(name == "class_logits") for name in student.default_loss()}
    student.compile(keras.optimizers.Adam(0.003), loss_weights=weights)
    student.fit(
        batches.dataset(), epochs=100, callbacks=[batches.callback()], shuffle=False, verbose=0
    )
    result = student.evaluate(batches.dataset(), return_dict=True, verbose=0)
    assert result["class_logits_accuracy"] == 1
    checkpoint = student.to_checkpoint()
    assert not [name for name in checkpoint.arrays if name.startswith("class_logits")]
    write_preset(checkpoint, tmp_path / "model")
    AlbertMaskedLM.from_preset(tmp_path / "model")
    # A further distillation starts from what this one has come to, with a new layer for the classes.
    further, _ = _student_of_classes(
        cache, teacher, tokenizer, start=read_checkpoint(tmp_path / "model")
    )
    again = further.to_checkpoint().arrays
    assert checkpoint.arrays.keys() == again.keys()
    for name, array in checkpoint.arrays.items():
        np.testing.assert_array_equal(array, again[name], name)


def _student_of_classes(cache, teacher, tokenizer, start=None, **options):
    """A student and all texts in one batch; the first half have a class: whether they name a film."""
    config = student_config(teacher, tokenizer, num_hidden_groups=2, embedding_size=8)
    start = start or student_checkpoint(config, teacher, tokenizer)
    classes = np.array(["film" in text for text in TEXTS], "int32")
    classes[len(TEXTS) // 2 :] = -1
    shared = {"layers": group_ends(config)}
    batches = DistillationBatches(
        cache,
        np.arange(len(TEXTS)),
        tokenizer,
        classes=classes,
        masked_share=0.0,
        batch_size=len(TEXTS),
        **shared,
    )
    student = AlbertDistiller.from_checkpoint(
        start,
        state_scales=cache.state_scales(**shared),
        num_classes=2,
        return_all_layers=True,
        **shared,
        **options,
    )
    return student, batches


def test_texts_without_a_class_do_not_count(cache, teacher, tokenizer):
    student, batches = _student_of_classes(cache, teacher, tokenizer, class_weight=2.0)
    inputs, targets, _ = batches.collate(np.arange(len(TEXTS)))
    half = len(TEXTS) // 2
    logits = np.asarray(student(inputs)["class_logits"], "float64")[:half]
    chosen = np.take_along_axis(logits, targets["class_logits"][:half, None], axis=1)[:, 0]
    expected = 2.0 * (np.log(np.exp(logits).sum(axis=1)) - chosen).sum() / len(TEXTS)
    found = student.evaluate(batches.dataset(), return_dict=True, verbose=0)
    assert found["class_logits_loss"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (np.zeros(3, "int32"), r"classes has shape \(3,\); expected \(30,\)"),
        (np.zeros(30, "int32"), "classes has 1 different; expected two or more"),
    ],
)
def test_classes_that_do_not_fit(cache, teacher, tokenizer, tmp_path, classes, message):
    config = student_config(teacher, tokenizer, num_hidden_groups=2, embedding_size=8)
    start = student_checkpoint(config, teacher, tokenizer)
    with pytest.raises(DataError, match=message):
        distill(start, cache, tokenizer, run_dir=tmp_path, validation_texts=4, classes=classes)
