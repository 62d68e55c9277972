package io.github.alberttf.app.model

import io.github.alberttf.text.PackedText
import io.github.alberttf.text.TextPacker

/**
 * Gives texts a label, several, or a number.
 *
 * ```
 * val engine = TextEngine(ModelFile.open(file))
 * engine.submit(text) { result -> result.onSuccess { show(it) } }
 * engine.close()
 * ```
 *
 * @property model whose graph, tokenizer and labels are used.
 * @param threads how many threads TensorFlow Lite may use for one text.
 * @throws ModelFileException if the model gives no such answers, or TensorFlow Lite refuses its graph.
 * @throws IllegalArgumentException if [threads] is less than 1.
 */
public class TextEngine(
    override val model: ModelFile,
    threads: Int = 1,
) : AnswerEngine {
    private val packer by lazy { TextPacker(checkNotNull(model.tokenizer), model.sequenceLength) }
    private val graph = GraphThread(model, TASKS, threads) { listOf("", ". . . . . .").map { packer.pack(it) } }

    override val isRenewing: Boolean get() = graph.isRenewing

    /**
     * Answers a text, and waits for it. Not for the main thread of an app.
     *
     * @param text any string.
     * @param limits how soon a model with early exits may answer.
     * @throws IllegalArgumentException if the model does not take one of [limits].
     * @throws IllegalStateException if the engine is closed, or TensorFlow Lite fails.
     */
    public fun answer(
        text: String,
        limits: ExitLimits = ExitLimits.NONE,
    ): TextAnswer = graph.call { run(text, limits) }

    /**
     * Answers a text later, and returns at once.
     *
     * A text that has not begun to be answered when the next one comes is dropped: of texts that come faster than they
     * can be answered, as when a person types, only the last one waits. Nothing is said of a dropped text.
     *
     * @param text any string.
     * @param limits how soon a model with early exits may answer.
     * @param receiver gets the answer, or what [answer] would throw. It is called on the engine's thread.
     * @throws IllegalStateException if the engine is closed.
     */
    public fun submit(
        text: String,
        limits: ExitLimits = ExitLimits.NONE,
        receiver: (Result<TextAnswer>) -> Unit,
    ): Unit = graph.post { receiver(runCatching { run(text, limits) }) }

    override fun cancelWaiting(): Unit = graph.cancelPosted()

    override fun close(): Unit = graph.close()

    private fun run(
        text: String,
        limits: ExitLimits,
    ): TextAnswer {
        val started = System.nanoTime()
        val controls = model.controlValues(limits)
        val packed = packer.pack(text, spans = true)
        val output = graph.run(packed, controls)
        val isRegression = model.task == ModelTask.REGRESSION
        val scores = if (isRegression) emptyList() else score(output.probabilities())
        return TextAnswer(
            scores = scores,
            value = if (isRegression) output.value else null,
            tokens = tokens(packed),
            isTruncated = packed.isTruncated,
            layers = output.layers,
            milliseconds = millisecondsSince(started),
        )
    }

    private fun score(probabilities: FloatArray) =
        model.labels.mapIndexed { i, label -> LabelScore(label, probabilities[i]) }

    private fun tokens(packed: PackedText): List<TextToken> {
        val spans = packed.spans!!
        return List(packed.size) {
            val id = packed.tokenIds[it]
            TextToken(id, packer.tokenizer.vocabulary.piece(id), spans.starts[it], spans.ends[it])
        }
    }

    private companion object {
        private val TASKS = setOf(ModelTask.CLASSIFICATION, ModelTask.MULTI_LABEL, ModelTask.REGRESSION)
    }
}
