"""The baselines reach what linear models are known to reach, on every kind of task."""

from pathlib import Path

import numpy as np
import pytest

from albert_tf.reports import majority_baseline, run_baselines, tfidf_baseline
from albert_tf.tasks import TextTable, demo_data, read_glue, split_table


@pytest.fixture(scope="module")
def sentences():
    return split_table(demo_data("uci_sentences"), 0.2, seed=0)


def test_uci_sentences(sentences):
    majority, tfidf = run_baselines(sentences.train, sentences.validation)
    assert majority.metrics["accuracy"] == pytest.approx(0.5)
    assert 0.82 < tfidf.metrics["accuracy"] < 0.87
    assert tfidf.predictions.shape == (600,)
    np.testing.assert_allclose(tfidf.scores.sum(1), 1.0, rtol=1e-5)
    assert tfidf.seconds > 0


def test_tfidf_is_the_same_every_time(sentences):
    small = sentences.train.subset(range(300))
    first, second = (tfidf_baseline(small, sentences.validation) for _ in range(2))
    np.testing.assert_array_equal(first.scores, second.scores)


def test_banking77_with_ten_examples_a_class():
    train = demo_data("banking77")
    labels = np.array(train.labels)
    random = np.random.default_rng(0)
    rows = [
        row
        for label in sorted(set(labels))
        for row in random.choice(np.flatnonzero(labels == label), 10, replace=False)
    ]
    test = demo_data("banking77", "test")
    test = test.subset(range(0, len(test), 4))
    assert 0.72 < tfidf_baseline(train.subset(rows), test).metrics["accuracy"] < 0.79


def table(texts, labels, task="classification"):
    lines = list(range(1, len(texts) + 1))
    return TextTable(texts, None, labels, Path("t.csv"), lines, task)


def test_majority_answers_the_training_share():
    train = table(["a", "b", "c", "d"], ["x", "y", "y", "y"])
    result = majority_baseline(train, table(["e", "f"], ["x", "y"]))
    np.testing.assert_allclose(result.scores, [[0.25, 0.75]] * 2)
    assert result.predictions.tolist() == [1, 1]
    assert result.metrics["cross_entropy"] == pytest.approx(-np.log([0.25, 0.75]).mean())


@pytest.mark.parametrize(
    "texts", [["🙂", "🙁", "🙂🙂", "!!", "🙁 !"], ["a"] * 5, ["漢", "字", "仮", "名", "文"]]
)
def test_texts_without_words_are_no_obstacle(texts):
    train = table(texts, ["x", "y", "x", "y", "y"])
    assert tfidf_baseline(train, train).scores.shape == (5, 2)


ENGLISH = ["a lovely film", "it broke after a week", "well worth it", "never again"]
CHINESE = ["物流很快，包装完好", "电影太长了，看得想睡", "服务周到", "再也不来了"]


@pytest.mark.parametrize(
    ("texts", "counts"),
    [
        (ENGLISH, "words"),
        (CHINESE, "characters"),
        ([*ENGLISH, "很好"], "words"),  # by the share of letters, not of texts
        ([*CHINESE, "wifi ok"], "characters"),
        (["よい映画でした", "二度と行かない", "とても楽しかった", "カメラが壊れた"], "characters"),
        (["อาหารอร่อยมาก", "ส่งช้ามาก", "ห้องสะอาด", "ไม่แนะนำ"], "characters"),
        (["정말 좋은 영화였어요", "배송이 너무 늦어요", "다시 올게요", "별로예요"], "words"),
        (["🙂", "🙁", "🙂🙂", "🙁!"], "words"),
    ],
    ids="english chinese english-mixed chinese-mixed japanese thai korean emoji".split(),
)
def test_what_is_counted_follows_the_training_texts(texts, counts):
    labels = ["x", "y"] * (len(texts) // 2) + ["x"] * (len(texts) % 2)
    train = table(texts, labels)
    name = {"words": "TF-IDF", "characters": "TF-IDF of characters"}[counts]
    for held_out in (CHINESE, ENGLISH):  # which have no say in it
        result = tfidf_baseline(train, table(held_out, ["x", "y"] * 2))
        assert result.name == f"{name} + logistic regression"
        assert ("words," in result.counted) == (counts == "words")
    values = table(texts, [float(i) for i in range(len(texts))], "regression")
    assert tfidf_baseline(values, values).name == f"{name} + ridge"


def test_pairs_without_blanks():
    """Whether two texts share their characters: what the cosine and the differences tell."""
    first = [CHINESE[i % 4] for i in range(40)]
    second = [CHINESE[(i + i % 2) % 4] for i in range(40)]
    labels = ["same" if a == b else "other" for a, b in zip(first, second, strict=True)]
    lines = list(range(1, 41))
    train = TextTable(first, second, labels, Path("t.csv"), lines, "classification")
    assert tfidf_baseline(train, train).metrics["accuracy"] == 1.0


def test_chinese_sentences():
    split = split_table(demo_data("zh_sentences"), 0.2, seed=0)
    result = tfidf_baseline(split.train, split.validation)
    assert result.name == "TF-IDF of characters + logistic regression"
    assert 0.75 < result.metrics["accuracy"] < 0.80  # by words and what is within them, 0.74


def test_multi_label():
    texts = ["red car", "red hat", "blue car", "blue hat", "green hat"] * 8
    labels = [["red", "car"], ["red"], ["car"], [], []] * 8
    train = table(texts, labels, "multi_label")
    majority, tfidf = run_baselines(train, train)
    assert majority.predictions.sum() == 0
    assert majority.metrics["hamming_loss"] == pytest.approx(0.4)
    assert tfidf.metrics["exact_match"] == pytest.approx(1.0)
    assert tfidf.predictions.shape == (40, 2)


@pytest.mark.parametrize("others", [[], ["spam"]], ids=["some rows", "every row"])
def test_a_single_label(others):
    texts = ["win a prize now", "cheap pills now", "see you at lunch"] * 8
    train = table(texts, [["spam"], ["spam"], others] * 8, "multi_label")
    for result in run_baselines(train, train):
        assert result.predictions.shape == result.scores.shape == (24, 1)
    assert result.predictions[:3, 0].tolist() == [1, 1, len(others)]
    assert result.metrics["micro_f1"] == result.metrics["exact_match"] == 1.0


def test_a_label_that_every_row_has_gives_no_warning(recwarn):
    train = table(["a", "b", "c"], [["x"], ["x", "y"], ["x"]], "multi_label")
    assert tfidf_baseline(train, train).predictions[:, 0].tolist() == [1, 1, 1]
    assert not [warning for warning in recwarn if "present in all" in str(warning.message)]


def test_regression_on_pairs(shared):
    folder = shared / "data" / "glue"
    train, dev = (read_glue(folder, "STS-B", split) for split in ("train", "dev"))
    mean, tfidf = run_baselines(train.subset(range(1500)), dev.subset(range(0, 1500, 3)))
    assert np.isnan(mean.metrics["pearson"])
    assert tfidf.name == "TF-IDF + ridge"
    assert tfidf.metrics["pearson"] > 0.6  # a bag of words without the second text stays under 0.2


@pytest.mark.slow
def test_large_sets(shared):
    folder = shared / "data" / "glue"
    train, dev = (read_glue(folder, "SST-2", split) for split in ("train", "dev"))
    assert 0.78 < tfidf_baseline(train.subset(range(20_000)), dev).metrics["accuracy"] < 0.83


@pytest.mark.filterwarnings("error")
def test_very_many_classes_and_one_that_alone_is_held_out():
    texts = [f"text of number {number}" for number in range(60)]
    train = table(texts, [f"class {number % 40}" for number in range(60)])
    majority, linear = run_baselines(train, table(texts[:2], ["class 0", "class 0"]))
    assert (majority.metrics["accuracy"], linear.metrics["matthews"]) == (1.0, 0.0)
