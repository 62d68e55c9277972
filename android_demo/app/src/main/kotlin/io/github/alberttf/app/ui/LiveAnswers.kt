package io.github.alberttf.app.ui

import android.os.Handler

/**
 * Answers while a person types: after a short pause, and never with the answer to an earlier text.
 *
 * For the main thread only.
 *
 * @param main of the thread.
 * @param show gets what comes of a question, or what went wrong, on the main thread.
 */
internal class LiveAnswers<A>(
    private val main: Handler,
    private val show: (Result<A>) -> Unit,
) {
    /** Grows with every question: an answer to an earlier one is stale. */
    private var asked = 0
    private var waiting: Runnable? = null

    /**
     * Asks for an answer, in place of all that were asked for before.
     *
     * @param pauseMillis to wait for further keys.
     * @param submit asks; what it is given takes the answer, or several ones after each other, from any thread.
     */
    fun ask(
        pauseMillis: Long,
        submit: (receiver: (Result<A>) -> Unit) -> Unit,
    ) {
        cancel()
        val question = asked
        val work =
            Runnable {
                waiting = null
                submit { answer -> main.post { if (question == asked) show(answer) } }
            }
        waiting = work
        if (pauseMillis == 0L) work.run() else main.postDelayed(work, pauseMillis)
    }

    /** Whatever was asked, nothing of it is shown any more. */
    fun cancel() {
        asked++
        waiting?.let(main::removeCallbacks)
        waiting = null
    }

    companion object {
        /** Shorter than a person notices, longer than between two keys of who types fast. */
        const val PAUSE_MILLIS = 120L
    }
}
