package io.github.alberttf.text.sentencepiece

/**
 * What SentencePiece does to the characters of a text before it looks for pieces: its `NormalizerSpec`.
 *
 * @param file the settings.
 * @param userDefined the pieces that stay as they are wherever a text has them, or null.
 */
internal class CharacterRules(
    file: ModelFile,
    val userDefined: PieceTrie?,
) {
    val map: CharacterMap? = CharacterMap.parse(file.charsmap)
    val removeExtraWhitespaces = file.removeExtraWhitespaces
    val escapeWhitespaces = file.escapeWhitespaces
    val boundaryBefore = file.addDummyPrefix && !file.whitespaceAsSuffix
    val boundaryAfter = file.addDummyPrefix && file.whitespaceAsSuffix

    /** What a space becomes, UTF-8. */
    val space: ByteArray = (if (escapeWhitespaces) ModelFile.WORD_BOUNDARY else " ").encodeToByteArray()

    /** For each ASCII character, whether it stays as it is when the next one is ASCII too, or there is none. */
    private val verbatim = BooleanArray(128) { it != SPACE && staysInAscii(it) }

    /** Whether the byte stays as it is, because it and [next] are ASCII and no rule begins with the first. */
    fun isVerbatim(
        byte: Byte,
        next: Byte,
    ): Boolean = byte >= 0 && next >= 0 && verbatim[byte.toInt()]

    private fun staysInAscii(character: Int): Boolean {
        if (userDefined != null) {
            val node = userDefined.child(PieceTrie.ROOT, character.toByte())
            if (node != PieceTrie.NONE) {
                val goesOn = (0 until 128).any { userDefined.child(node, it.toByte()) != PieceTrie.NONE }
                return !goesOn && userDefined.idAt(node) != PieceTrie.NONE
            }
        }
        return map == null || !map.mayChangeInAscii(character)
    }

    private companion object {
        const val SPACE = 0x20
    }
}
