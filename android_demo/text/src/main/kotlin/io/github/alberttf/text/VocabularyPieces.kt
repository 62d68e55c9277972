package io.github.alberttf.text

/** The pieces of a vocabulary of either kind. */
internal interface VocabularyPieces {
    val size: Int

    /** The id for what the vocabulary cannot spell. */
    val unknownId: Int

    fun piece(id: Int): String

    /** The log-probability of a piece; 0 where it has none. */
    fun score(id: Int): Float

    /** The id of a piece, UTF-8 from [start] to before [end], or -1. */
    fun find(
        bytes: ByteArray,
        start: Int = 0,
        end: Int = bytes.size,
    ): Int
}
