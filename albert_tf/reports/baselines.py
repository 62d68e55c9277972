"""What a model must beat: the majority class, and TF-IDF with a linear model, on the same split."""

import time
import warnings
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion

from albert_tf.tables.table import TextTable
from albert_tf.tasks.labels import LabelSet, encode_targets
from albert_tf.tasks.metrics import as_indicators, evaluate_scores, few_texts, predicted_targets
from albert_tf.tokenizer.scripts import marks_words

# Inverse strength of the L2 penalty, one value for every data set, so that no validation label is
# seen. On BANKING77, UCI sentences, SMS Spam and SST-2 everything from 3 to 20 is alike.
INVERSE_PENALTY = 10.0

# How many n-grams to keep, the most frequent ones, of words and of characters each. The second
# bounds the coefficients when there are many classes, and with them memory and time.
MOST_FEATURES = 100_000
MOST_COEFFICIENTS = 3_000_000

OF_WORDS = "TF-IDF", "n-grams of 1 and 2 words, and of 2 to 5 characters within a word"
OF_CHARACTERS = (
    "TF-IDF of characters",
    "n-grams of 1 to 3 characters, because blanks do not part the words of the training texts",
)
"""How the linear baseline is called, and what it counts: see `tfidf_baseline`."""


@dataclass(frozen=True)
class BaselineResult:
    """What a baseline reached on the validation part.

    Attributes:
        name: for the report's table.
        metrics: as from `evaluate_scores`.
        predictions: (rows,) class numbers or values; multi-label (rows, classes) zeros and ones; of questions and
            entities, what it answers to each.
        scores: (rows, classes) probabilities, or (rows,) values for regression; None where there are none.
        seconds: to fit and predict.
        counted: what it counts in the texts, for the report; empty where its name says enough.
    """

    name: str
    metrics: dict[str, float]
    predictions: np.ndarray
    scores: np.ndarray | None
    seconds: float
    counted: str = ""


def run_baselines(train: TextTable, validation: TextTable, seed: int = 0) -> list[BaselineResult]:
    """Return `majority_baseline` and `tfidf_baseline` of one split."""
    return [majority_baseline(train, validation), tfidf_baseline(train, validation, seed)]


def majority_baseline(train: TextTable, validation: TextTable) -> BaselineResult:
    """Answer every row alike: the most frequent class, the frequent labels, or the mean value.

    Args:
        train: with labels.
        validation: with labels, all of which occur in `train`.

    Returns:
        A `BaselineResult`, whose probabilities are the classes' shares of the training rows.

    Raises:
        DataError: labels are missing, of one class only, or not known.
    """
    start = time.perf_counter()
    labels, targets = _targets(train)
    if train.task == "classification":
        targets = np.eye(len(labels))[targets]
    scores = np.repeat(targets.mean(0, keepdims=True), len(validation), axis=0)
    name = "mean value" if train.task == "regression" else "majority class"
    return _result(name, validation, labels, scores, start)


def tfidf_baseline(train: TextTable, validation: TextTable, seed: int = 0) -> BaselineResult:
    """Fit TF-IDF n-grams with a linear model.

    Where blanks part the words of the training texts (`marks_words`), the features are word 1-2-grams
    and character 2-5-grams within words. Elsewhere, as in Chinese, what stands between blanks is no
    word but most of a sentence: there they are character 1-3-grams, and the baseline's name says
    so. Term frequencies are logarithmic. A pair gives the features of each text, their absolute
    difference and their cosine. The model is logistic regression (multinomial; one a label for
    multi-label), or ridge regression for values.

    Args:
        train: with labels.
        validation: with labels, all of which occur in `train`.
        seed: of the solver.

    Returns:
        A `BaselineResult`.

    Raises:
        DataError: labels are missing, of one class only, or not known.
    """
    start = time.perf_counter()
    labels, targets = _targets(train)
    texts = [*train.texts, *(train.pairs or ())]
    of_words = marks_words(texts)
    kind, counted = OF_WORDS if of_words else OF_CHARACTERS
    encoder = _encoder(len(labels) if labels else 1, of_words).fit(texts)
    inputs, held_out = _features(encoder, train), _features(encoder, validation)
    if train.task == "regression":
        model = Ridge(alpha=1.0, random_state=seed).fit(inputs, targets)
        scores = model.predict(held_out)
        return _result(f"{kind} + ridge", validation, labels, scores, start, counted)
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=1000, random_state=seed)
    if train.task == "multi_label":
        model, targets = OneVsRestClassifier(model), as_indicators(targets)
    with few_texts(), warnings.catch_warnings():
        # a label that no training row, or every one, has gets a constant answer
        warnings.filterwarnings("ignore", "Label .* is present in all training examples")
        model.fit(inputs, targets)
    scores = model.predict_proba(held_out)[:, : len(labels)]
    return _result(f"{kind} + logistic regression", validation, labels, scores, start, counted)


def _targets(train: TextTable) -> tuple[LabelSet | None, np.ndarray]:
    labels = None if train.task == "regression" else LabelSet.from_table(train)
    return labels, encode_targets(train, labels)


def _encoder(classes: int, of_words: bool) -> FeatureUnion:
    most = min(MOST_FEATURES, max(1, MOST_COEFFICIENTS // classes))
    common = {"sublinear_tf": True, "max_features": most, "dtype": np.float32}
    if not of_words:
        characters = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), **common)
        return FeatureUnion([("characters", characters)])
    # Runs of marks count as words, so that a text of emoji or punctuation alone has features.
    words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\w+|[^\w\s]+", **common)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **common)
    return FeatureUnion([("words", words), ("characters", characters)])


def _features(encoder: FeatureUnion, table: TextTable) -> sparse.csr_matrix:
    first = encoder.transform(table.texts)
    if table.pairs is None:
        return first
    second = encoder.transform(table.pairs)
    # each text's features are unit vectors side by side, so their product by the number of these is a mean cosine
    parts = len(encoder.transformer_list)
    cosine = sparse.csr_matrix(first.multiply(second).sum(axis=1) / parts)
    return sparse.hstack([first, second, abs(first - second), cosine], format="csr")


def _result(
    name: str,
    validation: TextTable,
    labels: LabelSet | None,
    scores: np.ndarray,
    start: float,
    counted: str = "",
) -> BaselineResult:
    seconds = time.perf_counter() - start
    metrics = evaluate_scores(validation.task, encode_targets(validation, labels), scores)
    predictions = predicted_targets(validation.task, scores)
    return BaselineResult(name, metrics, predictions, scores, seconds, counted)
