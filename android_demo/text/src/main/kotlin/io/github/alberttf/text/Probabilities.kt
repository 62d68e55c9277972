package io.github.alberttf.text

import kotlin.math.exp

/**
 * Probabilities of classes of which one holds: `exp(x) / sum(exp(x))`.
 *
 * @param logits one a class, as a model gives them.
 * @return one probability a class, which add up to 1; empty for no classes.
 * @throws IllegalArgumentException if a logit is NaN or infinite.
 */
public fun softmax(logits: FloatArray): FloatArray {
    val probabilities = softmaxInDouble(logits)
    return FloatArray(logits.size) { probabilities[it].toFloat() }
}

/** [softmax] without rounding to single precision. */
internal fun softmaxInDouble(logits: FloatArray): DoubleArray {
    requireFinite(logits)
    if (logits.isEmpty()) return DoubleArray(0)
    val greatest = logits.max().toDouble() // keeps exp from overflowing
    val weights = DoubleArray(logits.size) { exp(logits[it] - greatest) }
    val sum = weights.sum()
    return DoubleArray(logits.size) { weights[it] / sum }
}

/**
 * Probabilities of classes that hold or not, each by itself: `1 / (1 + exp(-x))`.
 *
 * @param logits one a class, as a model gives them.
 * @return one probability a class.
 * @throws IllegalArgumentException if a logit is NaN or infinite.
 */
public fun sigmoid(logits: FloatArray): FloatArray {
    requireFinite(logits)
    return FloatArray(logits.size) { (1.0 / (1.0 + exp(-logits[it].toDouble()))).toFloat() }
}

/**
 * The classes with the greatest values.
 *
 * ```
 * topK(softmax(logits), 3).forEach { println("${labels[it]}") }
 * ```
 *
 * @param values one a class.
 * @param count how many classes; more than there are means all.
 * @return the numbers of the classes, the greatest value first, of equal ones the first class first.
 * @throws IllegalArgumentException if [count] is negative, or a value is NaN or infinite.
 */
public fun topK(
    values: FloatArray,
    count: Int,
): IntArray {
    require(count >= 0) { "count is $count; expected 0 or more classes" }
    requireFinite(values)
    return values.indices
        .sortedByDescending { values[it] }
        .take(count)
        .toIntArray()
}

internal fun requireFinite(values: FloatArray) {
    val bad = values.indexOfFirst { it.isNaN() || it.isInfinite() }
    require(bad < 0) {
        "value $bad of ${values.size} is ${values[bad]}; expected finite numbers: does the model file fit its inputs?"
    }
}
