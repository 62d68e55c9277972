package io.github.alberttf.text

/**
 * Finds the answers to a question in the output of a question-answering model.
 *
 * An answer's score is the logit of its first token as a start plus the logit of its last token as an end, as in
 * google-research/albert `squad_utils.py`. Every pair of tokens is looked at: the start must be in the window that
 * gives it the most context, and the end in the same window.
 *
 * It never changes: threads may share it.
 *
 * ```
 * val windows = packer.windows(question, article, stride = 128)
 * val outputs = windows.map { run(it.toModelInput()) }
 * val found = AnswerFinder().find(article, windows, outputs.map { it.startLogits }, outputs.map { it.endLogits })
 * println(found.best?.text)
 * ```
 *
 * @property count how many answers to find.
 * @property maxAnswerLength most tokens of an answer.
 * @property noAnswerThreshold for models that were trained with questions without an answer (SQuAD 2.0): there is none
 *   when the score of no answer is greater than the best one's by more than this; null: there always is one.
 * @throws IllegalArgumentException if [count] or [maxAnswerLength] is less than 1.
 */
public class AnswerFinder(
    public val count: Int = 20,
    public val maxAnswerLength: Int = 30,
    public val noAnswerThreshold: Float? = null,
) {
    init {
        require(count >= 1) { "count is $count; expected at least 1 answer" }
        require(maxAnswerLength >= 1) { "maxAnswerLength is $maxAnswerLength; expected at least 1 token" }
    }

    /**
     * Finds the answers in the second text of pairs.
     *
     * @param text that text.
     * @param windows what [TextPacker.windows] made of a question and [text].
     * @param startLogits the model's `start_logits` for each window, one a token; those of padding are ignored.
     * @param endLogits the model's `end_logits`, likewise.
     * @throws IllegalArgumentException if the numbers of windows and logits do not fit, or a logit is NaN or infinite.
     */
    public fun find(
        text: String,
        windows: List<PackedText>,
        startLogits: List<FloatArray>,
        endLogits: List<FloatArray>,
    ): FoundAnswers {
        require(windows.isNotEmpty() && windows.size == startLogits.size && windows.size == endLogits.size) {
            "got ${windows.size} windows with ${startLogits.size} arrays of start logits and ${endLogits.size} of " +
                "end logits; expected one or more windows, and one array of each for every one"
        }
        val best = BestSpans(count)
        var noAnswerScore = Float.POSITIVE_INFINITY
        for ((index, window) in windows.withIndex()) {
            checkLogits(index, window, startLogits[index], "start_logits")
            checkLogits(index, window, endLogits[index], "end_logits")
            search(window, startLogits[index], endLogits[index], text.length, best)
            noAnswerScore = minOf(noAnswerScore, startLogits[index][0] + endLogits[index][0])
        }
        return describe(text, best, noAnswerScore)
    }

    private fun checkLogits(
        index: Int,
        window: PackedText,
        logits: FloatArray,
        name: String,
    ) {
        require(logits.size >= window.size) {
            "the $name of window $index are ${logits.size}, and the window has ${window.size} tokens; " +
                "expected one a token"
        }
        requireFinite(logits)
        require(window.maxContext != null) { "window $index was not made by TextPacker.windows; use that, not pack" }
    }

    private fun search(
        window: PackedText,
        startLogits: FloatArray,
        endLogits: FloatArray,
        textLength: Int,
        best: BestSpans,
    ) {
        val spans = window.spans!!
        val maxContext = window.maxContext!!
        val stop = window.size - 1 // the last [SEP]
        for (first in 0 until stop) {
            if (!maxContext[first] || window.segmentIds[first] != 1) continue
            val start = spans.starts[first]
            for (last in first until minOf(first + maxAnswerLength, stop)) {
                val end = spans.ends[last]
                require(end <= textLength) {
                    "a token ends at $end, and the text has $textLength characters; " +
                        "pass the text that the windows are of"
                }
                if (start < end) best.add(start, end, startLogits[first] + endLogits[last])
            }
        }
    }

    private fun describe(
        text: String,
        best: BestSpans,
        noAnswerScore: Float,
    ): FoundAnswers {
        val scores = FloatArray(best.size) { best.score(it) }
        val probabilities = softmax(if (noAnswerThreshold == null) scores else scores + noAnswerScore)
        val answers =
            List(best.size) {
                val (start, end) = best.start(it) to best.end(it)
                Answer(text.substring(start, end), start, end, scores[it], probabilities[it])
            }
        val isAnswered =
            answers.isNotEmpty() && (noAnswerThreshold == null || noAnswerScore - scores[0] <= noAnswerThreshold)
        return FoundAnswers(answers, noAnswerScore, if (isAnswered) answers[0] else null)
    }
}
