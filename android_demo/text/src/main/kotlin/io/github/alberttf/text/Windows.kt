package io.github.alberttf.text

/**
 * Overlapping windows over the tokens of a text.
 *
 * As in google-research's SQuAD code the last window ends with the text, and a stride longer than the room is shortened
 * to it, so that no token is left out.
 *
 * @param size tokens of the text.
 * @param room tokens of a window; not more than [size].
 * @param stride how many tokens after each other windows begin.
 */
internal class Windows(
    private val size: Int,
    private val room: Int,
    stride: Int,
) {
    private val step = maxOf(minOf(stride, room), 1)

    val count: Int = 1 + (size - room + step - 1) / step

    /** The first token of a window. */
    fun start(index: Int): Int = index * step

    /** How many tokens a window has. */
    fun length(index: Int): Int = minOf(room, size - start(index))

    /**
     * For each token of a window, whether this window is the one with the most context for it.
     *
     * The score is google-research's (`_check_is_max_context` in BERT's run_squad.py): the smaller of the context to
     * the left and to the right, plus a hundredth of the window's length; the first of equals wins.
     */
    fun maxContext(index: Int): BooleanArray = BooleanArray(length(index)) { best(start(index) + it) == index }

    private fun best(token: Int): Int {
        var best = -1
        var bestScore = -1
        // Windows that hold the token: those that begin up to it, and end after it.
        val first = maxOf(0, (token - room) / step)
        for (index in first until count) {
            if (start(index) > token) break
            val right = length(index) - 1 - (token - start(index))
            if (right < 0) continue
            val score = 100 * minOf(token - start(index), right) + length(index)
            if (score > bestScore) {
                bestScore = score
                best = index
            }
        }
        return best
    }
}
