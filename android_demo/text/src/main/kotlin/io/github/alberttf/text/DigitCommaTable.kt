package io.github.alberttf.text

import io.github.alberttf.text.buffers.IntBuilder
import io.github.alberttf.text.buffers.Utf8
import io.github.alberttf.text.sentencepiece.ModelFile
import io.github.alberttf.text.sentencepiece.PieceTrie
import io.github.alberttf.text.sentencepiece.SentencePieceEngine
import io.github.alberttf.text.sentencepiece.SentencePieceModel
import io.github.alberttf.text.unicode.CodePointSet

/**
 * ALBERT's digit-comma rule: which pieces are split again, and into what.
 *
 * The rule (`encode_pieces` in google-research/albert `tokenization.py`): a piece longer than one character that ends
 * in a digit and a comma is segmented again without the comma, like a text of its own, and the comma follows as a
 * piece. It looks at nothing but the piece, so the answer for each piece of the vocabulary is computed once.
 *
 * @param rowOf for each id the number of its row, or [NONE] if it stays.
 * @param rows the ids that each split piece becomes.
 * @param widths for each of them its characters without the word boundary.
 */
internal class DigitCommaTable private constructor(
    private val rowOf: IntArray,
    private val rows: List<IntArray>,
    private val widths: List<IntArray>,
) {
    /** How many pieces the rule splits. */
    val size: Int get() = rows.size

    /** What a piece is split into, or null if it stays. */
    fun parts(id: Int): IntArray? {
        val row = rowOf[id]
        return if (row == NONE) null else rows[row]
    }

    /** How many characters each of [parts] has, without the word boundary. */
    fun widths(id: Int): IntArray = widths[rowOf[id]]

    /** Applies the rule to a text's ids. */
    fun expand(ids: IntBuilder): IntArray {
        var size = 0
        for (i in 0 until ids.size) size += parts(ids[i])?.size ?: 1
        if (size == ids.size) return ids.toIntArray()
        val expanded = IntArray(size)
        var at = 0
        for (i in 0 until ids.size) {
            val parts = parts(ids[i])
            if (parts == null) {
                expanded[at++] = ids[i]
            } else {
                parts.copyInto(expanded, at)
                at += parts.size
            }
        }
        return expanded
    }

    companion object {
        private const val NONE = -1
        private const val COMMA: Byte = 0x2C

        /** Computes the table of a vocabulary; [digits] is what counts as a digit. */
        fun build(
            model: SentencePieceModel,
            digits: CodePointSet,
        ): DigitCommaTable {
            val engine = SentencePieceEngine(model)
            val comma = model.find(byteArrayOf(COMMA)).orUnknown(model)
            val rowOf = IntArray(model.pieces.size) { NONE }
            val rows = ArrayList<IntArray>()
            val widths = ArrayList<IntArray>()
            for (id in rowOf.indices) {
                if (!isDigitComma(model, id, digits)) continue
                val end = model.pieces.end(id)
                val remainder = withoutBoundaries(model.pieces.utf8, model.pieces.start(id), end - 1)
                engine.run(remainder, remainder.size, traced = false)
                val count = engine.ids.size
                rowOf[id] = rows.size
                rows += IntArray(count + 1) { if (it == count) comma else partId(model, engine, it) }
                widths += IntArray(count + 1) { if (it == count) 1 else width(model, engine, it) }
            }
            return DigitCommaTable(rowOf, rows, widths)
        }

        private fun isDigitComma(
            model: SentencePieceModel,
            id: Int,
            digits: CodePointSet,
        ): Boolean {
            val utf8 = model.pieces.utf8
            val comma = model.pieces.end(id) - 1
            if (utf8[comma] != COMMA || comma == model.pieces.start(id)) return false
            var before = comma - 1
            while (Utf8.isContinuation(utf8[before])) before--
            return Utf8.codePointAt(utf8, before) in digits
        }

        private fun withoutBoundaries(
            utf8: ByteArray,
            start: Int,
            end: Int,
        ): ByteArray =
            utf8
                .decodeToString(start, end)
                .replace(ModelFile.WORD_BOUNDARY, "")
                .encodeToByteArray()

        /** The reference looks up the spelling of an unknown part, which a reserved piece may have. */
        private fun partId(
            model: SentencePieceModel,
            engine: SentencePieceEngine,
            part: Int,
        ): Int {
            val id = engine.ids[part]
            return if (id == model.unknownId) model.find(engine.spelling(part)).orUnknown(model) else id
        }

        private fun width(
            model: SentencePieceModel,
            engine: SentencePieceEngine,
            part: Int,
        ): Int {
            val id = engine.ids[part]
            val spelling = if (id == model.unknownId) engine.spelling(part).decodeToString() else model.pieces[id]
            val utf8 = spelling.trim(ModelFile.WORD_BOUNDARY[0]).encodeToByteArray()
            return Utf8.countCodePoints(utf8, 0, utf8.size)
        }

        private fun Int.orUnknown(model: SentencePieceModel) = if (this == PieceTrie.NONE) model.unknownId else this
    }
}
