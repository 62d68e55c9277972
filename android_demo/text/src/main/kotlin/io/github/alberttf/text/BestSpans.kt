package io.github.alberttf.text

/**
 * The spans with the greatest scores of all that were added, the greatest first, each place once, with more than blanks
 * in them.
 *
 * Of equal scores the span that was added first stays before the other.
 *
 * @param text that they are parts of.
 * @param capacity how many are kept.
 */
internal class BestSpans(
    private val text: String,
    private val capacity: Int,
) {
    private val starts = IntArray(capacity)
    private val ends = IntArray(capacity)
    private val scores = DoubleArray(capacity)

    var size = 0
        private set

    fun start(rank: Int): Int = starts[rank]

    fun end(rank: Int): Int = ends[rank]

    fun score(rank: Int): Double = scores[rank]

    /** Adds a span, which counts without the blanks at its ends. */
    fun add(
        start: Int,
        end: Int,
        score: Double,
    ) {
        if (size == capacity && score <= scores[size - 1]) return
        val span = withoutBlanks(text, start, end)
        if (!span.isEmpty()) put(span.first, span.last + 1, score)
    }

    private fun put(
        start: Int,
        end: Int,
        score: Double,
    ) {
        val same = (0 until size).firstOrNull { starts[it] == start && ends[it] == end }
        if (same != null && score <= scores[same]) return
        // What makes room: the same place with its smaller score, a new place at the end, or the last one.
        var rank =
            when {
                same != null -> same
                size < capacity -> size++
                else -> size - 1
            }
        while (rank > 0 && scores[rank - 1] < score) {
            starts[rank] = starts[rank - 1]
            ends[rank] = ends[rank - 1]
            scores[rank] = scores[rank - 1]
            rank--
        }
        starts[rank] = start
        ends[rank] = end
        scores[rank] = score
    }
}
