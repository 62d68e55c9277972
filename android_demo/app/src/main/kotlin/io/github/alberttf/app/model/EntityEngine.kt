package io.github.alberttf.app.model

import io.github.alberttf.text.Entity
import io.github.alberttf.text.EntityReader
import io.github.alberttf.text.TokenDecoder

/**
 * Finds the entities of texts, or labels their words, with a token classifier.
 *
 * A text that is too long for the model is read in windows that overlap.
 *
 * ```
 * val engine = EntityEngine(ModelFile.open(file))
 * engine.submit(text) { result -> result.onSuccess { show(it.entities) } }
 * engine.close()
 * ```
 *
 * @property model whose graph, tokenizer and labels are used.
 * @param threads how many threads TensorFlow Lite may use.
 * @throws ModelFileException if the model is no token classifier, or TensorFlow Lite refuses its graph.
 * @throws IllegalArgumentException if [threads] is less than 1.
 */
public class EntityEngine(
    override val model: ModelFile,
    threads: Int = 1,
) : AnswerEngine {
    private val reader by lazy {
        EntityReader(checkNotNull(model.tokenizer), model.sequenceLength, model.description.stride)
    }
    private val decoder = TokenDecoder.of(model.labels)
    private val graph =
        GraphThread(model, setOf(ModelTask.TOKEN_CLASSIFICATION), threads) {
            listOf("", ". . . . . .").map { reader.windows(it)[0] }
        }

    override val isRenewing: Boolean get() = graph.isRenewing

    /**
     * Finds the entities of a text, and waits for them. Not for the main thread of an app.
     *
     * @param text any string.
     * @throws IllegalStateException if the engine is closed, or TensorFlow Lite fails.
     */
    public fun answer(text: String): EntityAnswer = graph.call { run(text) }

    /**
     * Finds the entities of a text later, and returns at once. A text that has not begun to be answered when the next one
     * comes is dropped, and nothing is said of it.
     *
     * @param text any string.
     * @param receiver gets the answer, or what [answer] would throw. It is called on the engine's thread.
     * @throws IllegalStateException if the engine is closed.
     */
    public fun submit(
        text: String,
        receiver: (Result<EntityAnswer>) -> Unit,
    ): Unit = graph.post { receiver(runCatching { run(text) }) }

    override fun cancelWaiting(): Unit = graph.cancelPosted()

    override fun close(): Unit = graph.close()

    private fun run(text: String): EntityAnswer {
        val started = System.nanoTime()
        val controls = model.controlValues(ExitLimits.NONE)
        val windows = reader.windows(text)
        val logits = windows.map { graph.run(it, controls).tokenLogits }
        return EntityAnswer(decoder.decode(text, windows, logits), windows.size, millisecondsSince(started))
    }
}

/**
 * What a token classifier finds in a text.
 *
 * @property entities in their order.
 * @property windows in how many parts the text was read.
 * @property milliseconds how long the answer took, tokenization included.
 */
public class EntityAnswer internal constructor(
    public val entities: List<Entity>,
    public val windows: Int,
    public val milliseconds: Double,
)
