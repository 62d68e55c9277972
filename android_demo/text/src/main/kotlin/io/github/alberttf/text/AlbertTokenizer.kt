package io.github.alberttf.text

import io.github.alberttf.text.sentencepiece.ModelFile
import io.github.alberttf.text.sentencepiece.SentencePieceModel
import io.github.alberttf.text.unicode.TextNormalizer
import io.github.alberttf.text.unicode.UnicodeTables

/**
 * ALBERT's tokenizer: text to the ids that `albert_tf.AlbertTokenizer` gives in Python, on every phone.
 *
 * A text is normalized (white space collapsed, NFKD, marks dropped, lower-cased) and segmented by SentencePiece; pieces
 * such as `1999,` are split before the comma. A text that spells a special token is text: `[MASK]` in it does not
 * become the mask, unless the model declares it a user-defined symbol.
 *
 * Any string can be encoded: a lone surrogate reads as U+FFFD, and a NUL is a character like others.
 *
 * A tokenizer never changes, and threads may share it. It takes some ten milliseconds to make: make one and keep it.
 *
 * ```
 * val tokenizer = assets.open("tokenizer.model").use { AlbertTokenizer.read(it) }
 * tokenizer.encode("Hello, World!") // 10975, 15, 126, 187
 * val encoded = tokenizer.encodeWithSpans("Hello, World!")
 * encoded.spans.starts // 0, 5, 7, 12
 * encoded.spans.ends // 5, 6, 12, 13
 * ```
 *
 * @property options how texts are treated.
 * @property vocabulary the pieces and their ids.
 */
public class AlbertTokenizer private constructor(
    private val model: SentencePieceModel,
    public val options: TokenizerOptions,
) {
    public val vocabulary: Vocabulary = Vocabulary(model, options)

    private val normalizer: TextNormalizer
    private val digitComma: DigitCommaTable

    init {
        val tables = UnicodeTables.load()
        normalizer = TextNormalizer(tables, options.lowercase, options.stripAccents)
        digitComma = DigitCommaTable.build(model, tables.digits)
    }

    /** An encoder that no thread is using. A thread that finds none makes its own. */
    private val idle = Spare<TextEncoder>()

    /**
     * The ids of the tokens of a text, without special tokens.
     *
     * @param text any string.
     * @return the ids, none for a text without visible characters.
     */
    public fun encode(text: String): IntArray = withEncoder(text) { it.encode(text) }

    /**
     * The tokens of a text, without special tokens, and where they stand in it.
     *
     * @param text any string.
     * @return the ids that [encode] gives, with their spans.
     */
    public fun encodeWithSpans(text: String): EncodedText = withEncoder(text) { it.encodeWithSpans(text) }

    /** The number of pieces that the digit-comma rule splits. */
    internal val digitCommaPieces: Int get() = digitComma.size

    private inline fun <T> withEncoder(
        text: String,
        encode: (TextEncoder) -> T,
    ): T {
        val encoder = idle.take() ?: TextEncoder(model, normalizer, digitComma)
        val result = encode(encoder)
        if (text.length <= LONGEST_TEXT_TO_KEEP_BUFFERS_FOR) idle.giveBack(encoder)
        return result
    }

    /** Makes tokenizers. */
    public companion object {
        private const val LONGEST_TEXT_TO_KEEP_BUFFERS_FOR = 1 shl 14

        /**
         * Makes a tokenizer of a SentencePiece model.
         *
         * @param content of a `.model` file; it is not kept.
         * @param options how texts are treated.
         * @throws InvalidModelException if it is no unigram model, or damaged.
         * @throws IllegalArgumentException if the vocabulary lacks a special token.
         */
        public fun fromBytes(
            content: ByteArray,
            options: TokenizerOptions = TokenizerOptions(),
        ): AlbertTokenizer = AlbertTokenizer(SentencePieceModel.of(ModelFile.parse(content)), options)
    }
}
