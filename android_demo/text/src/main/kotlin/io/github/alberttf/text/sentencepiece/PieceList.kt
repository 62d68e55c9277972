package io.github.alberttf.text.sentencepiece

import io.github.alberttf.text.buffers.ByteBuilder
import io.github.alberttf.text.buffers.IntBuilder

/**
 * The pieces of a vocabulary, by id, as one array of UTF-8: a tenth of the memory of as many strings.
 *
 * @param utf8 all pieces after each other.
 * @param starts where each begins, and at last where the last one ends.
 */
internal class PieceList(
    val utf8: ByteArray,
    private val starts: IntArray,
) {
    val size: Int get() = starts.size - 1

    /** Where piece [id] begins in [utf8]. */
    fun start(id: Int): Int = starts[id]

    /** One past the last byte of piece [id] in [utf8]. */
    fun end(id: Int): Int = starts[id + 1]

    /** The piece as a string. */
    operator fun get(id: Int): String = utf8.decodeToString(starts[id], starts[id + 1])

    /** Whether piece [id] is the bytes of [other] from [start] to before [end]. */
    fun equals(
        id: Int,
        other: ByteArray,
        start: Int,
        end: Int,
    ): Boolean {
        if (end(id) - start(id) != end - start) return false
        for (i in 0 until end - start) if (utf8[start(id) + i] != other[start + i]) return false
        return true
    }

    /** Collects pieces. */
    class Builder {
        private val bytes = ByteBuilder(1 shl 18)
        private val starts = IntBuilder(1 shl 15).apply { append(0) }

        val size: Int get() = starts.size - 1

        fun append(piece: ByteArray) {
            bytes.append(piece, 0, piece.size)
            starts.append(bytes.size)
        }

        fun build() = PieceList(bytes.toByteArray(), starts.toIntArray())
    }
}
