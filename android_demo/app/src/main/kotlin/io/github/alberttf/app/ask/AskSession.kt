package io.github.alberttf.app.ask

import android.os.Handler
import android.os.Looper
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.library.ModelLibrary
import io.github.alberttf.app.model.PassageAnswer
import io.github.alberttf.app.model.QuestionEngine
import io.github.alberttf.app.ui.EngineHolder
import io.github.alberttf.app.ui.LiveAnswers
import io.github.alberttf.app.ui.ModelSession
import io.github.alberttf.app.ui.ModelState
import java.util.concurrent.Executor

/**
 * How far the reading of a passage is.
 *
 * @property done parts that were read.
 * @property all parts that there are.
 */
internal data class Progress(
    val done: Int,
    val all: Int,
)

/**
 * What the screen shows.
 *
 * @property choice which model.
 * @property model how far it is.
 * @property answer to the question; null where there is no question or no passage.
 * @property canBeUnanswerable whether the model can say that a passage does not answer a question.
 * @property progress of the passage that is being read; null where none is.
 * @property failure why there is no answer; null where all is well.
 */
internal class AskState(
    val choice: ModelChoice?,
    val model: ModelState,
    val answer: PassageAnswer?,
    val canBeUnanswerable: Boolean,
    val progress: Progress?,
    val failure: Throwable?,
)

/**
 * The model in use, what it was asked and what it answered.
 *
 * For the main thread only; models are loaded and closed on [background], and passages read on the engine's own thread.
 *
 * @param library of the models.
 * @param background for what takes long.
 */
internal class AskSession(
    private val library: ModelLibrary,
    background: Executor,
) : ModelSession {
    private val main = Handler(Looper.getMainLooper())
    private val live = LiveAnswers(main, ::showEvent)
    private val holder = EngineHolder(main, background, QuestionEngine::model, ::changeModel)
    private var question = ""
    private var passage = ""
    private var answer: PassageAnswer? = null
    private var progress: Progress? = null
    private var failure: Throwable? = null

    override var choice: ModelChoice? = null
        private set

    /** The screen, told of every change; null while there is none. */
    var listener: ((AskState) -> Unit)? = null
        set(value) {
            field = value
            notifyListener()
        }

    /** What the screen shows now. */
    val state: AskState
        get() =
            AskState(
                choice,
                holder.state,
                answer,
                holder.engine?.canBeUnanswerable ?: false,
                progress,
                failure,
            )

    override fun choose(newChoice: ModelChoice?) {
        release()
        choice = newChoice
        holder.load(newChoice?.let { { QuestionEngine(library.load(it)) } })
    }

    /** Answers a question, after a short pause in typing. */
    fun ask(
        newQuestion: String,
        newPassage: String,
    ) {
        if (newQuestion == question && newPassage == passage) return
        // The places of an answer are those of the passage that was read.
        if (newPassage != passage) answer = null
        question = newQuestion
        passage = newPassage
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
        live.cancel()
        engine.cancelWaiting()
        progress = null
        failure = null
        if (question.isBlank() || passage.isBlank()) {
            answer = null
            notifyListener()
            return
        }
        notifyListener()
        val (asked, read) = question to passage
        live.ask(pauseMillis) { receiver ->
            engine.submit(
                asked,
                read,
                { done, all -> receiver(Result.success(Event.Reading(Progress(done, all)))) },
            ) { result -> receiver(result.map(Event::Answered)) }
        }
    }

    private fun showEvent(result: Result<Event>) {
        val event = result.getOrNull()
        progress = (event as? Event.Reading)?.progress
        if (event !is Event.Reading) {
            answer = (event as? Event.Answered)?.answer
            failure = result.exceptionOrNull()
        }
        notifyListener()
    }

    private fun release() {
        live.cancel()
        holder.close()
        answer = null
        progress = null
        failure = null
    }

    private fun notifyListener() {
        listener?.invoke(state)
    }

    /** What the engine tells. */
    private sealed interface Event {
        class Reading(
            val progress: Progress,
        ) : Event

        class Answered(
            val answer: PassageAnswer,
        ) : Event
    }
}
