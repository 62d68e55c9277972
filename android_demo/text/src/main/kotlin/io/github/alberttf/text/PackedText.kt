package io.github.alberttf.text

/**
 * A text or a pair as a model takes it: `[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]`, not padded.
 *
 * @property tokenIds the id of each token.
 * @property segmentIds 0 for `[CLS] a [SEP]`, 1 for `b [SEP]`.
 * @property isTruncated whether the texts have more tokens than stand in here; of a window: whether other windows hold some.
 * @property spans where each token stands in its own text, -1 for special tokens; null unless asked for.
 * @property windowStart the first token of the windowed text that is in here; 0 where there are no windows.
 * @property maxContext for each token of a windowed text, whether this window gives it the most context on its poorer
 *   side, of all windows that hold it; false for other tokens; null where there are no windows.
 */
public class PackedText internal constructor(
    public val tokenIds: IntArray,
    public val segmentIds: IntArray,
    public val isTruncated: Boolean,
    public val spans: TokenSpans?,
    public val windowStart: Int,
    public val maxContext: BooleanArray?,
    private val padId: Int,
) {
    /** How many tokens there are, special ones included. */
    public val size: Int get() = tokenIds.size

    /**
     * The three inputs of a model, padded.
     *
     * @param length tokens of the input; by default as many as there are, which a model of free length runs fastest.
     * @throws IllegalArgumentException if there are more tokens than that.
     */
    public fun toModelInput(length: Int = size): ModelInput {
        require(length >= size) {
            "cannot pad $size tokens to the length $length; expected at least $size: pack with maxLength = $length"
        }
        return ModelInput(
            tokenIds = IntArray(length) { if (it < size) tokenIds[it] else padId },
            segmentIds = segmentIds.copyOf(length),
            paddingMask = IntArray(length) { if (it < size) 1 else 0 },
        )
    }
}
