package io.github.alberttf.text.sentencepiece

import io.github.alberttf.text.buffers.IntBuilder

/**
 * Builds a [PieceTrie]: first as linked nodes, then packed into cells.
 *
 * A node's children must stand at the distances of their bytes. They go to the first free cells where they fit; after
 * [TRIES] places that did not fit they go behind all others, which wastes a few cells and bounds the time.
 */
internal class PieceTrieBuilder {
    // The linked nodes; the root is node 0.
    private val byteOf = IntBuilder(1 shl 12)
    private val firstChild = IntBuilder(1 shl 12)
    private val nextSibling = IntBuilder(1 shl 12)
    private val idOf = IntBuilder(1 shl 12)

    private var cells = IntArray(0)
    private val free = FreeCells(BYTES) // from the 256th on, so that no node counts its children from below 0
    private var end = BYTES // one past the last cell in use

    init {
        newNode(0)
    }

    /**
     * Adds a piece, the bytes from [start] to before [end].
     *
     * @return [PieceTrie.NONE], or the id of the same piece if it was added before; it keeps that id.
     */
    fun add(
        bytes: ByteArray,
        start: Int,
        end: Int,
        id: Int,
    ): Int {
        var node = 0
        for (i in start until end) node = childOrNew(node, bytes[i].toInt() and 0xFF)
        val previous = idOf[node]
        if (previous == PieceTrie.NONE) idOf[node] = id
        return previous
    }

    /** The trie of all pieces added; the builder is then used up. */
    fun build(): PieceTrie {
        val cellOf = IntArray(byteOf.size)
        val queue = IntArray(byteOf.size) // breadth first: the wide nodes near the root come while space is free
        var queued = 1
        reserve(2 * BYTES)
        cells[PieceTrie.ID] = idOf[0]
        val children = IntBuilder()
        var next = 0
        while (next < queued) {
            val node = queue[next++]
            children.clear()
            var child = firstChild[node]
            while (child != PieceTrie.NONE) {
                children.append(child)
                queue[queued++] = child
                child = nextSibling[child]
            }
            if (children.size > 0) place(children, cellOf, cellOf[node])
        }
        reserve(end + BYTES) // so that a step from any cell stays inside
        return PieceTrie(cells.copyOf((end + BYTES) * PieceTrie.CELL))
    }

    private fun place(
        children: IntBuilder,
        cellOf: IntArray,
        parentCell: Int,
    ) {
        val base = findBase(children)
        reserve(base + BYTES)
        cells[parentCell * PieceTrie.CELL + PieceTrie.CHILDREN] = base * PieceTrie.CELL
        for (i in 0 until children.size) {
            val child = children[i]
            val cell = base + byteOf[child]
            free.take(cell)
            cellOf[child] = cell
            cells[cell * PieceTrie.CELL + PieceTrie.PARENT] = parentCell * PieceTrie.CELL
            cells[cell * PieceTrie.CELL + PieceTrie.ID] = idOf[child]
            if (cell >= end) end = cell + 1
        }
    }

    private fun findBase(children: IntBuilder): Int {
        val byte = byteOf[children[0]]
        var cell = free.first()
        var tries = 0
        while (cell != FreeCells.END && tries++ < TRIES) {
            if (fits(children, cell - byte)) return cell - byte
            cell = free.after(cell)
        }
        var least = byte
        for (i in 1 until children.size) least = minOf(least, byteOf[children[i]])
        return end - least
    }

    private fun fits(
        children: IntBuilder,
        base: Int,
    ): Boolean {
        for (i in 0 until children.size) if (!free.isFree(base + byteOf[children[i]])) return false
        return true
    }

    /** Makes room for [count] cells, free ones. */
    private fun reserve(count: Int) {
        val before = cells.size
        if (count * PieceTrie.CELL <= before) return
        cells = cells.copyOf(maxOf(2 * before, count * PieceTrie.CELL))
        for (i in before until cells.size) {
            cells[i] =
                if (i % PieceTrie.CELL == PieceTrie.CHILDREN) 0 else PieceTrie.NONE
        }
    }

    private fun childOrNew(
        parent: Int,
        byte: Int,
    ): Int {
        var child = firstChild[parent]
        while (child != PieceTrie.NONE && byteOf[child] != byte) child = nextSibling[child]
        if (child != PieceTrie.NONE) return child
        child = newNode(byte)
        nextSibling[child] = firstChild[parent]
        firstChild[parent] = child
        return child
    }

    private fun newNode(byte: Int): Int {
        byteOf.append(byte)
        firstChild.append(PieceTrie.NONE)
        nextSibling.append(PieceTrie.NONE)
        idOf.append(PieceTrie.NONE)
        return byteOf.size - 1
    }

    private companion object {
        const val BYTES = 256
        const val TRIES = 64
    }
}
