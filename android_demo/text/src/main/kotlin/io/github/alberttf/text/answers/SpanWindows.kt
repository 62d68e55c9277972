package io.github.alberttf.text.answers

import io.github.alberttf.text.PackedText
import io.github.alberttf.text.requireFinite

/**
 * What a head that scores ends for given starts gives for a window: the best starts, and the best ends of each.
 *
 * @property starts `start_top_index`: the token of each start.
 * @property startLogProbabilities `start_top_log_probs`: of each start.
 * @property ends `end_top_index`: the token of each end, those of one start after those of the other.
 * @property endLogProbabilities `end_top_log_probs`: of each end.
 * @property noAnswerLogit `cls_logits`: above 0 where no answer is more likely.
 */
public class SpanBeam(
    public val starts: IntArray,
    public val startLogProbabilities: FloatArray,
    public val ends: IntArray,
    public val endLogProbabilities: FloatArray,
    public val noAnswerLogit: Float,
)

/** The tokens of a window, and where those of the context stand in it. */
internal class ContextTokens(
    private val window: PackedText,
    context: String,
) {
    private val spans = requireNotNull(window.spans) { "the window has no spans; make it with QuestionReader" }

    init {
        for (token in 0 until window.size) {
            require(window.segmentIds[token] == 0 || spans.ends[token] <= context.length) {
                "a token ends at ${spans.ends[token]}, and the text has ${context.length} characters; pass the text " +
                    "that the windows are of"
            }
        }
    }

    val size: Int get() = window.size

    fun start(token: Int): Int = spans.starts[token]

    fun end(token: Int): Int = spans.ends[token]

    /** Whether a token is of the context, and not special. */
    fun isContext(token: Int): Boolean = window.segmentIds[token] == 1 && spans.starts[token] >= 0

    /** Whether a span may start at a token of the context: no other window shows it better. */
    fun mayStart(token: Int): Boolean = window.maxContext?.get(token) ?: true
}

/** Takes a span: its first character, the one behind its last, and its score. A lambda would make objects of them. */
internal fun interface SpanAction {
    operator fun invoke(
        start: Int,
        end: Int,
        score: Double,
    )
}

/** The spans of a window to choose from. */
internal interface SpanWindow {
    /** Goes over them. */
    fun forEachSpan(action: SpanAction)
}

/** All spans up to a length, by the logits of their first and their last token. */
internal class LogitWindow(
    private val tokens: ContextTokens,
    private val startLogits: FloatArray,
    private val endLogits: FloatArray,
    private val maxAnswerTokens: Int,
) : SpanWindow {
    init {
        for ((name, logits) in listOf("start_logits" to startLogits, "end_logits" to endLogits)) {
            require(logits.size >= tokens.size) {
                "the $name of a window are ${logits.size}, and it has ${tokens.size} tokens; expected one a token"
            }
            requireFinite(logits)
        }
    }

    /** That of `[CLS]`, the first token. */
    val noAnswerScore: Double get() = startLogits[0].toDouble() + endLogits[0]

    override fun forEachSpan(action: SpanAction) {
        val past = tokens.size - 1 // the last [SEP]; the tokens of the context stand next to each other
        for (first in 0 until past) {
            if (!tokens.isContext(first) || !tokens.mayStart(first)) continue
            for (last in first until minOf(first + maxAnswerTokens, past)) {
                action(tokens.start(first), tokens.end(last), startLogits[first].toDouble() + endLogits[last])
            }
        }
    }
}

/** The spans of a beam that may be answers. */
internal class BeamWindow(
    private val tokens: ContextTokens,
    private val beam: SpanBeam,
    private val maxAnswerTokens: Int,
) : SpanWindow {
    private val endsOfStart = beam.ends.size / maxOf(1, beam.starts.size)

    init {
        require(
            beam.starts.size == beam.startLogProbabilities.size &&
                beam.ends.size == beam.endLogProbabilities.size &&
                beam.ends.size == beam.starts.size * endsOfStart,
        ) {
            "a beam has ${beam.starts.size} starts with ${beam.startLogProbabilities.size} probabilities, and " +
                "${beam.ends.size} ends with ${beam.endLogProbabilities.size}; expected as many ends for each start"
        }
        requireFinite(beam.startLogProbabilities)
        requireFinite(beam.endLogProbabilities)
        requireFinite(floatArrayOf(beam.noAnswerLogit))
    }

    override fun forEachSpan(action: SpanAction) {
        for ((place, last) in beam.ends.withIndex()) {
            val first = beam.starts[place / endsOfStart]
            if (!mayBeAnswer(first, last)) continue
            val score = beam.startLogProbabilities[place / endsOfStart].toDouble() + beam.endLogProbabilities[place]
            action(tokens.start(first), tokens.end(last), score)
        }
    }

    /** A place behind the last token stands for none, where there are fewer than the beam is wide. */
    private fun mayBeAnswer(
        first: Int,
        last: Int,
    ): Boolean {
        val fits = first <= last && last < minOf(first + maxAnswerTokens, tokens.size)
        return fits && tokens.isContext(first) && tokens.isContext(last) && tokens.mayStart(first)
    }
}
