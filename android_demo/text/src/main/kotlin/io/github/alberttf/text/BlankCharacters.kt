package io.github.alberttf.text

import io.github.alberttf.text.buffers.ByteBuilder
import io.github.alberttf.text.sentencepiece.ModelFile
import io.github.alberttf.text.sentencepiece.SentencePieceModel
import io.github.alberttf.text.sentencepiece.SentencePieceNormalizer

/** Which characters SentencePiece reads as a space or as nothing. It keeps its buffers: each thread needs its own. */
internal class BlankCharacters(
    model: SentencePieceModel,
) {
    private val normalizer = SentencePieceNormalizer(model.characterRules)
    private val probe = ByteBuilder(16)
    private val ascii = BooleanArray(128) { ask(it) }

    fun isBlank(codePoint: Int): Boolean = if (codePoint < ascii.size) ascii[codePoint] else ask(codePoint)

    /** Looks what is left of the character between two letters. */
    private fun ask(codePoint: Int): Boolean {
        probe.clear()
        probe.append('a'.code)
        probe.appendCodePoint(codePoint)
        probe.append('a'.code)
        normalizer.normalize(probe.bytes, probe.size, traced = false)
        val left =
            normalizer.text.bytes
                .decodeToString(0, normalizer.text.size)
                .trim(ModelFile.WORD_BOUNDARY[0])
        return left == "aa" || left == "a${ModelFile.WORD_BOUNDARY}a"
    }
}
