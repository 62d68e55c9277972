package io.github.alberttf.text.sentencepiece

/**
 * The cells of a double array that no node has taken yet: a doubly linked list, in ascending order.
 *
 * Cell 0, the root, stands for both ends of the list.
 *
 * @param first the first cell that can be taken.
 */
internal class FreeCells(
    first: Int,
) {
    private var next = IntArray(first) { TAKEN }
    private var previous = IntArray(first)
    private var count = first

    init {
        next[END] = END
        previous[END] = END
    }

    /** The first free cell, or [END] if there is none among the [count] that were made. */
    fun first(): Int = next[END]

    /** The free cell after [cell], or [END]. */
    fun after(cell: Int): Int = next[cell]

    /** Whether a cell is free; those not made yet are. */
    fun isFree(cell: Int): Boolean = cell >= count || next[cell] != TAKEN

    /** Takes a free cell. */
    fun take(cell: Int) {
        if (cell >= count) makeUpTo(cell + 1)
        val before = previous[cell]
        val after = next[cell]
        next[before] = after
        previous[after] = before
        next[cell] = TAKEN
    }

    private fun makeUpTo(newCount: Int) {
        if (newCount > next.size) {
            val capacity = maxOf(2 * next.size, newCount)
            next = next.copyOf(capacity)
            previous = previous.copyOf(capacity)
        }
        for (cell in count until newCount) {
            val last = previous[END]
            next[last] = cell
            previous[cell] = last
            next[cell] = END
            previous[END] = cell
        }
        count = newCount
    }

    companion object {
        const val END = 0
        private const val TAKEN = -1
    }
}
