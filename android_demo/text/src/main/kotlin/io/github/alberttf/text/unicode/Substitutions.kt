package io.github.alberttf.text.unicode

import io.github.alberttf.text.buffers.IntBuilder

/**
 * What a text normalizer makes of every code point, but for Hangul syllables and the capital sigma, as one table.
 *
 * The table has pages of 256 entries; the many pages of code points that stay as they are share the first one.
 *
 * @param pageOf for each block of 256 code points, where its page begins in [entries].
 * @param entries 0 for a code point that stays; [SPACE] for white space; the difference for one that becomes one other;
 *   [MANY] plus the number of a row for all others.
 * @param rowStarts where each row begins in [rows], and at last where they all end.
 * @param rows what the others become.
 */
internal class Substitutions private constructor(
    private val pageOf: IntArray,
    private val entries: IntArray,
    private val rowStarts: IntArray,
    val rows: IntArray,
) {
    operator fun get(codePoint: Int): Int = entries[pageOf[codePoint ushr PAGE_BITS] + (codePoint and PAGE_MASK)]

    /** Where in [rows] begins what a code point with this entry, [MANY] or more, becomes. */
    fun rowStart(entry: Int): Int = rowStarts[entry - MANY]

    /** Where it ends. */
    fun rowEnd(entry: Int): Int = rowStarts[entry - MANY + 1]

    companion object {
        const val MANY = 1 shl 24 // above any difference of two code points
        const val SPACE = 1 shl 23 // the same
        const val CAPITAL_SIGMA = 0x3A3

        private const val PAGE_BITS = 8
        private const val PAGE_SIZE = 1 shl PAGE_BITS
        private const val PAGE_MASK = PAGE_SIZE - 1
        private const val CODE_POINTS = 0x110000

        /** The table of a normalizer that does some of these things. */
        fun build(
            tables: UnicodeTables,
            lowercase: Boolean,
            stripAccents: Boolean,
        ): Substitutions = Builder(tables, lowercase).apply { addAll(stripAccents) }.build()
    }

    private class Builder(
        private val tables: UnicodeTables,
        private val lowercase: Boolean,
    ) {
        private val pageOf = IntArray(CODE_POINTS / PAGE_SIZE)
        private var entries = IntArray(PAGE_SIZE) // the page of what stays
        private val rowStarts = IntBuilder()
        private val rows = IntBuilder()
        private val sequence = IntBuilder()

        fun addAll(stripAccents: Boolean) {
            if (lowercase) {
                for (i in 0 until tables.lowercase.size) {
                    add(
                        tables.lowercase.key(i),
                        tables.lowercase.targets(i),
                    )
                }
            }
            if (stripAccents) for (i in 0 until tables.withoutMarks.size) addDecomposed(i)
            tables.whiteSpace.forEach { setEntry(it, SPACE) }
        }

        private fun addDecomposed(index: Int) {
            sequence.clear()
            for (target in tables.withoutMarks.targets(index)) {
                val lower = if (lowercase) tables.lowercase[target] else null
                if (lower == null) sequence.append(target) else lower.forEach { sequence.append(it) }
            }
            add(tables.withoutMarks.key(index), sequence.toIntArray())
        }

        private fun add(
            codePoint: Int,
            targets: IntArray,
        ) {
            if (targets.size == 1) {
                setEntry(codePoint, targets[0] - codePoint)
            } else {
                setEntry(codePoint, MANY + rowStarts.size)
                rowStarts.append(rows.size)
                targets.forEach { rows.append(it) }
            }
        }

        private fun setEntry(
            codePoint: Int,
            entry: Int,
        ) {
            val block = codePoint ushr PAGE_BITS
            if (pageOf[block] == 0) {
                pageOf[block] = entries.size
                entries = entries.copyOf(entries.size + PAGE_SIZE)
            }
            entries[pageOf[block] + (codePoint and PAGE_MASK)] = entry
        }

        fun build(): Substitutions {
            rowStarts.append(rows.size)
            return Substitutions(pageOf, entries, rowStarts.toIntArray(), rows.toIntArray())
        }
    }
}
