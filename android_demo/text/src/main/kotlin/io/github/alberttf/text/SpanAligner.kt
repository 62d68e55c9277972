package io.github.alberttf.text

import io.github.alberttf.text.buffers.IntBuilder
import io.github.alberttf.text.buffers.Utf8
import io.github.alberttf.text.sentencepiece.ModelFile
import io.github.alberttf.text.sentencepiece.PieceTrie
import io.github.alberttf.text.sentencepiece.SentencePieceEngine
import io.github.alberttf.text.sentencepiece.SentencePieceModel
import io.github.alberttf.text.unicode.NormalizedText
import io.github.alberttf.text.unicode.TextNormalizer

/**
 * Finds where the tokens of a text stand in it.
 *
 * Three things move characters: white space is collapsed, [TextNormalizer] substitutes every code point by none, one or
 * several, and SentencePiece has its own character map. The last one is followed by the engine, which knows the bytes
 * of each token in the normalized text; the first two by the origins that the normalizer records.
 *
 * It keeps its buffers, so each thread needs its own.
 */
internal class SpanAligner(
    model: SentencePieceModel,
    private val normalizer: TextNormalizer,
    private val digitComma: DigitCommaTable,
) {
    private val boundaryId = model.find(ModelFile.WORD_BOUNDARY.encodeToByteArray())
    private val boundaryAtEnd = model.whitespaceAsSuffix
    private val blanks = BlankCharacters(model)

    // The normalized text: for each byte, and its end, how many characters begin before it; for each character, and the
    // end, how many visible ones are before it; and which the visible ones are.
    private val charactersBefore = IntBuilder()
    private val visibleBefore = IntBuilder()
    private val visible = IntBuilder()

    private val ids = IntBuilder()
    private val starts = IntBuilder()
    private val ends = IntBuilder()

    /**
     * The tokens of a text with their spans.
     *
     * @param text the text as it was given.
     * @param normalized what the normalizer made of it, traced.
     * @param engine after it ran on that, traced.
     */
    fun align(
        text: String,
        normalized: NormalizedText,
        engine: SentencePieceEngine,
    ): EncodedText {
        readCharacters(normalized)
        ids.clear()
        starts.clear()
        ends.clear()
        val last = engine.ids.size - 1
        for (token in 0..last) {
            val id = engine.ids[token]
            val start = charactersBefore[engine.start(token)]
            val end = charactersBefore[engine.end(token)]
            appendTrimmed(id, start, end, isAdded = token == if (boundaryAtEnd) last else 0)
            if (digitComma.parts(id) != null) splitLast(boundary = start)
        }
        for (i in 0 until ids.size) toOriginal(text, normalized.origins, i)
        return EncodedText(ids.toIntArray(), TokenSpans(starts.toIntArray(), ends.toIntArray()))
    }

    private fun readCharacters(normalized: NormalizedText) {
        charactersBefore.clear()
        visibleBefore.clear()
        visible.clear()
        val bytes = normalized.utf8.bytes
        var characters = 0
        for (i in 0 until normalized.utf8.size) {
            charactersBefore.append(characters)
            if (Utf8.isContinuation(bytes[i])) continue
            visibleBefore.append(visible.size)
            if (!blanks.isBlank(Utf8.codePointAt(bytes, i))) visible.append(characters)
            characters++
        }
        charactersBefore.append(characters)
        visibleBefore.append(visible.size)
    }

    /**
     * Appends a token without the blank characters at its ends.
     *
     * The engine gives a character that becomes several pieces to the last of them, and nothing to the others, as it
     * does to the boundary that it adds to a text ([isAdded]). That one alone stays empty.
     */
    private fun appendTrimmed(
        id: Int,
        start: Int,
        end: Int,
        isAdded: Boolean,
    ) {
        val first = visibleBefore[start]
        var past = visibleBefore[end]
        val mayBeBlank = id == boundaryId && boundaryId != PieceTrie.NONE
        val isInner = start == end && !isAdded
        if ((!mayBeBlank || isInner) && first < visible.size) past = maxOf(past, first + 1)
        ids.append(id)
        starts.append(if (first < past) visible[first] else start)
        ends.append(if (first < past) visible[past - 1] + 1 else end)
    }

    /** Applies the digit-comma rule to the last token; [boundary] is where it began before it was trimmed. */
    private fun splitLast(boundary: Int) {
        val last = ids.size - 1
        val id = ids[last]
        val start = starts[last]
        val end = ends[last]
        ids.truncate(last)
        starts.truncate(last)
        ends.truncate(last)
        val parts = digitComma.parts(id)!!
        val widths = digitComma.widths(id)
        val isPlain = widths.sum() == end - start
        var edge = start
        for (part in parts.indices) {
            ids.append(parts[part])
            if (part == 0 && widths[0] == 0) { // a word boundary alone takes the white space
                starts.append(boundary)
                ends.append(start)
            } else if (isPlain) {
                starts.append(edge)
                ends.append(edge + widths[part])
            } else { // the character map changed the length: only the comma's place is known
                val isComma = part == parts.size - 1
                starts.append(if (isComma) end - 1 else start)
                ends.append(if (isComma) end else maxOf(end - 1, start + 1))
            }
            edge += widths[part]
        }
    }

    /** Turns token [i]'s span in the normalized characters into one in the original text. */
    private fun toOriginal(
        text: String,
        origins: IntBuilder,
        i: Int,
    ) {
        val start = starts[i]
        val end = ends[i]
        starts[i] = if (start < origins.size) origins[start] else text.length
        ends[i] =
            when {
                start == end -> starts[i]
                end == 0 -> 0
                else -> reach(text, origins[end - 1])
            }
    }

    /** One past the character at [index] and the marks dropped after it. */
    private fun reach(
        text: String,
        index: Int,
    ): Int {
        var i = next(text, index)
        while (i < text.length && normalizer.isDropped(text, i)) i = next(text, i)
        return i
    }

    private fun next(
        text: String,
        index: Int,
    ): Int {
        val isPair = text[index].isHighSurrogate() && index + 1 < text.length && text[index + 1].isLowSurrogate()
        return index + if (isPair) 2 else 1
    }
}
