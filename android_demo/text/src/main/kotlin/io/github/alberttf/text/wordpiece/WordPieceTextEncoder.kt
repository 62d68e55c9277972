package io.github.alberttf.text.wordpiece

import io.github.alberttf.text.EncodedText
import io.github.alberttf.text.TextEncoder
import io.github.alberttf.text.TokenSpans
import io.github.alberttf.text.buffers.ByteBuilder
import io.github.alberttf.text.buffers.IntBuilder
import io.github.alberttf.text.unicode.CodePoints
import io.github.alberttf.text.unicode.Hangul

/** Encodes texts by WordPieces: the ids of google-research/bert's `FullTokenizer`. */
internal class WordPieceTextEncoder(
    private val model: WordPieceModel,
    private val characters: WordPieceCharacters,
) : TextEncoder {
    // The text without what is left out, and where each of its code points begins.
    private val codePoints = IntBuilder()
    private val places = IntBuilder()

    // The word that is being read: UTF-8, where each code point ends in it, and which character it comes from.
    private val word = ByteBuilder()
    private val wordEnds = IntBuilder()
    private val origins = IntBuilder()

    private val pieceEnds = IntBuilder()
    private val ids = IntBuilder()
    private val starts = IntBuilder()
    private val ends = IntBuilder()

    override fun encode(text: String): IntArray {
        run(text)
        return ids.toIntArray()
    }

    override fun encodeWithSpans(text: String): EncodedText {
        run(text)
        for (i in 0 until ends.size) ends[i] = pastAccents(text, ends[i])
        return EncodedText(ids.toIntArray(), TokenSpans(starts.toIntArray(), ends.toIntArray()))
    }

    private fun run(text: String) {
        ids.clear()
        starts.clear()
        ends.clear()
        read(text)
        for (i in 0 until codePoints.size) {
            val codePoint = codePoints[i]
            val entry = characters[codePoint]
            when {
                entry >= 0 -> addAlone(entry, places[i], codePoint)
                entry == WordPieceCharacters.LETTER -> addLetter(codePoint, i)
                entry == WordPieceCharacters.SPACE -> endWord()
                entry <= WordPieceCharacters.OTHERS -> addOthers(entry, i)
            }
        }
        endWord()
    }

    /** Takes a text apart, and gives its capital sigmas their small forms. */
    private fun read(text: String) {
        codePoints.clear()
        places.clear()
        var hasSigma = false
        var i = 0
        while (i < text.length) {
            val codePoint = CodePoints.at(text, i)
            if (characters[codePoint] != WordPieceCharacters.LEFT_OUT) {
                codePoints.append(codePoint)
                places.append(i)
                if (codePoint == CAPITAL_SIGMA) hasSigma = true
            }
            i += CodePoints.width(codePoint)
        }
        if (hasSigma) characters.finalSigma?.lower(codePoints.values, codePoints.size)
    }

    private fun addAlone(
        id: Int,
        place: Int,
        codePoint: Int,
    ) {
        endWord()
        ids.append(id)
        starts.append(place)
        ends.append(place + CodePoints.width(codePoint))
    }

    private fun addLetter(
        codePoint: Int,
        index: Int,
    ) {
        if (characters.isDecomposedSyllable(codePoint)) {
            Hangul.decompose(codePoint) { appendToWord(it, index) }
        } else {
            appendToWord(codePoint, index)
        }
    }

    private fun addOthers(
        entry: Int,
        index: Int,
    ) {
        for (k in characters.rowStart(entry) until characters.rowEnd(entry)) {
            val target = characters.rows[k]
            val id = characters[target]
            if (id >= 0) addAlone(id, places[index], codePoints[index]) else appendToWord(target, index)
        }
    }

    private fun appendToWord(
        codePoint: Int,
        index: Int,
    ) {
        word.appendCodePoint(codePoint)
        wordEnds.append(word.size)
        origins.append(index)
    }

    /** Divides the word that was read, if there is one. */
    private fun endWord() {
        if (word.size == 0) return
        pieceEnds.clear()
        val before = ids.size
        val isSpelled = origins.size <= LONGEST_WORD && model.divide(word.bytes, word.size, ids, pieceEnds)
        if (isSpelled) {
            addSpans()
        } else {
            ids.truncate(before)
            ids.append(model.unknownId)
            starts.append(places[origins[0]])
            ends.append(endOf(origins[origins.size - 1]))
        }
        word.clear()
        wordEnds.clear()
        origins.clear()
    }

    private fun addSpans() {
        var letter = 0
        for (i in 0 until pieceEnds.size) {
            starts.append(places[origins[letter]])
            while (wordEnds[letter] < pieceEnds[i]) letter++
            ends.append(endOf(origins[letter]))
            letter++
        }
    }

    /** Where a character of the text ends; a small sigma is as wide as the capital one. */
    private fun endOf(index: Int) = places[index] + CodePoints.width(codePoints[index])

    /** The first place at [end] or behind that holds no accent that is dropped. */
    private fun pastAccents(
        text: String,
        end: Int,
    ): Int {
        var i = end
        while (i < text.length) {
            val codePoint = CodePoints.at(text, i)
            if (characters[codePoint] != WordPieceCharacters.ACCENT) break
            i += CodePoints.width(codePoint)
        }
        return i
    }

    private companion object {
        /** Characters; a longer word is unknown. */
        const val LONGEST_WORD = 200
        const val CAPITAL_SIGMA = 0x3A3
    }
}
