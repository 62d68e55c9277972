package io.github.alberttf.text

import io.github.alberttf.text.sentencepiece.ModelFile
import io.github.alberttf.text.sentencepiece.SentencePieceModel
import io.github.alberttf.text.unicode.TextNormalizer
import io.github.alberttf.text.unicode.UnicodeTables
import io.github.alberttf.text.wordpiece.WordPieceCharacters
import io.github.alberttf.text.wordpiece.WordPieceFile
import io.github.alberttf.text.wordpiece.WordPieceModel
import io.github.alberttf.text.wordpiece.WordPieceTextEncoder

/**
 * ALBERT's tokenizer: text to the ids that `albert_tf.AlbertTokenizer` gives in Python, on every phone.
 *
 * The content of the vocabulary's file decides how. By a SentencePiece model, a text is normalized (white space
 * collapsed, NFKD, marks dropped, lower-cased) and segmented; pieces such as `1999,` are split before the comma. By
 * WordPieces (`vocab.txt`), it is cleaned, lower-cased and stripped of accents; each Chinese character and each
 * punctuation mark is a word, and each word is segmented, the longest piece first. A text that spells a special token is
 * text: `[MASK]` in it does not become the mask, unless a SentencePiece model declares it a user-defined symbol.
 *
 * Any string can be encoded: to SentencePiece a lone surrogate reads as U+FFFD, and a NUL is a character like others; to
 * WordPieces a word with a lone surrogate is unknown, and a NUL is left out.
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
    pieces: VocabularyPieces,
    public val options: TokenizerOptions,
    private val newEncoder: () -> TextEncoder,
) {
    public val vocabulary: Vocabulary = Vocabulary(pieces, options)

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

    private inline fun <T> withEncoder(
        text: String,
        encode: (TextEncoder) -> T,
    ): T {
        val encoder = idle.take() ?: newEncoder()
        val result = encode(encoder)
        if (text.length <= LONGEST_TEXT_TO_KEEP_BUFFERS_FOR) idle.giveBack(encoder)
        return result
    }

    /** Makes tokenizers. */
    public companion object {
        private const val LONGEST_TEXT_TO_KEEP_BUFFERS_FOR = 1 shl 14

        /**
         * Makes a tokenizer of a SentencePiece model or a `vocab.txt`, which its content tells.
         *
         * @param content of the file; it is not kept.
         * @param options how texts are treated.
         * @throws InvalidModelException if it is neither a unigram model nor a `vocab.txt`, or damaged.
         * @throws IllegalArgumentException if the vocabulary lacks a special token.
         */
        public fun fromBytes(
            content: ByteArray,
            options: TokenizerOptions = TokenizerOptions(),
        ): AlbertTokenizer {
            val tables = UnicodeTables.load()
            return if (WordPieceFile.isText(content)) {
                ofWordPieces(WordPieceFile.parse(content, tables.whiteSpace), tables, options)
            } else {
                ofSentencePiece(SentencePieceModel.of(ModelFile.parse(content)), tables, options)
            }
        }

        private fun ofSentencePiece(
            model: SentencePieceModel,
            tables: UnicodeTables,
            options: TokenizerOptions,
        ): AlbertTokenizer {
            val normalizer = TextNormalizer(tables, options.lowercase, options.stripAccents)
            val digitComma = DigitCommaTable.build(model, tables.digits)
            return AlbertTokenizer(model, options) { SentencePieceTextEncoder(model, normalizer, digitComma) }
        }

        private fun ofWordPieces(
            file: WordPieceFile,
            tables: UnicodeTables,
            options: TokenizerOptions,
        ): AlbertTokenizer {
            val model = WordPieceModel(file)
            val characters = WordPieceCharacters.build(tables, options.lowercase, options.stripAccents, model)
            return AlbertTokenizer(model, options) { WordPieceTextEncoder(model, characters) }
        }
    }
}
