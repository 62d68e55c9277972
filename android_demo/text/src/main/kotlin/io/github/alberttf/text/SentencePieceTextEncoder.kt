package io.github.alberttf.text

import io.github.alberttf.text.sentencepiece.SentencePieceEngine
import io.github.alberttf.text.sentencepiece.SentencePieceModel
import io.github.alberttf.text.unicode.NormalizedText
import io.github.alberttf.text.unicode.TextNormalizer

/** Encodes texts by a SentencePiece model. */
internal class SentencePieceTextEncoder(
    private val model: SentencePieceModel,
    private val normalizer: TextNormalizer,
    private val digitComma: DigitCommaTable,
) : TextEncoder {
    private val normalized = NormalizedText()
    private val engine = SentencePieceEngine(model)
    private val aligner by lazy(LazyThreadSafetyMode.NONE) { SpanAligner(model, normalizer, digitComma) }

    override fun encode(text: String): IntArray {
        run(text, traced = false)
        return digitComma.expand(engine.ids)
    }

    override fun encodeWithSpans(text: String): EncodedText {
        run(text, traced = true)
        return aligner.align(text, normalized, engine)
    }

    private fun run(
        text: String,
        traced: Boolean,
    ) {
        normalizer.normalize(text, normalized, traced)
        engine.run(normalized.utf8.bytes, normalized.utf8.size, traced)
    }
}
