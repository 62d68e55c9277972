package io.github.alberttf.app.model

/**
 * A model's answer to a text.
 *
 * @property scores every label with its probability, in the order of the model's labels; empty for regression.
 * @property value the number, for regression; else null.
 * @property tokens what the model read, special tokens included.
 * @property isTruncated whether the end of the text did not fit into the model's input.
 * @property layers how many layers ran, for a model with early exits; else null.
 * @property milliseconds how long the answer took, tokenization included.
 */
public class TextAnswer internal constructor(
    public val scores: List<LabelScore>,
    public val value: Float?,
    public val tokens: List<TextToken>,
    public val isTruncated: Boolean,
    public val layers: Int?,
    public val milliseconds: Double,
) {
    /** The label with the greatest probability, of equal ones the first; null for regression. */
    public val best: LabelScore? get() = scores.maxByOrNull { it.probability }

    /** The labels with a probability of at least a half, which hold where each is by itself. */
    public val likely: List<LabelScore> get() = scores.filter { it.probability >= HALF }

    private companion object {
        private const val HALF = 0.5f
    }
}

/**
 * A label and its probability.
 *
 * @property label its name.
 * @property probability between 0 and 1.
 */
public data class LabelScore(
    public val label: String,
    public val probability: Float,
)

/**
 * A token that a model read.
 *
 * @property id in the vocabulary.
 * @property piece as the vocabulary has it, with `▁` for a space.
 * @property start index of its first character in the text, -1 for a special token.
 * @property end one past the index of its last character, -1 for a special token.
 */
public data class TextToken(
    public val id: Int,
    public val piece: String,
    public val start: Int,
    public val end: Int,
) {
    /** Whether it is no part of the text: `[CLS]` or `[SEP]`. */
    public val isSpecial: Boolean get() = start < 0
}
