@file:OptIn(ExperimentalJsExport::class)

package io.github.alberttf.web

import io.github.alberttf.text.AlbertTokenizer
import io.github.alberttf.text.PackedText
import io.github.alberttf.text.TextPacker
import io.github.alberttf.text.TokenizerOptions
import io.github.alberttf.text.Truncation
import io.github.alberttf.text.unicode.setUnicodeTables

/** Tokens of a text, and where each stands in it, in UTF-16 units. */
@JsExport
public class Encoded internal constructor(
    public val ids: IntArray,
    public val starts: IntArray,
    public val ends: IntArray,
)

/**
 * A row of tokens for the graph.
 *
 * @property starts where each token stands in its text, in UTF-16 units, -1 for special tokens; null where the spans
 *   were not asked for.
 * @property ends likewise.
 * @property windowStart the first token of the text that the row holds.
 * @property maxContext for a token of a window, whether this window gives it the most context; null without windows.
 */
@JsExport
public class Packed internal constructor(
    public val tokenIds: IntArray,
    public val segmentIds: IntArray,
    public val isTruncated: Boolean,
    public val starts: IntArray?,
    public val ends: IntArray?,
    public val windowStart: Int,
    public val maxContext: BooleanArray?,
)

/** What a pair loses where it is too long: `longest_first`, `only_first` or `only_second`. */
private fun truncationOf(name: String): Truncation = Truncation.valueOf(name.uppercase())

private fun packed(row: PackedText): Packed =
    Packed(
        row.tokenIds,
        row.segmentIds,
        row.isTruncated,
        row.spans?.starts,
        row.spans?.ends,
        row.windowStart,
        row.maxContext,
    )

/**
 * The tokenizer of the Android app, for JavaScript.
 *
 * @param model the content of a vocabulary.
 * @param unicode the content of `unicode.txt`, of which all tokenizers use the first.
 */
@JsExport
public class Tokenizer(
    model: ByteArray,
    unicode: ByteArray,
    lowercase: Boolean,
    stripAccents: Boolean,
    clsToken: String?,
    sepToken: String?,
    padToken: String?,
    maskToken: String?,
) {
    private val tokenizer: AlbertTokenizer

    init {
        setUnicodeTables(unicode)
        val options = TokenizerOptions(lowercase, stripAccents, clsToken, sepToken, padToken, maskToken)
        tokenizer = AlbertTokenizer.fromBytes(model, options)
    }

    /** The id that fills up rows. */
    public val padId: Int get() = tokenizer.vocabulary.padId

    /** The piece of an id. */
    public fun piece(id: Int): String = tokenizer.vocabulary.piece(id)

    /** The ids of a text, without special tokens. */
    public fun encode(text: String): IntArray = tokenizer.encode(text)

    /** The same, with where each token stands. */
    public fun encodeWithSpans(text: String): Encoded =
        tokenizer.encodeWithSpans(text).let { Encoded(it.ids, it.spans.starts, it.spans.ends) }

    /** The row of a text, or of a pair. */
    public fun pack(
        text: String,
        pair: String?,
        maxLength: Int,
        truncation: String,
        spans: Boolean,
    ): Packed {
        val packer = TextPacker(tokenizer, maxLength, truncationOf(truncation))
        return packed(if (pair == null) packer.pack(text, spans) else packer.pack(text, pair, spans))
    }

    /** The overlapping rows of a text, or of a question and its context. */
    public fun windows(
        text: String,
        context: String?,
        maxLength: Int,
        stride: Int,
        maxFirstLength: Int?,
    ): Array<Packed> {
        val truncation = if (context == null) Truncation.ONLY_FIRST else Truncation.ONLY_SECOND
        val packer = TextPacker(tokenizer, maxLength, truncation, maxFirstLength)
        val rows = if (context == null) packer.windows(text, stride) else packer.windows(text, context, stride)
        return rows.map(::packed).toTypedArray()
    }
}
