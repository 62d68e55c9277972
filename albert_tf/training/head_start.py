"""Where a head starts: at random, or as the best linear model on the frozen backbone.

A random head sends large, useless gradients into a backbone that was pretrained well, and bends its
features before it has learned anything (Kumar et al. 2022, "Fine-Tuning can Distort Pretrained
Features"). Fitting the head alone first, in closed form or by L-BFGS, avoids that; with few examples
it is most of what there is to gain.
"""

import numpy as np
from keras import ops
from sklearn.linear_model import LogisticRegression, Ridge

from albert_tf.errors import ConfigError

INVERSE_PENALTY = 0.03
"""Of the L2 penalty on weights of centred features of mean variance 1: a strong one, since examples may be few."""

RIDGE_PENALTY = 10.0
MOST_EXAMPLES = 20_000
"""Examples that the linear model is fitted to at most; more change little."""


def start_linear(model, batches, seed: int = 0) -> None:
    """Sets the output layer of a classifier or regressor, and of each of its exits, to a linear model on what it reads.

    Args:
        model: an `AlbertTextClassifier` or `AlbertTextRegressor`, whose other weights stay as they
            are.
        batches: the training's `LengthBucketedBatches`.
        seed: of the sample, when there are more than `MOST_EXAMPLES`.

    Raises:
        ConfigError: when the model has another head.
    """
    if model.head not in ("text_classifier", "text_regressor"):
        raise ConfigError(
            f"head_start 'linear' needs a text classifier or regressor, not a {model.head}; use 'random'"
        )
    features, targets, weights = _features(model, batches, seed)
    fitted = [_fit(model, layer, targets, weights) for layer in np.swapaxes(features, 0, 1)]
    *below, (kernel, bias) = fitted
    model.classifier.kernel.assign(kernel)
    model.classifier.bias.assign(bias)
    if model.early_exit:
        kernels, biases = zip(*below, strict=True)
        model.exits.kernel.assign(np.stack(kernels))
        model.exits.bias.assign(np.stack(biases))


def _fit(model, features, targets, weights):
    """Kernel and bias of the best linear model from `features`, `(examples, hidden_size)`."""
    # One scale for all features, not one for each: a feature that hardly varies would get a weight so large that the
    # rounding of a quantized file decides the class.
    mean = features.mean(axis=0)
    deviation = np.sqrt(features.var(axis=0).mean()) + 1e-6
    standardized = (features - mean) / deviation
    if model.head == "text_regressor":
        fitted = Ridge(RIDGE_PENALTY).fit(standardized, targets.reshape(-1), weights)
        kernel, bias = fitted.coef_[:, None], np.atleast_1d(fitted.intercept_)
    elif model.multi_label:
        columns = [_logistic(standardized, column, weights) for column in targets.T]
        kernel, bias = (np.stack(parts, axis=-1) for parts in zip(*columns, strict=True))
    else:
        kernel, bias = _softmax(standardized, targets, weights, model.num_classes)
    kernel = kernel / deviation
    return kernel, bias - mean @ kernel


def _features(model, batches, seed):
    """What each output layer reads `(examples, layers, hidden_size)`, targets and weights of a sample.

    Without exits there is one layer, the last.
    """
    plan = batches.plan(0)
    most = max(1, MOST_EXAMPLES // batches.batch_size)
    if len(plan) > most:
        chosen = np.random.default_rng(seed).choice(len(plan), most, replace=False)
        plan = [plan[i] for i in sorted(chosen)]
    features, targets, weights = [], [], []
    for examples in plan:
        inputs, y, *sample_weight = batches.collate(examples)
        encoded = model.backbone.predict_on_batch(inputs)
        if model.early_exit:
            pooled = model.exit_features(encoded, inputs)
        else:
            pooled = model.pool(encoded, inputs["padding_mask"])[:, None]
        features.append(ops.convert_to_numpy(ops.cast(pooled, "float32")))
        targets.append(y)
        weights.append(sample_weight[0] if sample_weight else np.ones(len(y)))
    return tuple(np.concatenate(parts) for parts in (features, targets, weights))


def _logistic(features, target, weights):
    """Kernel column and bias of one yes or no; a constant where the examples have but one answer."""
    target = (np.asarray(target) > 0.5).astype(int)
    if target.min() == target.max():
        return np.zeros(features.shape[1]), 4.0 if target[0] else -4.0
    fitted = LogisticRegression(C=INVERSE_PENALTY, max_iter=500).fit(features, target, weights)
    return fitted.coef_[0], fitted.intercept_[0]


def _softmax(features, targets, weights, classes):
    """Kernel and bias over all classes; those without an example stay far below the others."""
    kernel = np.zeros((features.shape[1], classes))
    bias = np.full(classes, -4.0)
    present = np.unique(targets)
    if len(present) == 1:
        bias[present] = 4.0
        return kernel, bias
    fitted = LogisticRegression(C=INVERSE_PENALTY, max_iter=500).fit(features, targets, weights)
    coefficients, intercepts = fitted.coef_, fitted.intercept_
    if len(present) == 2:  # scikit-learn keeps one row, of the second class against the first
        coefficients = np.concatenate([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    kernel[:, present] = coefficients.T
    bias[present] = intercepts
    return kernel, bias
