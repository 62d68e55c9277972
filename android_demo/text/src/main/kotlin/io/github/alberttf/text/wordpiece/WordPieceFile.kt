package io.github.alberttf.text.wordpiece

import io.github.alberttf.text.InvalidModelException
import io.github.alberttf.text.buffers.Utf8
import io.github.alberttf.text.unicode.CodePointSet

/**
 * The content of a `vocab.txt`: a piece a line, whose number is its id, as `load_vocab` of google-research/bert reads it.
 *
 * White space at the ends of a line is no part of the piece, nor is a byte-order mark before the first line; blank lines
 * at the end are none.
 *
 * @param pieces every piece, by id; a blank line is an empty one.
 * @param unknownId the id of `[UNK]`.
 */
internal class WordPieceFile private constructor(
    val pieces: List<String>,
    val unknownId: Int,
) {
    companion object {
        /** How a piece begins that goes on with a word. */
        const val CONTINUATION = "##"

        private const val UNKNOWN = "[UNK]"
        private const val BYTE_ORDER_MARK = '\uFEFF'

        /** Whether a tokenizer's file is a text; a SentencePiece model never is, since it holds zero bytes. */
        fun isText(content: ByteArray): Boolean =
            content.any { it > ' '.code } && 0 !in content && Utf8.isValid(content)

        /**
         * Reads a file.
         *
         * @param content UTF-8.
         * @param whiteSpace what is no part of a piece at its ends.
         * @throws InvalidModelException if it is no vocabulary of WordPieces.
         */
        fun parse(
            content: ByteArray,
            whiteSpace: CodePointSet,
        ): WordPieceFile {
            val lines = content.decodeToString().removePrefix(BYTE_ORDER_MARK.toString()).split('\n')
            val pieces = lines.map { line -> line.trim { it.code in whiteSpace } }.dropLastWhile { it.isEmpty() }
            val unknownId = pieces.lastIndexOf(UNKNOWN)
            if (unknownId < 0) {
                throw InvalidModelException(
                    "it is neither a SentencePiece model nor a vocabulary of WordPieces: none of its ${pieces.size} " +
                        "lines is $UNKNOWN; expected a .model file, or a vocab.txt, a piece a line",
                )
            }
            return WordPieceFile(pieces, unknownId)
        }
    }
}
