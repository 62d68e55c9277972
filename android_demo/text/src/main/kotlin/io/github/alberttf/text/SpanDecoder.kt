package io.github.alberttf.text

import kotlin.math.exp
import kotlin.math.ln

/**
 * Finds the answer to a question in the output of a question-answering model, as `SpanDecoder` of
 * `albert_tf/answers/spans.py` does.
 *
 * A span's score is the logit of its first token as a start plus the logit of its last token as an end. A span may begin
 * at a token only in the window that gives this token the most context, so each is scored once. Its probability is its
 * share of all spans of all windows, and of the no-answer where the model knows one, whose score is that of `[CLS]` in
 * the window that is least sure of it.
 *
 * It never changes: threads may share it.
 *
 * ```
 * val reader = QuestionReader(tokenizer, sequenceLength = 384)
 * val windows = reader.windows(question, article)
 * val outputs = windows.map { run(it.toModelInput()) }
 * val answer = SpanDecoder().decode(article, windows, outputs.map { it.startLogits }, outputs.map { it.endLogits })
 * println(answer.best?.text)
 * ```
 *
 * @property maxAnswerTokens longest answer, in tokens.
 * @property numAlternatives how many spans are given, at most.
 * @property canBeUnanswerable whether the model was trained with questions without an answer (SQuAD 2.0).
 * @property noAnswerThreshold probability of no answer from which on there is none.
 * @throws IllegalArgumentException if one of them is impossible.
 */
public class SpanDecoder(
    public val maxAnswerTokens: Int = 30,
    public val numAlternatives: Int = 5,
    public val canBeUnanswerable: Boolean = false,
    public val noAnswerThreshold: Double = 0.5,
) {
    init {
        require(maxAnswerTokens >= 1) { "maxAnswerTokens is $maxAnswerTokens; expected at least 1 token" }
        require(numAlternatives >= 1) { "numAlternatives is $numAlternatives; expected at least 1 span" }
        require(noAnswerThreshold >= 0) { "noAnswerThreshold is $noAnswerThreshold; expected a probability" }
    }

    /**
     * Finds the answer in the second text of pairs.
     *
     * @param context that text.
     * @param windows what [QuestionReader] made of a question and [context].
     * @param startLogits the model's `start_logits` for each window, one a token; those of padding are ignored.
     * @param endLogits the model's `end_logits`, likewise.
     * @throws IllegalArgumentException if the numbers of windows and logits do not fit, or a logit is NaN or infinite.
     */
    public fun decode(
        context: String,
        windows: List<PackedText>,
        startLogits: List<FloatArray>,
        endLogits: List<FloatArray>,
    ): QuestionAnswer {
        require(windows.isNotEmpty() && windows.size == startLogits.size && windows.size == endLogits.size) {
            "got ${windows.size} windows with ${startLogits.size} arrays of start logits and ${endLogits.size} of " +
                "end logits; expected one or more windows, and one array of each for every one"
        }
        val found = windows.indices.map { Window(windows[it], context, startLogits[it], endLogits[it]) }
        val none = found.minOf { it.noAnswerScore }
        val total = logSum(found, none)
        val best = BestSpans(context, numAlternatives)
        for (window in found) window.forEachSpan { start, end, score -> best.add(start, end, score - total) }
        val alternatives =
            List(best.size) {
                val (start, end) = best.start(it) to best.end(it)
                AnswerSpan(context.substring(start, end), start, end, exp(best.score(it)).toFloat())
            }
        val noAnswer = if (canBeUnanswerable) exp(none - total) else null
        val isAnswered = alternatives.isNotEmpty() && (noAnswer == null || noAnswer < noAnswerThreshold)
        return QuestionAnswer(
            best = if (isAnswered) alternatives[0] else null,
            probability = if (isAnswered) alternatives[0].probability else (noAnswer ?: 1.0).toFloat(),
            alternatives = alternatives,
            noAnswerProbability = noAnswer?.toFloat(),
        )
    }

    /** The logarithm of the sum of `exp(score)` of all that the model could have chosen. */
    private fun logSum(
        windows: List<Window>,
        none: Double,
    ): Double {
        var largest = if (canBeUnanswerable) none else Double.NEGATIVE_INFINITY
        for (window in windows) window.forEachSpan { _, _, score -> largest = maxOf(largest, score) }
        var sum = if (canBeUnanswerable) exp(none - largest) else 0.0
        for (window in windows) window.forEachSpan { _, _, score -> sum += exp(score - largest) }
        return largest + ln(sum)
    }

    /** A window with the scores of its tokens. */
    private inner class Window(
        private val window: PackedText,
        private val context: String,
        private val startLogits: FloatArray,
        private val endLogits: FloatArray,
    ) {
        private val spans = requireNotNull(window.spans) { "the window has no spans; make it with QuestionReader" }

        init {
            for ((name, logits) in listOf("start_logits" to startLogits, "end_logits" to endLogits)) {
                require(logits.size >= window.size) {
                    "the $name of a window are ${logits.size}, and it has ${window.size} tokens; expected one a token"
                }
                requireFinite(logits)
            }
            for (token in 0 until window.size) {
                require(window.segmentIds[token] == 0 || spans.ends[token] <= context.length) {
                    "a token ends at ${spans.ends[token]}, and the text has ${context.length} characters; pass the " +
                        "text that the windows are of"
                }
            }
        }

        /** That of `[CLS]`, the first token. */
        val noAnswerScore: Double get() = startLogits[0].toDouble() + endLogits[0]

        /** Goes over all spans that the window gives a score. */
        inline fun forEachSpan(action: (start: Int, end: Int, score: Double) -> Unit) {
            val past = window.size - 1 // the last [SEP]; the tokens of the context stand next to each other
            for (first in 0 until past) {
                if (window.segmentIds[first] != 1 || window.maxContext?.get(first) == false) continue
                for (last in first until minOf(first + maxAnswerTokens, past)) {
                    action(spans.starts[first], spans.ends[last], startLogits[first].toDouble() + endLogits[last])
                }
            }
        }
    }
}
