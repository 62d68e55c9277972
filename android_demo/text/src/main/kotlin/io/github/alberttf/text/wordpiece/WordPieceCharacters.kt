package io.github.alberttf.text.wordpiece

import io.github.alberttf.text.VocabularyPieces
import io.github.alberttf.text.buffers.ByteBuilder
import io.github.alberttf.text.buffers.IntBuilder
import io.github.alberttf.text.sentencepiece.PieceTrie
import io.github.alberttf.text.unicode.FinalSigma
import io.github.alberttf.text.unicode.Hangul
import io.github.alberttf.text.unicode.UnicodeTables

/**
 * What every code point is to WordPiece, as one table: `BasicTokenizer` of google-research/bert.
 *
 * An entry is the id of a character that is a word by itself, [LETTER] for one that is a part of words as it is,
 * [SPACE], [LEFT_OUT], [ACCENT] for an accent that is dropped, or [OTHERS] and less for one that becomes others. The
 * table has pages of 256 entries; the many pages of letters share the first one.
 */
internal class WordPieceCharacters private constructor(
    private val pageOf: IntArray,
    private val entries: IntArray,
    private val rowStarts: IntArray,
    val rows: IntArray,
    private val decomposesHangul: Boolean,
    /** Gives capital sigmas their small form; null where texts keep their capitals. */
    val finalSigma: FinalSigma?,
) {
    operator fun get(codePoint: Int): Int = entries[pageOf[codePoint ushr PAGE_BITS] + (codePoint and PAGE_MASK)]

    /** Where in [rows] begins what a code point with this entry, [OTHERS] or less, becomes. */
    fun rowStart(entry: Int): Int = rowStarts[OTHERS - entry]

    /** Where it ends. */
    fun rowEnd(entry: Int): Int = rowStarts[OTHERS - entry + 1]

    /** Whether a letter is a Hangul syllable that becomes two or three others. */
    fun isDecomposedSyllable(codePoint: Int): Boolean =
        decomposesHangul && codePoint in Hangul.FIRST_SYLLABLE..Hangul.LAST_SYLLABLE

    companion object {
        const val LETTER = -1
        const val SPACE = -2
        const val LEFT_OUT = -3
        const val ACCENT = -4
        const val OTHERS = -5

        private const val PAGE_BITS = 8
        private const val PAGE_SIZE = 1 shl PAGE_BITS
        private const val PAGE_MASK = PAGE_SIZE - 1
        private const val CODE_POINTS = 0x110000
        private const val CAPITAL_SIGMA = 0x3A3

        /** The table for a vocabulary and for texts that are treated so. */
        fun build(
            tables: UnicodeTables,
            lowercase: Boolean,
            stripAccents: Boolean,
            vocabulary: VocabularyPieces,
        ): WordPieceCharacters = Builder(tables, lowercase, stripAccents, vocabulary).build()
    }

    private class Builder(
        private val tables: UnicodeTables,
        private val lowercase: Boolean,
        private val stripAccents: Boolean,
        private val vocabulary: VocabularyPieces,
    ) {
        private val pageOf = IntArray(CODE_POINTS / PAGE_SIZE)
        private val entries = IntBuilder(1 shl 16) // its first page is that of letters
        private val rowStarts = IntBuilder()
        private val rows = IntBuilder()
        private val sequence = IntBuilder()
        private val utf8 = ByteBuilder(16)

        fun build(): WordPieceCharacters {
            val wordPiece = tables.wordPiece
            repeat(PAGE_SIZE) { entries.append(LETTER) }
            if (lowercase) for (i in 0 until tables.lowercase.size) addLetter(tables.lowercase.key(i))
            if (stripAccents) {
                for (i in 0 until wordPiece.withoutAccents.size) addLetter(wordPiece.withoutAccents.key(i))
            }
            wordPiece.chinese.forEach { setEntry(it, idAlone(it)) }
            wordPiece.punctuation.forEach { setEntry(it, idAlone(it)) }
            wordPiece.leftOut.forEach { setEntry(it, LEFT_OUT) }
            wordPiece.spaces.forEach { setEntry(it, SPACE) }
            rowStarts.append(rows.size)
            val finalSigma = if (lowercase) FinalSigma(tables.cased, tables.caseIgnorable) else null
            return WordPieceCharacters(
                pageOf,
                entries.toIntArray(),
                rowStarts.toIntArray(),
                rows.toIntArray(),
                stripAccents,
                finalSigma,
            )
        }

        private fun addLetter(codePoint: Int) {
            if (codePoint == CAPITAL_SIGMA) return
            normalize(codePoint)
            when (sequence.size) {
                0 -> {
                    setEntry(codePoint, ACCENT)
                }

                else -> {
                    setEntry(codePoint, OTHERS - rowStarts.size)
                    rowStarts.append(rows.size)
                    for (i in 0 until sequence.size) rows.append(sequence[i])
                }
            }
        }

        private fun idAlone(codePoint: Int): Int {
            normalize(codePoint)
            utf8.clear()
            for (i in 0 until sequence.size) utf8.appendCodePoint(sequence[i])
            val id = vocabulary.find(utf8.bytes, 0, utf8.size)
            return if (id == PieceTrie.NONE) vocabulary.unknownId else id
        }

        /** Puts into [sequence] what a code point becomes. */
        private fun normalize(codePoint: Int) {
            sequence.clear()
            val lower = if (lowercase) tables.lowercase[codePoint] else null
            if (lower == null) decompose(codePoint) else lower.forEach(::decompose)
        }

        private fun decompose(codePoint: Int) {
            val targets = if (stripAccents) tables.wordPiece.withoutAccents[codePoint] else null
            if (targets == null) sequence.append(codePoint) else targets.forEach { sequence.append(it) }
        }

        private fun setEntry(
            codePoint: Int,
            entry: Int,
        ) {
            val block = codePoint ushr PAGE_BITS
            if (pageOf[block] == 0) {
                pageOf[block] = entries.size
                repeat(PAGE_SIZE) { entries.append(LETTER) }
            }
            entries[pageOf[block] + (codePoint and PAGE_MASK)] = entry
        }
    }
}
