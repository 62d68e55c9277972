package io.github.alberttf.text.sentencepiece

import io.github.alberttf.text.InvalidModelException
import io.github.alberttf.text.buffers.IntBuilder
import io.github.alberttf.text.buffers.Utf8

/**
 * What a SentencePiece `.model` file says: a protocol buffer of `sentencepiece_model.proto` in google/sentencepiece.
 *
 * Fields that segmentation does not depend on are ignored.
 *
 * @param pieces every piece, by id.
 * @param scores the log-probability of every piece, by id.
 * @param types the [PieceType] of every piece, by id.
 * @param charsmap the precompiled character map; may be empty.
 * @param addDummyPrefix whether a space is put before (or after) the text.
 * @param removeExtraWhitespaces whether spaces are collapsed and those at the ends dropped.
 * @param escapeWhitespaces whether spaces become [WORD_BOUNDARY].
 * @param whitespaceAsSuffix whether the boundary stands at the end of words, not at the start.
 * @param byteFallback whether unknown characters become their bytes.
 */
internal class ModelFile(
    val pieces: PieceList,
    val scores: FloatArray,
    val types: IntArray,
    val charsmap: ByteArray,
    val addDummyPrefix: Boolean,
    val removeExtraWhitespaces: Boolean,
    val escapeWhitespaces: Boolean,
    val whitespaceAsSuffix: Boolean,
    val byteFallback: Boolean,
) {
    companion object {
        /** How SentencePiece writes a space inside a piece. */
        const val WORD_BOUNDARY = "\u2581"

        /**
         * Parses the content of a file.
         *
         * @throws InvalidModelException if it is not a unigram model.
         */
        fun parse(content: ByteArray): ModelFile = ModelParser().parse(content)
    }
}

private class ModelParser {
    private val pieces = PieceList.Builder()
    private val scores = IntBuilder(1 shl 15)
    private val types = IntBuilder(1 shl 15)
    private var modelType = UNIGRAM
    private var charsmap = ByteArray(0)
    private var addDummyPrefix = true
    private var removeExtraWhitespaces = true
    private var escapeWhitespaces = true
    private var whitespaceAsSuffix = false
    private var byteFallback = false

    fun parse(content: ByteArray): ModelFile {
        WireReader(content).forEachField {
            when {
                isMessage(PIECES) -> parsePiece(message())
                isMessage(TRAINER_SPEC) -> parseTrainerSpec(message())
                isMessage(NORMALIZER_SPEC) -> parseNormalizerSpec(message())
                else -> skip()
            }
        }
        val unknown = (0 until types.size).count { types[it] == PieceType.UNKNOWN }
        if (unknown != 1) {
            throw InvalidModelException(
                "not a SentencePiece model: it has $unknown unknown pieces among ${types.size}, not one; expected " +
                    "the .model file that SentencePiece training writes, for example 30k-clean.model",
            )
        }
        if (modelType != UNIGRAM) {
            throw InvalidModelException(
                "the SentencePiece model has the type $modelType (2 is BPE, 3 word, 4 char); " +
                    "expected 1, unigram, as every ALBERT vocabulary has: train it with --model_type=unigram",
            )
        }
        return ModelFile(
            pieces = pieces.build(),
            scores = FloatArray(scores.size) { Float.fromBits(scores[it]) },
            types = types.toIntArray(),
            charsmap = charsmap,
            addDummyPrefix = addDummyPrefix,
            removeExtraWhitespaces = removeExtraWhitespaces,
            escapeWhitespaces = escapeWhitespaces,
            whitespaceAsSuffix = whitespaceAsSuffix,
            byteFallback = byteFallback,
        )
    }

    private fun parsePiece(reader: WireReader) {
        val id = pieces.size
        var piece = ByteArray(0)
        var score = 0f
        var type = PieceType.NORMAL
        reader.forEachField { field ->
            when {
                field == 1 && wireType == WireReader.LENGTH_DELIMITED -> piece = bytes()
                field == 2 && wireType == WireReader.FIXED32 -> score = float()
                field == 3 && wireType == WireReader.VARINT -> type = varint().toInt()
                else -> skip()
            }
        }
        val fault =
            when {
                piece.isEmpty() -> "is empty"
                !Utf8.isValid(piece) -> "is not UTF-8"
                score.isNaN() -> "has the score NaN"
                type !in PieceType.NORMAL..PieceType.BYTE -> "has the type $type, not 1 to 6"
                else -> null
            }
        if (fault != null) {
            throw InvalidModelException(
                "piece $id of the SentencePiece model $fault; the file seems damaged: copy it again",
            )
        }
        pieces.append(piece)
        scores.append(score.toRawBits())
        types.append(type)
    }

    private fun parseTrainerSpec(reader: WireReader) {
        reader.forEachField { field ->
            when {
                field == 3 && wireType == WireReader.VARINT -> modelType = varint().toInt()
                field == 24 && wireType == WireReader.VARINT -> whitespaceAsSuffix = varint() != 0L
                field == 35 && wireType == WireReader.VARINT -> byteFallback = varint() != 0L
                else -> skip()
            }
        }
    }

    private fun parseNormalizerSpec(reader: WireReader) {
        reader.forEachField { field ->
            when {
                field == 2 && wireType == WireReader.LENGTH_DELIMITED -> charsmap = bytes()
                field == 3 && wireType == WireReader.VARINT -> addDummyPrefix = varint() != 0L
                field == 4 && wireType == WireReader.VARINT -> removeExtraWhitespaces = varint() != 0L
                field == 5 && wireType == WireReader.VARINT -> escapeWhitespaces = varint() != 0L
                else -> skip()
            }
        }
    }

    private inline fun WireReader.forEachField(read: WireReader.(field: Int) -> Unit) {
        while (next()) read(fieldNumber)
    }

    private fun WireReader.isMessage(field: Int) = fieldNumber == field && wireType == WireReader.LENGTH_DELIMITED

    private companion object {
        const val PIECES = 1
        const val TRAINER_SPEC = 2
        const val NORMALIZER_SPEC = 3
        const val UNIGRAM = 1
    }
}
