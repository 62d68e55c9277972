package io.github.alberttf.app.commands

import android.os.Handler
import android.os.Looper
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.library.ModelLibrary
import io.github.alberttf.app.model.EntityEngine
import io.github.alberttf.app.model.TextEngine
import io.github.alberttf.app.ui.EngineHolder
import io.github.alberttf.app.ui.LiveAnswers
import io.github.alberttf.app.ui.ModelSession
import io.github.alberttf.app.ui.ModelState
import java.util.concurrent.Executor

/**
 * What the screen shows.
 *
 * @property choice which model.
 * @property model how far it is.
 * @property text that was answered.
 * @property answer to it; null for an empty text.
 * @property failure why there is none; null where all is well.
 */
internal class CommandsState(
    val choice: ModelChoice?,
    val model: ModelState,
    val text: String,
    val answer: CommandAnswer?,
    val failure: Throwable?,
)

/**
 * The models in use, what they were asked and what they answered.
 *
 * For the main thread only; models are loaded and closed on [background], and texts answered on the engines' own threads.
 *
 * @param library of the models.
 * @param background for what takes long.
 */
internal class CommandsSession(
    private val library: ModelLibrary,
    background: Executor,
) : ModelSession {
    private val main = Handler(Looper.getMainLooper())
    private val live = LiveAnswers(main, ::showAnswer)
    private val holder = EngineHolder<CommandEngines>(main, background, { it.entities.model }, ::changeModel)
    private var text = ""
    private var answered = ""
    private var answer: CommandAnswer? = null
    private var failure: Throwable? = null

    override var choice: ModelChoice? = null
        private set

    /** The screen, told of every change; null while there is none. */
    var listener: ((CommandsState) -> Unit)? = null
        set(value) {
            field = value
            notifyListener()
        }

    /** What the screen shows now. */
    val state: CommandsState get() = CommandsState(choice, holder.state, answered, answer, failure)

    override fun choose(newChoice: ModelChoice?) {
        release()
        choice = newChoice
        holder.load(newChoice?.let { { open(it) } })
    }

    /** Reads a command, after a short pause in typing. */
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

    private fun open(choice: ModelChoice): CommandEngines {
        val entities = EntityEngine(library.load(choice))
        try {
            return CommandEngines(entities, library.companion(choice)?.let { TextEngine(library.load(it)) })
        } catch (error: Throwable) {
            entities.close()
            throw error
        }
    }

    private fun changeModel() {
        notifyListener()
        if (holder.state is ModelState.Ready) ask(pauseMillis = 0)
    }

    private fun ask(pauseMillis: Long) {
        val engines = holder.engine ?: return
        if (text.isBlank()) {
            live.cancel()
            engines.cancelWaiting()
            answer = null
            failure = null
            notifyListener()
            return
        }
        val asked = text
        live.ask(pauseMillis) { receiver -> engines.submit(asked) { result -> receiver(result.map { asked to it }) } }
    }

    private fun showAnswer(result: Result<Pair<String, CommandAnswer>>) {
        answered = result.getOrNull()?.first.orEmpty()
        answer = result.getOrNull()?.second
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
