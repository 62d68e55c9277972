package io.github.alberttf.app.model

import io.github.alberttf.app.model.ModelFileException.Reason
import io.github.alberttf.text.PackedText

/**
 * Answers with a model, on a thread of its own.
 *
 * It owns TensorFlow Lite's interpreter and frees it when it is closed. Any thread may call it; one thing is answered
 * after the other. To make one takes the time of loading the model: not for the main thread of an app.
 */
public sealed interface AnswerEngine : AutoCloseable {
    /** The model whose graph, tokenizer and labels are used. */
    public val model: ModelFile

    /**
     * Whether this version of TensorFlow Lite turned out to need a new interpreter for each length of text: those before
     * 2.20 do, for graphs with a loop. Answers then take some milliseconds more.
     */
    public val isRenewing: Boolean

    /** Drops what is waiting to be answered, if something is. */
    public fun cancelWaiting()

    /** Drops what is waiting, waits for what is being answered, and frees everything. */
    override fun close()

    /** Makes engines. */
    public companion object {
        /**
         * The engine for whatever a model answers: a [TextEngine], an [EntityEngine] or a [QuestionEngine].
         *
         * @param threads how many threads TensorFlow Lite may use.
         * @throws ModelFileException if the model gives no answers, or TensorFlow Lite refuses its graph.
         * @throws IllegalArgumentException if [threads] is less than 1.
         */
        public fun of(
            model: ModelFile,
            threads: Int = 1,
        ): AnswerEngine {
            model.requireAnswers()
            return when (checkNotNull(model.task)) {
                ModelTask.QUESTION_ANSWERING -> QuestionEngine(model, threads)
                ModelTask.TOKEN_CLASSIFICATION -> EntityEngine(model, threads)
                ModelTask.CLASSIFICATION, ModelTask.MULTI_LABEL, ModelTask.REGRESSION -> TextEngine(model, threads)
            }
        }
    }
}

/**
 * A model's graph on a thread of its own, which is all that the engines share.
 *
 * @param model that answers.
 * @param tasks those that the engine knows.
 * @param threads how many threads TensorFlow Lite may use.
 * @param samples makes a short input, and a longer one: what TensorFlow Lite cannot run, and whether it takes several
 *   lengths, shows when they are run, and not at the first texts.
 */
internal class GraphThread(
    val model: ModelFile,
    tasks: Set<ModelTask>,
    threads: Int,
    samples: () -> List<PackedText>,
) : AutoCloseable {
    private val thread: EngineThread
    private val runner: GraphRunner

    init {
        require(threads >= 1) { "threads is $threads; expected at least 1" }
        model.requireAnswers()
        if (model.task !in tasks) {
            throw ModelFileException(
                Reason.NO_TEXT_ANSWER,
                model.name,
                "it holds a ${model.description.head}, which this engine does not know; use AnswerEngine.of",
            )
        }
        thread = EngineThread("albert_tf ${model.name}")
        try {
            runner = thread.call { load(threads, samples()) }
        } catch (error: Throwable) {
            thread.end {}
            throw error
        }
    }

    val isRenewing: Boolean get() = runner.isRenewing

    /** Does work on the thread, and waits for it. */
    fun <T> call(work: () -> T): T = thread.call(work)

    /** Does work on the thread later, unless other work is posted before this has begun. */
    fun post(work: () -> Unit): Unit = thread.post(work)

    fun cancelPosted(): Unit = thread.cancelPosted()

    /** Runs the graph; on the thread only. */
    fun run(
        text: PackedText,
        controls: Map<String, Double>,
    ): GraphOutput = runner.run(text, controls)

    override fun close(): Unit = thread.end { runner.close() }

    private fun load(
        threads: Int,
        samples: List<PackedText>,
    ): GraphRunner {
        val runner = GraphRunner(model, threads)
        try {
            val texts = if (model.description.hasFreeLength) samples else samples.take(1)
            for (text in texts) runner.run(text, model.controlValues(ExitLimits.NONE))
        } catch (error: IllegalStateException) {
            runner.close()
            throw GraphRunner.refused(model, error.cause ?: error)
        }
        return runner
    }
}

/** Milliseconds since a time of `System.nanoTime`. */
internal fun millisecondsSince(started: Long): Double = (System.nanoTime() - started) / NANOSECONDS

private const val NANOSECONDS = 1e6
