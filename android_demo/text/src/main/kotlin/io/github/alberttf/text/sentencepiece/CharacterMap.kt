package io.github.alberttf.text.sentencepiece

import io.github.alberttf.text.InvalidModelException

/**
 * SentencePiece's precompiled character map: what strings of characters are replaced by (`nmt_nfkc` and the like).
 *
 * The blob is `<size of the trie: uint32><trie><replacements>`, little-endian. The trie is a double array as
 * [darts-clone](https://github.com/s-yata/darts-clone) writes it, from UTF-8 to places in the replacements, each of
 * which ends with a NUL. A unit of the trie holds, from the lowest bit: a label of 8 bits; whether the node has a
 * value; 1 bit that scales the offset; an offset of 21 bits. In a value's unit, bit 31 is set and the rest is the
 * value.
 */
internal class CharacterMap private constructor(
    private val units: IntArray,
    val replacements: ByteArray,
) {
    /**
     * Finds the longest key that [text] has at [start].
     *
     * @return its bytes in the upper half and the place of its replacement in the lower one; [NO_MATCH] without one.
     */
    fun longestMatch(
        text: ByteArray,
        start: Int,
        end: Int,
    ): Long {
        var match = NO_MATCH
        var node = childBlock(0, units[0])
        for (i in start until end) {
            val label = text[i].toInt() and 0xFF
            node = node xor label
            val unit = unitAt(node)
            if (unit and LABEL_MASK != label) break
            node = childBlock(node, unit)
            if (unit and HAS_VALUE != 0) {
                val place = unitAt(node) and VALUE_MASK
                if (place >= replacements.size) throw damaged("it refers to byte $place of ${replacements.size}")
                match = ((i + 1 - start).toLong() shl 32) or place.toLong()
            }
        }
        return match
    }

    /** Where the replacement that begins at [start] ends. */
    fun replacementEnd(start: Int): Int {
        var end = start
        while (replacements[end] != NUL) end++
        return end
    }

    /** Whether a key begins with [first] and goes on with an ASCII character, or is [first] alone. */
    fun mayChangeInAscii(first: Int): Boolean {
        val node = childBlock(0, units[0]) xor first
        val unit = unitAt(node)
        if (unit and LABEL_MASK != first) return false
        val children = childBlock(node, unit)
        return unit and HAS_VALUE != 0 || (1 until 128).any { unitAt(children xor it) and LABEL_MASK == it }
    }

    private fun childBlock(
        node: Int,
        unit: Int,
    ): Int = node xor ((unit ushr 10) shl ((unit and (1 shl 9)) ushr 6))

    private fun unitAt(node: Int): Int {
        if (node < 0 || node >= units.size) throw damaged("its trie refers to unit $node of ${units.size}")
        return units[node]
    }

    companion object {
        /** The result of [longestMatch] where no key begins. */
        const val NO_MATCH = 0L

        private const val NUL: Byte = 0
        private const val LABEL_MASK = (1 shl 31) or 0xFF // a value's unit has bit 31, so it equals no label
        private const val HAS_VALUE = 1 shl 8
        private const val VALUE_MASK = Int.MAX_VALUE
        private const val HEADER = 4

        /**
         * Reads a blob.
         *
         * @return null for an empty one: the model maps nothing.
         * @throws InvalidModelException if its sizes contradict each other.
         */
        fun parse(blob: ByteArray): CharacterMap? {
            if (blob.isEmpty()) return null
            if (blob.size < HEADER) throw damaged("it has ${blob.size} bytes")
            val trieSize = intAt(blob, 0)
            if (trieSize < HEADER || trieSize > blob.size - HEADER - 1 || trieSize % HEADER != 0) {
                throw damaged("it claims a trie of ${trieSize.toUInt()} bytes in ${blob.size}")
            }
            val units = IntArray(trieSize / HEADER) { intAt(blob, HEADER + HEADER * it) }
            val replacements = blob.copyOfRange(HEADER + trieSize, blob.size)
            if (replacements.last() != NUL) throw damaged("its last replacement does not end")
            return CharacterMap(units, replacements)
        }

        private fun intAt(
            bytes: ByteArray,
            at: Int,
        ): Int =
            (bytes[at].toInt() and 0xFF) or
                ((bytes[at + 1].toInt() and 0xFF) shl 8) or
                ((bytes[at + 2].toInt() and 0xFF) shl 16) or
                (bytes[at + 3].toInt() shl 24)

        private fun damaged(what: String) =
            InvalidModelException("the character map of the SentencePiece model is damaged: $what; copy the file again")
    }
}
