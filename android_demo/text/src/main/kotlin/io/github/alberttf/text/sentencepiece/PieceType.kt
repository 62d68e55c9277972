package io.github.alberttf.text.sentencepiece

/** What a piece is for: `SentencePiece.Type` of `sentencepiece_model.proto`. */
internal object PieceType {
    const val NORMAL = 1
    const val UNKNOWN = 2

    /** Never found in a text. */
    const val CONTROL = 3

    /** Always kept whole where a text has it. */
    const val USER_DEFINED = 4

    /** In the vocabulary, but never used. */
    const val UNUSED = 5

    /** One byte of an unknown character, `<0x41>`. */
    const val BYTE = 6

    /** Whether a text can hold the piece itself. */
    fun isInText(type: Int): Boolean = type == NORMAL || type == USER_DEFINED
}
