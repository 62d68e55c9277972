package io.github.alberttf.text.sentencepiece

/**
 * Pieces by their bytes, as a double array: a step is one addition and one comparison, with no search.
 *
 * A node is the address of its cell of three ints in [cells]. The child of a node for a byte is at
 * `cells[node + CHILDREN] + byte * CELL`, if `cells[child + PARENT]` says so.
 */
internal class PieceTrie(
    val cells: IntArray,
) {
    /** The child of [node] for a byte, or [NONE]. */
    fun child(
        node: Int,
        byte: Byte,
    ): Int {
        val child = cells[node + CHILDREN] + (byte.toInt() and 0xFF) * CELL
        return if (cells[child + PARENT] == node) child else NONE
    }

    /** The id of the piece that ends at [node], or [NONE]. */
    fun idAt(node: Int): Int = cells[node + ID]

    /** The id of the piece that is the bytes from [start] to before [end], or [NONE]. */
    fun find(
        bytes: ByteArray,
        start: Int,
        end: Int,
    ): Int {
        var node = ROOT
        for (i in start until end) {
            node = child(node, bytes[i])
            if (node == NONE) return NONE
        }
        return idAt(node)
    }

    /** Bytes of the longest piece that begins at [start]; 0 if none does. */
    fun longestMatch(
        bytes: ByteArray,
        start: Int,
        end: Int,
    ): Int {
        var longest = 0
        var node = ROOT
        for (i in start until end) {
            node = child(node, bytes[i])
            if (node == NONE) break
            if (idAt(node) != NONE) longest = i + 1 - start
        }
        return longest
    }

    companion object {
        const val ROOT = 0
        const val NONE = -1

        /** Ints in a cell. */
        const val CELL = 3

        /** Place within a cell of the address from which the children are counted. */
        const val CHILDREN = 0

        /** Place within a cell of the parent's address. */
        const val PARENT = 1

        /** Place within a cell of the id of the piece that ends here. */
        const val ID = 2
    }
}
