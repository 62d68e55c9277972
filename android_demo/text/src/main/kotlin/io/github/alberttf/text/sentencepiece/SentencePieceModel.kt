package io.github.alberttf.text.sentencepiece

import io.github.alberttf.text.InvalidModelException
import io.github.alberttf.text.VocabularyPieces
import io.github.alberttf.text.quoted

/**
 * A unigram model, ready for use and never changed: threads may share it. [SentencePieceEngine] runs it.
 *
 * @param pieces every piece, by id.
 * @param scores the log-probability of every piece, by id, as the file gives it.
 * @param trie the pieces that texts can hold.
 * @param candidateScores what choosing a piece adds to the score of a segmentation, by id.
 * @param unknownScore what choosing one unknown character adds.
 * @param unknownId the id of unknown characters.
 * @param byteIds the ids of the 256 bytes if unknown characters become their bytes; else null.
 * @param characterRules what is done to a text before.
 * @param whitespaceAsSuffix whether the word boundary stands at the end of words.
 * @param reserved the ids that are not in the trie: a few.
 */
internal class SentencePieceModel private constructor(
    val pieces: PieceList,
    val scores: FloatArray,
    val trie: PieceTrie,
    val candidateScores: DoubleArray,
    val unknownScore: Float,
    override val unknownId: Int,
    val byteIds: IntArray?,
    val characterRules: CharacterRules,
    val whitespaceAsSuffix: Boolean,
    private val reserved: IntArray,
) : VocabularyPieces {
    override val size: Int get() = pieces.size

    override fun piece(id: Int): String = pieces[id]

    override fun score(id: Int): Float = scores[id]

    /** The id of a piece of any type, UTF-8 from [start] to before [end]; [PieceTrie.NONE] if there is none. */
    override fun find(
        bytes: ByteArray,
        start: Int,
        end: Int,
    ): Int {
        val id = trie.find(bytes, start, end)
        if (id != PieceTrie.NONE) return id
        return reserved.firstOrNull { pieces.equals(it, bytes, start, end) } ?: PieceTrie.NONE
    }

    companion object {
        private const val UNKNOWN_PENALTY = 10f // kUnkPenalty of unigram_model.cc

        // The greatest score starts from C's FLT_MIN, the smallest positive float, in unigram_model.cc. Scores are
        // negative, so that is what it stays.
        private val SMALLEST_POSITIVE_FLOAT = Float.fromBits(0x00800000)

        /**
         * Prepares a model.
         *
         * @throws InvalidModelException if SentencePiece would refuse it.
         */
        fun of(file: ModelFile): SentencePieceModel {
            val all = PieceTrieBuilder()
            val userDefined = PieceTrieBuilder()
            val reserved = ArrayList<Int>()
            val pieces = file.pieces
            for (id in 0 until pieces.size) {
                val type = file.types[id]
                if (PieceType.isInText(type)) {
                    val previous = all.add(pieces.utf8, pieces.start(id), pieces.end(id), id)
                    if (previous !=
                        PieceTrie.NONE
                    ) {
                        throw refused("the pieces $previous and $id are both ${quoted(pieces[id])}")
                    }
                    if (type ==
                        PieceType.USER_DEFINED
                    ) {
                        userDefined.add(pieces.utf8, pieces.start(id), pieces.end(id), id)
                    }
                } else {
                    reserved.add(id)
                    if (type == PieceType.BYTE && !file.byteFallback) {
                        throw refused("piece $id is the byte ${quoted(pieces[id])}, and the model has no byte fallback")
                    }
                }
            }
            if (reserved.size == pieces.size) throw refused("none of its ${pieces.size} pieces can be in a text")
            val hasUserDefined = file.types.contains(PieceType.USER_DEFINED)
            return SentencePieceModel(
                pieces = pieces,
                scores = file.scores,
                trie = all.build(),
                candidateScores = candidateScores(file),
                unknownScore = (leastScore(file) - UNKNOWN_PENALTY).rounded(),
                unknownId = file.types.indexOf(PieceType.UNKNOWN),
                byteIds = if (file.byteFallback) byteIds(file, reserved) else null,
                characterRules = CharacterRules(file, if (hasUserDefined) userDefined.build() else null),
                whitespaceAsSuffix = file.whitespaceAsSuffix,
                reserved = reserved.toIntArray(),
            )
        }

        private fun leastScore(file: ModelFile): Float {
            var least = Float.MAX_VALUE
            for (id in file.scores.indices) {
                if (file.types[id] ==
                    PieceType.NORMAL
                ) {
                    least = minOf(least, file.scores[id])
                }
            }
            return least
        }

        private fun candidateScores(file: ModelFile): DoubleArray {
            var greatest = SMALLEST_POSITIVE_FLOAT
            for (id in file.scores.indices) {
                if (file.types[id] == PieceType.NORMAL) greatest = maxOf(greatest, file.scores[id])
            }
            return DoubleArray(file.scores.size) { id ->
                if (file.types[id] == PieceType.USER_DEFINED) {
                    val length = file.pieces.end(id) - file.pieces.start(id)
                    (length * greatest).rounded() - 0.1
                } else {
                    file.scores[id].toDouble()
                }
            }
        }

        private fun byteIds(
            file: ModelFile,
            reserved: List<Int>,
        ): IntArray =
            IntArray(256) { byte ->
                val spelling = "<0x" + byte.toString(16).uppercase().padStart(2, '0') + ">"
                reserved.firstOrNull { file.types[it] == PieceType.BYTE && file.pieces[it] == spelling }
                    ?: throw refused("it has byte fallback, and no piece for the byte '$spelling'")
            }

        private fun refused(what: String) =
            InvalidModelException(
                "the SentencePiece model cannot be used: $what; the file seems damaged: copy it again",
            )
    }
}
