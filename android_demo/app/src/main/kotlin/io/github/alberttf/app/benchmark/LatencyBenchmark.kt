package io.github.alberttf.app.benchmark

import io.github.alberttf.app.model.TextAnswer

/**
 * Latencies for texts of one length.
 *
 * @property tokens of the text, special ones included.
 * @property milliseconds of every run, in the order of the runs.
 */
internal class LatencyRow(
    val tokens: Int,
    val milliseconds: List<Double>,
) {
    private val sorted = milliseconds.sorted()

    /** How many runs there were. */
    val runs: Int get() = milliseconds.size

    /** The run in the middle; of an even number the mean of the two. */
    val median: Double get() = (sorted[(runs - 1) / 2] + sorted[runs / 2]) / 2

    /** The shortest time that at least nine of ten runs kept to. */
    val percentile90: Double get() = sorted[(runs * NINE_TENTHS + HUNDRED - 1) / HUNDRED - 1]

    /** The fastest run. */
    val fastest: Double get() = sorted.first()

    private companion object {
        const val NINE_TENTHS = 90
        const val HUNDRED = 100
    }
}

/**
 * Measures how long answers take by length of the text.
 *
 * @param longest most tokens that the model takes.
 * @param runs for each length, after some that do not count.
 * @param answer a text.
 */
internal class LatencyBenchmark(
    longest: Int,
    private val runs: Int = RUNS,
    private val answer: (String) -> TextAnswer,
) {
    /** The lengths that are measured: doubling, and the longest. */
    val lengths: List<Int> = (generateSequence(SHORTEST) { it * 2 }.takeWhile { it < longest } + longest).toList()

    /**
     * Measures all lengths, one after the other.
     *
     * @param isStopped asked before every run; the rows until then are returned.
     * @param progress is told each length before it is measured, and the rows so far.
     */
    fun run(
        isStopped: () -> Boolean,
        progress: (length: Int, rows: List<LatencyRow>) -> Unit,
    ): List<LatencyRow> {
        val rows = ArrayList<LatencyRow>()
        for (length in lengths) {
            if (isStopped()) break
            progress(length, rows.toList())
            measure(length, isStopped)?.let(rows::add)
        }
        return rows
    }

    private fun measure(
        length: Int,
        isStopped: () -> Boolean,
    ): LatencyRow? {
        val text = text(length)
        repeat(WARM_UPS) { if (!isStopped()) answer(text) }
        val times = ArrayList<Double>(runs)
        var tokens = 0
        repeat(runs) {
            if (isStopped()) return null
            val result = answer(text)
            tokens = result.tokens.size
            times += result.milliseconds
        }
        return LatencyRow(tokens, times)
    }

    companion object {
        private const val SHORTEST = 8
        private const val RUNS = 30
        private const val WARM_UPS = 3
        private const val SPECIAL_TOKENS = 2

        /** A text of so many tokens with ALBERT's English vocabulary, in which “the” is one. */
        fun text(length: Int): String = List(length - SPECIAL_TOKENS) { "the" }.joinToString(" ")
    }
}
