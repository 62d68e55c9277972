package io.github.alberttf.text

/** The tokens of a text; [spans] may be missing. */
internal class TokenSequence(
    val ids: IntArray,
    val spans: TokenSpans?,
) {
    val size: Int get() = ids.size

    fun part(
        start: Int,
        length: Int,
    ) = TokenSlice(this, start, length)
}

/** [length] tokens of a text, from number [start] on. */
internal class TokenSlice(
    val tokens: TokenSequence,
    val start: Int,
    val length: Int,
)

/** Puts slices of texts between special tokens. */
internal class InputAssembler(
    private val vocabulary: Vocabulary,
) {
    /**
     * Makes an input.
     *
     * @param sides one or two slices.
     * @param window the one of them that is a window, or null.
     * @param maxContext for each token of the window, see [PackedText.maxContext].
     */
    fun assemble(
        sides: List<TokenSlice>,
        window: TokenSlice? = null,
        maxContext: BooleanArray? = null,
    ): PackedText {
        val size = 1 + sides.sumOf { it.length + 1 }
        val tokenIds = IntArray(size)
        val segmentIds = IntArray(size)
        val hasSpans = sides.all { it.tokens.spans != null }
        val spans = if (hasSpans) TokenSpans(IntArray(size) { NO_SPAN }, IntArray(size) { NO_SPAN }) else null
        val flags = if (maxContext != null) BooleanArray(size) else null
        tokenIds[0] = vocabulary.clsId
        var at = 1
        for ((segment, side) in sides.withIndex()) {
            val stop = side.start + side.length
            side.tokens.ids.copyInto(tokenIds, at, side.start, stop)
            val source = side.tokens.spans
            if (spans != null && source != null) {
                source.starts.copyInto(spans.starts, at, side.start, stop)
                source.ends.copyInto(spans.ends, at, side.start, stop)
            }
            if (side === window && flags != null) maxContext?.copyInto(flags, at)
            segmentIds.fill(segment, at, at + side.length + 1) // the [SEP] belongs to its text
            at += side.length
            tokenIds[at++] = vocabulary.sepId
        }
        val isTruncated = sides.any { it.length < it.tokens.size }
        return PackedText(tokenIds, segmentIds, isTruncated, spans, window?.start ?: 0, flags, vocabulary.padId)
    }

    companion object {
        /** `[CLS]` and `[SEP]`. */
        const val SPECIAL_OF_SINGLE = 2

        /** `[CLS]` and twice `[SEP]`. */
        const val SPECIAL_OF_PAIR = 3

        private const val NO_SPAN = -1
    }
}
