package io.github.alberttf.app.model

import io.github.alberttf.text.QuestionAnswer
import io.github.alberttf.text.QuestionReader
import io.github.alberttf.text.SpanDecoder
import java.util.concurrent.atomic.AtomicInteger

/**
 * Answers questions on passages.
 *
 * A passage that is too long for the model is read in windows that overlap, and the answer is the best of all of them.
 *
 * ```
 * val engine = QuestionEngine(ModelFile.open(file))
 * engine.submit(question, passage) { result -> result.onSuccess { show(it.answer.best) } }
 * engine.close()
 * ```
 *
 * @property model whose graph and tokenizer are used.
 * @param threads how many threads TensorFlow Lite may use.
 * @throws ModelFileException if the model answers no questions, or TensorFlow Lite refuses its graph.
 * @throws IllegalArgumentException if [threads] is less than 1.
 */
public class QuestionEngine(
    override val model: ModelFile,
    threads: Int = 1,
) : AnswerEngine {
    private val settings = model.description.questionSettings
    private val reader by lazy {
        QuestionReader(
            checkNotNull(model.tokenizer),
            model.sequenceLength,
            settings.stride,
            settings.maxQuestionLength,
        )
    }
    private val decoder =
        SpanDecoder(
            maxAnswerTokens = settings.maxAnswerTokens,
            canBeUnanswerable = settings.canBeUnanswerable,
            noAnswerThreshold = settings.noAnswerThreshold,
        )
    private val graph =
        GraphThread(model, setOf(ModelTask.QUESTION_ANSWERING), threads) {
            listOf("", ". . . . . .").map { reader.windows("", it)[0] }
        }

    /** Grows with every question that is submitted: a passage that is being read for an earlier one is given up. */
    private val asked = AtomicInteger()

    /** Whether the model may say that a passage does not hold an answer; else it always gives one. */
    public val canBeUnanswerable: Boolean get() = settings.canBeUnanswerable

    override val isRenewing: Boolean get() = graph.isRenewing

    /**
     * Answers a question, and waits for it. Not for the main thread of an app.
     *
     * @param question any string.
     * @param passage any string.
     * @throws IllegalStateException if the engine is closed, or TensorFlow Lite fails.
     */
    public fun answer(
        question: String,
        passage: String,
    ): PassageAnswer = graph.call { checkNotNull(run(question, passage, { _, _ -> }) { true }) }

    /**
     * Answers a question later, and returns at once. When the next one comes, this one is dropped, also while the passage
     * is being read, and nothing more is said of it.
     *
     * @param question any string.
     * @param passage any string.
     * @param onProgress is told, after each window that was read, how many were, and how many there are.
     * @param receiver gets the answer, or what [answer] would throw. Both are called on the engine's thread.
     * @throws IllegalStateException if the engine is closed.
     */
    public fun submit(
        question: String,
        passage: String,
        onProgress: (done: Int, all: Int) -> Unit = { _, _ -> },
        receiver: (Result<PassageAnswer>) -> Unit,
    ) {
        val number = asked.incrementAndGet()
        graph.post {
            val result = runCatching { run(question, passage, onProgress) { number == asked.get() } }
            val answer = result.getOrNull()
            if (answer != null || result.isFailure) receiver(result.map { checkNotNull(it) })
        }
    }

    override fun cancelWaiting() {
        asked.incrementAndGet()
        graph.cancelPosted()
    }

    override fun close() {
        cancelWaiting()
        graph.close()
    }

    /** Null if the question is not wanted any more. */
    private fun run(
        question: String,
        passage: String,
        onProgress: (done: Int, all: Int) -> Unit,
        isWanted: () -> Boolean,
    ): PassageAnswer? {
        val started = System.nanoTime()
        val controls = model.controlValues(ExitLimits.NONE)
        val windows = reader.windows(question, passage)
        val outputs = ArrayList<GraphOutput>(windows.size)
        for (window in windows) {
            if (!isWanted()) return null
            outputs += graph.run(window, controls)
            onProgress(outputs.size, windows.size)
        }
        val answer = decoder.decode(passage, windows, outputs.map { it.startLogits }, outputs.map { it.endLogits })
        return PassageAnswer(answer, windows.size, millisecondsSince(started))
    }
}

/**
 * What a question answerer finds in a passage.
 *
 * @property answer to the question.
 * @property windows in how many parts the passage was read.
 * @property milliseconds how long the answer took, tokenization included.
 */
public class PassageAnswer internal constructor(
    public val answer: QuestionAnswer,
    public val windows: Int,
    public val milliseconds: Double,
)
