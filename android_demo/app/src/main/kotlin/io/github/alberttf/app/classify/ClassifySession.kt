package io.github.alberttf.app.classify

import android.os.Handler
import android.os.Looper
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.library.ModelLibrary
import io.github.alberttf.app.model.ExitLimits
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.model.TextAnswer
import io.github.alberttf.app.model.TextEngine
import java.util.concurrent.Executor

/**
 * The model in use, what it was asked and what it answered. It outlives the screen when the phone is turned.
 *
 * For the main thread only; models are loaded and closed on [background], and texts answered on the engine's own thread.
 *
 * @param library of the models.
 * @param background for what takes long.
 */
internal class ClassifySession(
    private val library: ModelLibrary,
    private val background: Executor,
) : AutoCloseable {
    private val main = Handler(Looper.getMainLooper())
    private val live = LiveAnswers(main, ::showAnswer)
    private var choice: ModelChoice? = null
    private var model: ModelState = ModelState.None
    private var engine: TextEngine? = null
    private var text = ""
    private var answer: TextAnswer? = null
    private var failure: Throwable? = null

    /** Grows with every choice: a model that was chosen before, and is ready only now, is closed unseen. */
    private var loads = 0

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
    val state: ClassifyState get() = ClassifyState(choice, model, answer, failure)

    /** Uses a model, which is read again even if it is the one in use: the person's own file may be another now. */
    fun choose(newChoice: ModelChoice?) {
        release()
        choice = newChoice
        model = if (newChoice == null) ModelState.None else ModelState.Loading
        notifyListener()
        if (newChoice == null) return
        val load = loads
        background.execute {
            val loaded = runCatching { TextEngine(library.load(newChoice)) }
            main.post { if (load == loads) ready(loaded) else loaded.onSuccess(::closeLater) }
        }
    }

    /** Answers a text, after a short pause in typing. */
    fun ask(newText: String) {
        if (newText == text) return
        text = newText
        ask(PAUSE_MILLIS)
    }

    /** Frees the model. */
    override fun close() {
        listener = null
        release()
    }

    private fun ready(loaded: Result<TextEngine>) {
        val error = loaded.exceptionOrNull()
        if (error != null && error !is ModelFileException) throw error // a mistake of the app's
        engine = loaded.getOrNull()
        model =
            if (error is ModelFileException) ModelState.Failed(error) else ModelState.Ready(loaded.getOrThrow().model)
        notifyListener()
        ask(pauseMillis = 0)
    }

    private fun ask(pauseMillis: Long) {
        val engine = engine ?: return
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
        live.ask(engine::submit, text, limits, pauseMillis)
    }

    private fun showAnswer(result: Result<TextAnswer>) {
        answer = result.getOrNull()
        failure = result.exceptionOrNull()
        notifyListener()
    }

    private fun release() {
        loads++
        live.cancel()
        engine?.let(::closeLater)
        engine = null
        answer = null
        failure = null
    }

    /** Closing waits for the text that is being answered. */
    private fun closeLater(engine: TextEngine) = background.execute(engine::close)

    private fun notifyListener() {
        listener?.invoke(state)
    }

    companion object {
        /** Shorter than a person notices, longer than between two keys of who types fast. */
        const val PAUSE_MILLIS = 120L
    }
}
