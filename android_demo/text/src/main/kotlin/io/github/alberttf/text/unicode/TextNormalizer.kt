package io.github.alberttf.text.unicode

/**
 * What ALBERT does to a text before SentencePiece: `preprocess_text` of google-research/albert `tokenization.py`.
 *
 * White space is collapsed; then, as asked for, every code point is replaced by its NFKD without combining marks, and
 * by its lower case. With the marks gone, NFKD needs no reordering: it is a substitution of single code points. A lone
 * surrogate, which no UTF-8 can hold, reads as U+FFFD.
 *
 * It never changes: threads may share it.
 *
 * @param tables what is known of Unicode.
 * @param lowercase lower-case the text.
 * @param stripAccents NFKD, and drop the marks.
 */
internal class TextNormalizer(
    tables: UnicodeTables,
    val lowercase: Boolean,
    val stripAccents: Boolean,
) {
    private val substitutions = Substitutions.build(tables, lowercase, stripAccents)
    private val finalSigma = FinalSigma(tables.cased, tables.caseIgnorable)

    /** What each ASCII character becomes; white space is a space. */
    private val ascii =
        ByteArray(128) {
            val entry = substitutions[it]
            (if (entry == Substitutions.SPACE) SPACE else it + entry).toByte()
        }

    /** Normalizes [text] into [out]; [traced] if the origins are needed. */
    fun normalize(
        text: String,
        out: NormalizedText,
        traced: Boolean,
    ) {
        out.clear()
        if (!normalizeAscii(text, out, traced)) {
            out.clear()
            normalizeAny(text, out, traced)
        }
    }

    /** Whether the character at [index] is a mark that normalization drops. */
    fun isDropped(
        text: String,
        index: Int,
    ): Boolean {
        val entry = substitutions[codePointAt(text, index)]
        return entry >= Substitutions.MANY && substitutions.rowStart(entry) == substitutions.rowEnd(entry)
    }

    /** The same as [normalizeAny], fast; false at the first character that is not ASCII. */
    private fun normalizeAscii(
        text: String,
        out: NormalizedText,
        traced: Boolean,
    ): Boolean {
        var space = NONE
        for (i in text.indices) {
            val character = text[i].code
            if (character >= ascii.size) return false
            val becomes = ascii[character].toInt()
            if (becomes == SPACE) {
                if (space == NONE && out.utf8.size > 0) space = i
                continue
            }
            if (space != NONE) {
                out.utf8.append(SPACE)
                if (traced) out.origins.append(space)
                space = NONE
            }
            out.utf8.append(becomes)
            if (traced) out.origins.append(i)
        }
        return true
    }

    private fun normalizeAny(
        text: String,
        out: NormalizedText,
        traced: Boolean,
    ) {
        var space = NONE
        var inText = false
        var i = 0
        while (i < text.length) {
            val codePoint = codePointAt(text, i)
            val entry = substitutions[codePoint]
            if (entry == Substitutions.SPACE) {
                if (space == NONE && inText) space = i
            } else {
                if (space != NONE) {
                    out.codePoints.append(SPACE)
                    if (traced) out.origins.append(space)
                    space = NONE
                }
                inText = true
                appendSubstitute(codePoint, entry, out)
                if (traced) while (out.origins.size < out.codePoints.size) out.origins.append(i)
            }
            i += if (codePoint >= FIRST_OF_PAIRS) 2 else 1
        }
        if (lowercase) finalSigma.lower(out.codePoints.values, out.codePoints.size)
        for (k in 0 until out.codePoints.size) out.utf8.appendCodePoint(out.codePoints[k])
    }

    private fun appendSubstitute(
        codePoint: Int,
        entry: Int,
        out: NormalizedText,
    ) {
        if (entry >= Substitutions.MANY) {
            for (k in substitutions.rowStart(entry) until substitutions.rowEnd(entry)) {
                out.codePoints.append(substitutions.rows[k])
            }
        } else if (stripAccents && codePoint in Hangul.FIRST_SYLLABLE..Hangul.LAST_SYLLABLE) {
            Hangul.decompose(codePoint) { out.codePoints.append(it) }
        } else {
            out.codePoints.append(codePoint + entry)
        }
    }

    private companion object {
        const val SPACE = 0x20
        const val NONE = -1
    }
}
