"""Metrics of a fine-tuned model, as plain dicts of floats."""

import contextlib
import warnings

import numpy as np
import pandas as pd
from scipy import stats
from sklearn import metrics as sk
from sklearn.exceptions import UndefinedMetricWarning

from albert_tf.answers.labels import HOLDS_FROM

# Those that may decide which epoch is best, by task, the usual one first; higher is better for each.
MAIN_METRICS = {
    "classification": ("accuracy", "macro_f1"),  # the latter where classes are very unequal
    "regression": ("pearson", "spearman"),
    "multi_label": ("micro_f1", "macro_f1"),
}
MAIN_METRIC = {task: names[0] for task, names in MAIN_METRICS.items()}


@contextlib.contextmanager
def few_texts():
    """Has scikit-learn compute without its warnings on small validation parts, of one class or of very many.

    They advise programmers; what is not defined is 0 or NaN here, and said so.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        for message in ("A single label was found", "The number of unique classes is greater"):
            warnings.filterwarnings("ignore", message, UserWarning)
        yield


def evaluate_scores(task: str, targets: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    """Compute the metrics of a task.

    Args:
        task: `"classification"`, `"regression"` or `"multi_label"`.
        targets: (rows,) class numbers, (rows,) values, or (rows, classes) zeros and ones.
        scores: (rows, classes) probabilities, (rows,) values, or (rows, classes) probabilities.

    Returns:
        The dict of `classification_metrics`, `regression_metrics` or `multi_label_metrics`.
    """
    if task == "regression":
        return regression_metrics(targets, scores)
    if task == "multi_label":
        return multi_label_metrics(targets, scores)
    return classification_metrics(targets, predicted_targets(task, scores), scores)


def predicted_targets(task: str, scores: np.ndarray, threshold: float = HOLDS_FROM) -> np.ndarray:
    """Return what the scores of `evaluate_scores` predict.

    Returns:
        (rows,) class numbers, (rows,) values, or (rows, classes) zeros and ones: the labels whose
        probability is `threshold` or more.
    """
    if task == "classification":
        return np.argmax(scores, -1)
    if task == "multi_label":
        return (np.asarray(scores) >= threshold).astype("int32")
    return np.asarray(scores).reshape(-1)


@few_texts()
def classification_metrics(
    true: np.ndarray, predicted: np.ndarray, probabilities: np.ndarray | None = None
) -> dict[str, float]:
    """Compute metrics of a classifier.

    Args:
        true: (rows,) class numbers.
        predicted: (rows,) class numbers.
        probabilities: (rows, classes), each row adding up to 1.

    Returns:
        `accuracy`; `macro_f1`, the mean over the classes that are true or predicted somewhere;
        `matthews`, the correlation coefficient (CoLA's metric); with probabilities also
        `cross_entropy` (nats) and `calibration_error` (see `expected_calibration_error`).
    """
    result = {
        "accuracy": float(sk.accuracy_score(true, predicted)),
        "macro_f1": float(sk.f1_score(true, predicted, average="macro", zero_division=0.0)),
        "matthews": float(sk.matthews_corrcoef(true, predicted)),
    }
    if probabilities is not None:
        result["cross_entropy"] = float(np.mean(row_losses(true, probabilities)))
        result["calibration_error"] = expected_calibration_error(true, probabilities)
    return result


def row_losses(true: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the cross-entropy of each row in nats, shape (rows,).

    Args:
        true: (rows,) class numbers.
        probabilities: (rows, classes).
    """
    chosen = np.asarray(probabilities, "float64")[np.arange(len(true)), true]
    return -np.log(np.clip(chosen, 1e-12, 1.0))


def expected_calibration_error(
    true: np.ndarray, probabilities: np.ndarray, bins: int = 15
) -> float:
    """Return the mean gap between confidence and accuracy, weighted by rows.

    The rows are sorted into `bins` equal intervals of the top probability (Guo et al. 2017,
    "On Calibration of Modern Neural Networks", equation 5).

    Args:
        true: (rows,) class numbers.
        probabilities: (rows, classes).
        bins: number of intervals.
    """
    confidence = np.max(probabilities, -1)
    correct = np.argmax(probabilities, -1) == true
    interval = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(interval, correct - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence))


def regression_metrics(true: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Compute metrics of a regressor.

    Args:
        true: (rows,) values.
        predicted: (rows,) values; (rows, 1) is taken too.

    Returns:
        `mse`, `mae`, and the `pearson` and `spearman` correlations (STS-B's metrics). A correlation
        is NaN where one side is constant, since it is not defined there.
    """
    true, predicted = np.asarray(true, "float64"), np.asarray(predicted, "float64").reshape(-1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.ConstantInputWarning)  # NaN says it
        pearson = stats.pearsonr(true, predicted).statistic if len(true) > 1 else np.nan
        spearman = stats.spearmanr(true, predicted).statistic if len(true) > 1 else np.nan
    return {
        "mse": float(sk.mean_squared_error(true, predicted)),
        "mae": float(sk.mean_absolute_error(true, predicted)),
        "pearson": float(pearson),
        "spearman": float(spearman),
    }


@few_texts()
def multi_label_metrics(
    true: np.ndarray, probabilities: np.ndarray, threshold: float = HOLDS_FROM
) -> dict[str, float]:
    """Compute metrics of a multi-label classifier.

    Args:
        true: (rows, classes) zeros and ones.
        probabilities: (rows, classes), each label's own.
        threshold: a label is predicted from this probability on.

    Returns:
        `micro_f1` over all decisions, `macro_f1` over labels, `exact_match` (share of rows with
        every label right) and `hamming_loss` (share of wrong decisions).
    """
    true = np.asarray(true).astype(int)
    predicted = predicted_targets("multi_label", probabilities, threshold)
    both = as_indicators(true), as_indicators(predicted)
    options = {"labels": range(true.shape[1]), "zero_division": 0.0}
    return {
        "micro_f1": float(sk.f1_score(*both, average="micro", **options)),
        "macro_f1": float(sk.f1_score(*both, average="macro", **options)),
        "exact_match": float(np.mean(np.all(true == predicted, axis=1))),
        "hamming_loss": float(np.mean(true != predicted)),
    }


def as_indicators(values: np.ndarray) -> np.ndarray:
    """Return zeros and ones `(rows, classes)` with a column of zeros behind the others.

    scikit-learn takes a single column for the numbers of two classes, and more for labels.
    """
    return np.pad(values, ((0, 0), (0, 1)))


@few_texts()
def per_class_table(
    true: np.ndarray, predicted: np.ndarray, names: tuple[str, ...]
) -> pd.DataFrame:
    """Return precision, recall, F1 and support (rows that are truly of the class) of every class.

    Args:
        true: (rows,) class numbers, or (rows, classes) zeros and ones.
        predicted: likewise.
        names: the classes in order.

    Returns:
        A DataFrame with one row a class, indexed by name. What is not defined counts as zero.
    """
    if np.ndim(true) == 2:
        true, predicted = as_indicators(true), as_indicators(predicted)
    precision, recall, f1, support = sk.precision_recall_fscore_support(
        true, predicted, labels=range(len(names)), zero_division=0.0
    )
    columns = {"precision": precision, "recall": recall, "f1": f1, "support": support}
    return pd.DataFrame(columns, index=pd.Index(names, name="class"))


@few_texts()
def confusion_counts(true: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Return counts of shape (classes, classes): row the true class, column the predicted one."""
    return sk.confusion_matrix(true, predicted, labels=range(classes))
