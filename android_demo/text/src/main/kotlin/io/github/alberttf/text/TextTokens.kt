package io.github.alberttf.text

/**
 * The tokens of a text that hold more than blanks, in their order: each once, with what the window that gives it the most
 * context says of it.
 */
internal class TextTokens private constructor(
    private val text: String,
    private val spans: List<IntRange>,
    private val logits: List<FloatArray>,
) {
    val indices: IntRange get() = spans.indices

    /** The index of a token's first character, blanks before it left out. */
    fun start(token: Int): Int = spans[token].first

    /** One past the index of its last character, blanks behind it left out. */
    fun end(token: Int): Int = spans[token].last + 1

    /** The probability of each class for a token. */
    fun probabilities(token: Int): DoubleArray = softmaxInDouble(logits[token])

    /**
     * Whether a token goes on with the word of the one before.
     *
     * A word is a run of letters and digits, and of the marks on them. Scripts that do not part words by blanks have no
     * such runs. Tokens that share a character belong together too.
     */
    fun goesOn(token: Int): Boolean {
        if (token == 0) return false
        val (end, start) = end(token - 1) to start(token)
        if (start != end) return start < end
        return text.codePointBefore(end) in WordCharacters.all && text.codePointAt(start) in WordCharacters.all
    }

    companion object {
        fun of(
            text: String,
            windows: List<PackedText>,
            logits: List<Array<FloatArray>>,
        ): TextTokens {
            require(windows.size == logits.size) {
                "got ${windows.size} windows with ${logits.size} arrays of logits; expected one for every window"
            }
            val spans = ArrayList<IntRange>()
            val kept = ArrayList<FloatArray>()
            for ((window, rows) in windows zip logits) {
                require(rows.size >= window.size) {
                    "the logits of a window are ${rows.size} rows, and it has ${window.size} tokens; expected one a token"
                }
                val (places, best) = requireNotNull(window.spans) to requireNotNull(window.maxContext)
                for (token in 0 until window.size) {
                    if (!best[token]) continue
                    require(places.ends[token] <= text.length) {
                        "a token ends at ${places.ends[token]}, and the text has ${text.length} characters; pass the " +
                            "text that the windows are of"
                    }
                    val span = withoutBlanks(text, places.starts[token], places.ends[token])
                    if (span.isEmpty()) continue
                    spans += span
                    kept += rows[token]
                }
            }
            return TextTokens(text, spans, kept)
        }
    }
}
