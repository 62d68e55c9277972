package io.github.alberttf.text.answers

import io.github.alberttf.text.PackedText
import io.github.alberttf.text.sigmoidInDouble
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
        val found =
            windows.indices.map {
                LogitWindow(ContextTokens(windows[it], context), startLogits[it], endLogits[it], maxAnswerTokens)
            }
        val none = found.minOf { it.noAnswerScore }
        val total = if (canBeUnanswerable) logSum(found, none) else logSum(found)
        return choose(context, found, total, if (canBeUnanswerable) exp(none - total) else null)
    }

    /**
     * Finds the answer among the spans of beams, of a model whose ends are scored for given starts.
     *
     * As in google-research/albert `squad_utils.py`, `accumulate_predictions_v2` and `write_predictions_v2`, spans that
     * end before they start, are too long, or lie outside the context are left out. There is no answer with the
     * probability that the model's classifier says, in the window that is least sure of it.
     *
     * @param context the second text of the pairs.
     * @param windows what [QuestionReader] made of a question and [context].
     * @param beams what the model gave for each window.
     * @throws IllegalArgumentException if the numbers of windows and beams do not fit, or a number is NaN or infinite.
     */
    public fun decodeBeams(
        context: String,
        windows: List<PackedText>,
        beams: List<SpanBeam>,
    ): QuestionAnswer {
        require(windows.isNotEmpty() && windows.size == beams.size) {
            "got ${windows.size} windows with ${beams.size} beams; expected one or more windows, and a beam for every one"
        }
        val found =
            windows.indices.map { BeamWindow(ContextTokens(windows[it], context), beams[it], maxAnswerTokens) }
        val spans = logSum(found)
        if (!canBeUnanswerable) return choose(context, found, spans, null)
        val logit = beams.minOf { it.noAnswerLogit }.toDouble()
        return choose(context, found, spans - ln(sigmoidInDouble(-logit)), sigmoidInDouble(logit))
    }

    /**
     * Chooses among all spans.
     *
     * @param total what is taken from a span's score for the logarithm of its probability.
     * @param noAnswer the probability of there being none; null where there always is one.
     */
    private fun choose(
        context: String,
        windows: List<SpanWindow>,
        total: Double,
        noAnswer: Double?,
    ): QuestionAnswer {
        val best = BestSpans(context, numAlternatives)
        for (window in windows) window.forEachSpan { start, end, score -> best.add(start, end, score - total) }
        val alternatives =
            List(best.size) {
                val (start, end) = best.start(it) to best.end(it)
                AnswerSpan(context.substring(start, end), start, end, exp(best.score(it)).toFloat())
            }
        val isAnswered = alternatives.isNotEmpty() && (noAnswer == null || noAnswer < noAnswerThreshold)
        return QuestionAnswer(
            best = if (isAnswered) alternatives[0] else null,
            probability = if (isAnswered) alternatives[0].probability else (noAnswer ?: 1.0).toFloat(),
            alternatives = alternatives,
            noAnswerProbability = noAnswer?.toFloat(),
        )
    }

    /** The logarithm of the sum of `exp(score)` of all spans, and of what else the model could have chosen. */
    private fun logSum(
        windows: List<SpanWindow>,
        other: Double = Double.NEGATIVE_INFINITY,
    ): Double {
        var largest = other
        for (window in windows) window.forEachSpan { _, _, score -> largest = maxOf(largest, score) }
        if (largest == Double.NEGATIVE_INFINITY) return largest
        var sum = exp(other - largest)
        for (window in windows) window.forEachSpan { _, _, score -> sum += exp(score - largest) }
        return largest + ln(sum)
    }
}
