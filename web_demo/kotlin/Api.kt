@file:OptIn(ExperimentalJsExport::class)

package io.github.alberttf.web

import io.github.alberttf.text.AlbertTokenizer
import io.github.alberttf.text.PackedText
import io.github.alberttf.text.TextPacker
import io.github.alberttf.text.TokenizerOptions
import io.github.alberttf.text.Truncation
import io.github.alberttf.text.answers.EntityReader
import io.github.alberttf.text.answers.QuestionAnswer
import io.github.alberttf.text.answers.QuestionReader
import io.github.alberttf.text.answers.SpanBeam
import io.github.alberttf.text.answers.SpanDecoder
import io.github.alberttf.text.answers.TokenDecoder
import io.github.alberttf.text.setResource

/** Gives the library a table that comes with it, such as `unicode.txt`, before a tokenizer is made. */
@JsExport
public fun setTable(
    name: String,
    content: ByteArray,
): Unit = setResource(name, content)

/** Tokens of a text, and where each stands in it, in UTF-16 units. */
@JsExport
public class Encoded internal constructor(
    public val ids: IntArray,
    public val starts: IntArray,
    public val ends: IntArray,
)

/** Rows of tokens for the graph: one, or for windows over a long text several. */
@JsExport
public class Rows internal constructor(
    internal val packed: List<PackedText>,
) {
    /** How many there are. */
    public val size: Int get() = packed.size

    /** Whether the texts have more tokens than stand in the rows together. */
    public val isTruncated: Boolean get() = packed.size == 1 && packed[0].isTruncated

    /** The ids of a row. */
    public fun tokenIds(row: Int): IntArray = packed[row].tokenIds

    /** For each token of a row, whether it is of the second text. */
    public fun segmentIds(row: Int): IntArray = packed[row].segmentIds
}

/** A stretch of a text, in UTF-16 units; [label] is empty where it answers a question. */
@JsExport
public class Stretch internal constructor(
    public val label: String,
    public val text: String,
    public val start: Int,
    public val end: Int,
    public val probability: Float,
)

/** The answer to a question; [noAnswerProbability] is null where the model always gives one, [best] where it gives none. */
@JsExport
public class Answer internal constructor(
    public val best: Stretch?,
    public val probability: Float,
    public val alternatives: Array<Stretch>,
    public val noAnswerProbability: Float?,
)

/**
 * The tokenizer of the Android app, for JavaScript, with its readers.
 *
 * @param model the content of a vocabulary.
 */
@JsExport
public class Tokenizer(
    model: ByteArray,
    lowercase: Boolean,
    stripAccents: Boolean,
    clsToken: String?,
    sepToken: String?,
    padToken: String?,
    maskToken: String?,
) {
    private val tokenizer: AlbertTokenizer =
        AlbertTokenizer.fromBytes(
            model,
            TokenizerOptions(lowercase, stripAccents, clsToken, sepToken, padToken, maskToken),
        )

    /** The id that fills up rows. */
    public val padId: Int get() = tokenizer.vocabulary.padId

    /** The piece of an id. */
    public fun piece(id: Int): String = tokenizer.vocabulary.piece(id)

    /** The ids of a text, without special tokens. */
    public fun encode(text: String): IntArray = tokenizer.encode(text)

    /** The same, with where each token stands. */
    public fun encodeWithSpans(text: String): Encoded =
        tokenizer.encodeWithSpans(text).let { Encoded(it.ids, it.spans.starts, it.spans.ends) }

    /** The row of a text, or of a pair; [truncation] is `longest_first`, `only_first` or `only_second`. */
    public fun pack(
        text: String,
        pair: String?,
        maxLength: Int,
        truncation: String,
    ): Rows {
        val packer = TextPacker(tokenizer, maxLength, Truncation.valueOf(truncation.uppercase()))
        return Rows(listOf(if (pair == null) packer.pack(text) else packer.pack(text, pair)))
    }

    /** The windows of a question and a passage. */
    public fun questionWindows(
        question: String,
        passage: String,
        maxLength: Int,
        stride: Int,
        maxQuestionLength: Int,
    ): Rows = Rows(QuestionReader(tokenizer, maxLength, stride, maxQuestionLength).windows(question, passage))

    /** The windows of a text whose tokens are labelled; without a [stride] half a window. */
    public fun entityWindows(
        text: String,
        maxLength: Int,
        stride: Int?,
    ): Rows = Rows(EntityReader(tokenizer, maxLength, stride).windows(text))
}

/** Finds the answers of a question answerer in passages. */
@JsExport
public class Answerer(
    maxAnswerTokens: Int,
    canBeUnanswerable: Boolean,
    noAnswerThreshold: Double,
) {
    private val decoder =
        SpanDecoder(maxAnswerTokens, canBeUnanswerable = canBeUnanswerable, noAnswerThreshold = noAnswerThreshold)

    /** From the scores of the tokens as start and as end, an array for each window. */
    public fun ofLogits(
        passage: String,
        windows: Rows,
        startLogits: Array<FloatArray>,
        endLogits: Array<FloatArray>,
    ): Answer = shown(decoder.decode(passage, windows.packed, startLogits.toList(), endLogits.toList()))

    /** From the best starts, and the best ends of each: arrays for each window, and a score of no answer. */
    public fun ofBeams(
        passage: String,
        windows: Rows,
        starts: Array<IntArray>,
        startLogProbabilities: Array<FloatArray>,
        ends: Array<IntArray>,
        endLogProbabilities: Array<FloatArray>,
        noAnswerLogits: FloatArray,
    ): Answer {
        val beams =
            starts.indices.map {
                SpanBeam(starts[it], startLogProbabilities[it], ends[it], endLogProbabilities[it], noAnswerLogits[it])
            }
        return shown(decoder.decodeBeams(passage, windows.packed, beams))
    }

    private fun shown(found: QuestionAnswer): Answer {
        val spans = found.alternatives.map { Stretch("", it.text, it.start, it.end, it.probability) }
        val best = found.best?.let { spans[found.alternatives.indexOf(it)] }
        return Answer(best, found.probability, spans.toTypedArray(), found.noAnswerProbability)
    }
}

/** Finds the entities of a text from the scores of the classes for each token, all in a row, an array for each window. */
@JsExport
public fun entitiesOf(
    text: String,
    windows: Rows,
    logits: Array<FloatArray>,
    labels: Array<String>,
): Array<Stretch> {
    val byToken =
        logits.map { row ->
            Array(row.size / labels.size) { row.copyOfRange(it * labels.size, (it + 1) * labels.size) }
        }
    return TokenDecoder
        .of(labels.toList())
        .decode(text, windows.packed, byToken)
        .map { Stretch(it.label, it.text, it.start, it.end, it.probability) }
        .toTypedArray()
}
