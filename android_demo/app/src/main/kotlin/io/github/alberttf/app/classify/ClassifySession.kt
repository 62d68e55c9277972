package io.github.alberttf.app.classify

import android.os.Handler
import android.os.Looper
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.library.ModelLibrary
import io.github.alberttf.app.model.ExitLimits
import io.github.alberttf.app.model.TextAnswer
import io.github.alberttf.app.model.TextEngine
import io.github.alberttf.app.ui.EngineHolder
import io.github.alberttf.app.ui.LiveAnswers
import io.github.alberttf.app.ui.ModelSession
import io.github.alberttf.app.ui.ModelState
import java.util.concurrent.Executor

/**
 * The model in use, what it was asked and what it answered.
 *
 * For the main thread only; models are loaded and closed on [background], and texts answered on the engine's own thread.
 *
 * @param library of the models.
 * @param background for what takes long.
 */
internal class ClassifySession(
    private val library: ModelLibrary,
    background: Executor,
) : ModelSession {
    private val main = Handler(Looper.getMainLooper())
    private val live = LiveAnswers(main, ::showAnswer)
    private val holder = EngineHolder(main, background, TextEngine::model, ::changeModel)
    private var text = ""
    private var answer: TextAnswer? = null
    private var failure: Throwable? = null

    override var choice: ModelChoice? = null
        private set

    /** The screen, told of every change; null while there is none. */
    var listener: ((ClassifyState) -> Unit)? = null
        set(value) {
            field = value
            notifyListener()
        }

    /** Layers for which an answer must stand; 0 runs them all. */
    var patience: Int = 0
        set(value) {
            if (field == value) return
            field = value
            ask(pauseMillis = 0)
        }

    /** What the screen shows now. */
    val state: ClassifyState get() = ClassifyState(choice, holder.state, answer, failure)

    override fun choose(newChoice: ModelChoice?) {
        release()
        choice = newChoice
        holder.load(newChoice?.let { { TextEngine(library.load(it)) } })
    }

    /** Answers a text, after a short pause in typing. */
    fun ask(newText: String) {
        if (newText == text) return
        text = newText
        ask(LiveAnswers.PAUSE_MILLIS)
    }

    override fun detach() {
        listener = null
    }

    override fun close() {
        listener = null
        release()
    }

    private fun changeModel() {
        notifyListener()
        if (holder.state is ModelState.Ready) ask(pauseMillis = 0)
    }

    private fun ask(pauseMillis: Long) {
        val engine = holder.engine ?: return
        if (text.isBlank()) {
            live.cancel()
            engine.cancelWaiting()
            answer = null
            failure = null
            notifyListener()
            return
        }
        val limits =
            if (patience > 0 && engine.model.hasPatience) ExitLimits(patience = patience) else ExitLimits.NONE
        val asked = text
        live.ask(pauseMillis) { engine.submit(asked, limits, it) }
    }

    private fun showAnswer(result: Result<TextAnswer>) {
        answer = result.getOrNull()
        failure = result.exceptionOrNull()
        notifyListener()
    }

    private fun release() {
        live.cancel()
        holder.close()
        answer = null
        failure = null
    }

    private fun notifyListener() {
        listener?.invoke(state)
    }
}
