package io.github.alberttf.text

import io.github.alberttf.text.sentencepiece.PieceTrie

/**
 * The pieces of a tokenizer and their ids, and which of them ALBERT reserves.
 *
 * An [AlbertTokenizer] has one as its [AlbertTokenizer.vocabulary]. It never changes: threads may share it.
 */
public class Vocabulary internal constructor(
    private val model: VocabularyPieces,
    options: TokenizerOptions,
) {
    /** How many pieces there are; ids go from 0 to one less. */
    public val size: Int get() = model.size

    /** Id of the piece that starts a sequence, `[CLS]`. */
    public val clsId: Int = required("clsToken", options.clsToken, "[CLS]", "<cls>")

    /** Id of the piece that ends a segment, `[SEP]`. */
    public val sepId: Int = required("sepToken", options.sepToken, "[SEP]", "<sep>")

    /** Id of the piece that fills up an input, `<pad>`. */
    public val padId: Int = required("padToken", options.padToken, "<pad>", "[PAD]")

    /** Id of the piece for what the vocabulary cannot spell, `<unk>`. */
    public val unkId: Int = model.unknownId

    /** Id of the piece that hides a token, `[MASK]`; null when the vocabulary has none: only masked models need it. */
    public val maskId: Int? = findMask(options.maskToken)

    /**
     * The piece of an id, with `▁` (U+2581) for a space; a WordPiece that goes on with a word begins with `##`.
     *
     * @throws IllegalArgumentException if the vocabulary has no such id.
     */
    public fun piece(id: Int): String {
        checkId(id)
        return model.piece(id)
    }

    /**
     * The log-probability of a piece in the unigram model; 0 for reserved pieces, and for WordPieces, which have none.
     *
     * @throws IllegalArgumentException if the vocabulary has no such id.
     */
    public fun score(id: Int): Float {
        checkId(id)
        return model.score(id)
    }

    /** The id of a piece, [unkId] when it is not in the vocabulary. */
    public fun id(piece: String): Int = find(piece) ?: unkId

    /** Whether a piece is in the vocabulary. */
    public operator fun contains(piece: String): Boolean = find(piece) != null

    private fun find(piece: String): Int? {
        val utf8 =
            try {
                piece.encodeToByteArray(throwOnInvalidSequence = true)
            } catch (error: CharacterCodingException) {
                return null // a lone surrogate, which no piece has
            }
        return model.find(utf8).takeIf { it != PieceTrie.NONE }
    }

    private fun required(
        option: String,
        named: String?,
        vararg usual: String,
    ): Int {
        val candidates = if (named == null) usual.toList() else listOf(named)
        return candidates.firstNotNullOfOrNull(::find)
            ?: throw IllegalArgumentException(
                "the vocabulary of $size pieces has no ${candidates.joinToString(" or ") { quoted(it) }}; " +
                    "its first pieces are ${(0 until minOf(size, 8)).joinToString { quoted(model.piece(it)) }}: " +
                    "name one of its pieces as $option",
            )
    }

    private fun findMask(named: String?): Int? =
        if (named == null) find("[MASK]") ?: find("<mask>") else required("maskToken", named)

    private fun checkId(id: Int) {
        require(id in 0 until size) {
            "the id $id is not in the vocabulary, which has the ids 0 to ${size - 1}; " +
                "was it made with another tokenizer?"
        }
    }
}
