package io.github.alberttf.text

import io.github.alberttf.text.sentencepiece.ModelFile
import java.io.ByteArrayOutputStream

/** Writes the wire format of protocol buffers. */
internal class WireWriter {
    private val out = ByteArrayOutputStream()

    fun varint(
        field: Int,
        value: Long,
    ) = apply {
        raw(field.toLong() shl 3)
        raw(value)
    }

    fun float(
        field: Int,
        value: Float,
    ) = apply {
        raw((field.toLong() shl 3) or 5)
        for (shift in 0 until 32 step 8) out.write(value.toRawBits() ushr shift)
    }

    fun bytes(
        field: Int,
        value: ByteArray,
    ) = apply {
        raw((field.toLong() shl 3) or 2)
        raw(value.size.toLong())
        out.write(value)
    }

    fun toByteArray(): ByteArray = out.toByteArray()

    private fun raw(value: Long) {
        var rest = value
        while (rest and 0x7FL.inv() != 0L) {
            out.write((rest.toInt() and 0x7F) or 0x80)
            rest = rest ushr 7
        }
        out.write(rest.toInt())
    }
}

/** A SentencePiece model of a few pieces, for what the English model does not show. */
internal class SmallModel(
    private val pieces: Map<String, Float>,
    private val userDefined: List<String> = emptyList(),
    private val unused: List<String> = emptyList(),
    private val byteFallback: Boolean = false,
    private val characterMap: Boolean = true,
    private val modelType: Long = 1,
    private val dummyPrefix: Boolean = true,
    private val removeExtraWhitespaces: Boolean = true,
    private val escapeWhitespaces: Boolean = true,
    private val whitespaceAsSuffix: Boolean = false,
) {
    fun toByteArray(): ByteArray {
        val model = WireWriter()
        for ((piece, type) in SPECIAL) model.bytes(1, piece(piece, 0f, type))
        for (piece in userDefined) model.bytes(1, piece(piece, 0f, 4))
        for (piece in unused) model.bytes(1, piece(piece, -1f, 5))
        if (byteFallback) for (byte in 0..255) model.bytes(1, piece("<0x%02X>".format(byte), 0f, 6))
        for ((piece, score) in pieces) model.bytes(1, piece(piece, score, 1))
        val trainer = WireWriter().varint(3, modelType)
        trainer.varint(24, if (whitespaceAsSuffix) 1 else 0)
        trainer.varint(35, if (byteFallback) 1 else 0)
        val normalizer = WireWriter()
        if (characterMap) normalizer.bytes(2, englishCharacterMap)
        normalizer.varint(3, if (dummyPrefix) 1 else 0)
        normalizer.varint(4, if (removeExtraWhitespaces) 1 else 0)
        normalizer.varint(5, if (escapeWhitespaces) 1 else 0)
        return model.bytes(2, trainer.toByteArray()).bytes(3, normalizer.toByteArray()).toByteArray()
    }

    fun tokenizer(options: TokenizerOptions = TokenizerOptions()) = AlbertTokenizer.fromBytes(toByteArray(), options)

    private fun piece(
        piece: String,
        score: Float,
        type: Long,
    ): ByteArray =
        WireWriter()
            .bytes(1, piece.encodeToByteArray())
            .float(2, score)
            .varint(3, type)
            .toByteArray()

    companion object {
        private val SPECIAL = mapOf("<pad>" to 3L, "<unk>" to 2L, "[CLS]" to 3L, "[SEP]" to 3L, "[MASK]" to 3L)
        private val englishCharacterMap by lazy { ModelFile.parse(TestFiles.englishModel).charsmap }
    }
}

/** The pieces of a text. */
internal fun AlbertTokenizer.pieces(text: String): List<String> = encode(text).map { vocabulary.piece(it) }

/** What the spans of a text's tokens show. */
internal fun AlbertTokenizer.shown(text: String): List<String> {
    val spans = encodeWithSpans(text).spans
    return spans.starts.indices.map { text.substring(spans.starts[it], spans.ends[it]) }
}
