package io.github.alberttf.text.sentencepiece

import io.github.alberttf.text.buffers.IntBuilder

/** Runs a [SentencePieceModel] on one text after the other. It keeps its buffers, so each thread needs its own. */
internal class SentencePieceEngine(
    model: SentencePieceModel,
) {
    private val normalizer = SentencePieceNormalizer(model.characterRules)
    private val segmenter = UnigramSegmenter(model)

    /** The ids of the tokens of the last text. */
    val ids: IntBuilder get() = segmenter.ids

    /** Tokenizes the first [size] bytes of [text], valid UTF-8; [traced] if [start] and [end] will be asked for. */
    fun run(
        text: ByteArray,
        size: Int,
        traced: Boolean,
    ) {
        normalizer.normalize(text, size, traced)
        segmenter.segment(normalizer.text.bytes, normalizer.text.size)
    }

    /** The byte of the last text at which a token begins. */
    fun start(token: Int): Int = normalizer.origins[segmenter.starts[token]]

    /** One past the last byte of a token in the last text. */
    fun end(token: Int): Int = normalizer.origins[segmenter.ends[token]]

    /** A token as SentencePiece spells it in the last text, UTF-8: its piece, or the characters of an unknown one. */
    fun spelling(token: Int): ByteArray =
        normalizer.text.bytes.copyOfRange(segmenter.starts[token], segmenter.ends[token])
}
