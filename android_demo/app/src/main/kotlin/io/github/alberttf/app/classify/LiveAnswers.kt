package io.github.alberttf.app.classify

import android.os.Handler
import io.github.alberttf.app.model.ExitLimits
import io.github.alberttf.app.model.TextAnswer

/** Answers texts later, off the main thread, as `TextEngine.submit` does. */
internal fun interface AnswerSource {
    fun submit(
        text: String,
        limits: ExitLimits,
        receiver: (Result<TextAnswer>) -> Unit,
    )
}

/**
 * Answers while a person types: after a short pause, and never with the answer to an earlier text.
 *
 * For the main thread only.
 *
 * @param main of the thread.
 * @param show gets each answer, or what went wrong, on the main thread.
 */
internal class LiveAnswers(
    private val main: Handler,
    private val show: (Result<TextAnswer>) -> Unit,
) {
    /** Grows with every question: an answer to an earlier one is stale. */
    private var asked = 0
    private var waiting: Runnable? = null

    /**
     * Asks for an answer, in place of all that were asked for before.
     *
     * @param pauseMillis to wait for further keys.
     */
    fun ask(
        source: AnswerSource,
        text: String,
        limits: ExitLimits,
        pauseMillis: Long,
    ) {
        cancel()
        val question = asked
        val submit =
            Runnable {
                waiting = null
                source.submit(text, limits) { answer -> main.post { if (question == asked) show(answer) } }
            }
        waiting = submit
        if (pauseMillis == 0L) submit.run() else main.postDelayed(submit, pauseMillis)
    }

    /** Whatever was asked, nothing of it is shown any more. */
    fun cancel() {
        asked++
        waiting?.let(main::removeCallbacks)
        waiting = null
    }
}
