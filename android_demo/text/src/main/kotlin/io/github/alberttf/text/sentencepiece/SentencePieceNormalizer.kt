package io.github.alberttf.text.sentencepiece

import io.github.alberttf.text.buffers.ByteBuilder
import io.github.alberttf.text.buffers.IntBuilder
import io.github.alberttf.text.buffers.Utf8

/**
 * Applies [CharacterRules] to one text after the other: `Normalizer::Normalize` of sentencepiece's normalizer.cc.
 *
 * It keeps its buffers, so each thread needs its own.
 */
internal class SentencePieceNormalizer(
    private val rules: CharacterRules,
) {
    /** The normalized text, UTF-8. */
    val text = ByteBuilder()

    /**
     * For each byte of [text], and for its end, the byte of the given text that it comes from. Empty for an empty text,
     * and when tracing was not asked for.
     */
    val origins = IntBuilder()

    // The replacement of the characters at the front, and how many bytes they are.
    private var chunk = ByteArray(0)
    private var chunkStart = 0
    private var chunkEnd = 0
    private var chunkSource = 0

    private val space = rules.space

    /**
     * Normalizes the first [size] bytes of [source], valid UTF-8.
     *
     * @param traced whether [origins] is needed.
     */
    fun normalize(
        source: ByteArray,
        size: Int,
        traced: Boolean,
    ) {
        text.clear()
        origins.clear()
        var at = if (rules.removeExtraWhitespaces) skipSpaces(source, size) else 0
        if (at == size) return
        if (rules.boundaryBefore) appendSpace(at, traced)
        var afterSpace = rules.removeExtraWhitespaces
        while (at < size) {
            if (at + 1 < size && rules.isVerbatim(source[at], source[at + 1])) {
                text.append(source[at].toInt())
                if (traced) origins.append(at)
                afterSpace = false
                at++
                continue
            }
            readChunk(source, at, size)
            if (afterSpace) while (chunkStart < chunkEnd && chunk[chunkStart] == SPACE) chunkStart++
            if (chunkStart < chunkEnd) {
                appendChunk(at, traced)
                afterSpace = rules.removeExtraWhitespaces && chunk[chunkEnd - 1] == SPACE
            }
            at += chunkSource
        }
        if (rules.removeExtraWhitespaces) at = dropSpacesAtEnd(at, traced)
        if (rules.boundaryAfter) appendSpace(at, traced)
        if (traced) origins.append(at)
    }

    /** Past the characters at the front that become one space each. */
    private fun skipSpaces(
        source: ByteArray,
        size: Int,
    ): Int {
        var at = 0
        while (at < size) {
            readChunk(source, at, size)
            if (chunkEnd - chunkStart != 1 || chunk[chunkStart] != SPACE) break
            at += chunkSource
        }
        return at
    }

    /** `NormalizePrefix`: what the characters at [at] become, by the first rule that speaks of them. */
    private fun readChunk(
        source: ByteArray,
        at: Int,
        size: Int,
    ) {
        val kept = rules.userDefined?.longestMatch(source, at, size) ?: 0
        val map = if (kept > 0) null else rules.map
        val match = map?.longestMatch(source, at, size) ?: CharacterMap.NO_MATCH
        if (map != null && match != CharacterMap.NO_MATCH) {
            chunk = map.replacements
            chunkStart = match.toInt()
            chunkEnd = map.replacementEnd(chunkStart)
            chunkSource = (match ushr 32).toInt()
        } else {
            chunk = source
            chunkSource = if (kept > 0) kept else minOf(Utf8.widthOfLead(source[at]), size - at)
            chunkStart = at
            chunkEnd = at + chunkSource
        }
    }

    private fun appendChunk(
        origin: Int,
        traced: Boolean,
    ) {
        for (i in chunkStart until chunkEnd) {
            if (chunk[i] == SPACE) {
                appendSpace(origin, traced)
            } else {
                text.append(chunk[i].toInt())
                if (traced) origins.append(origin)
            }
        }
    }

    private fun appendSpace(
        origin: Int,
        traced: Boolean,
    ) {
        text.append(space, 0, space.size)
        if (traced) repeat(space.size) { origins.append(origin) }
    }

    /** Returns where the first of the dropped spaces came from, or [end]. */
    private fun dropSpacesAtEnd(
        end: Int,
        traced: Boolean,
    ): Int {
        var at = end
        while (text.endsWith(space)) {
            val size = text.size - space.size
            if (traced) {
                at = origins[size]
                origins.truncate(size)
            }
            text.truncate(size)
        }
        return at
    }

    private companion object {
        const val SPACE: Byte = 0x20
    }
}
