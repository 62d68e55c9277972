package io.github.alberttf.text

/**
 * The tokens of a text, without special ones, and where they stand in it.
 *
 * @property ids the id of each token.
 * @property spans the span of each token in the text.
 */
public class EncodedText internal constructor(
    public val ids: IntArray,
    public val spans: TokenSpans,
) {
    /** How many tokens there are. */
    public val size: Int get() = ids.size
}
