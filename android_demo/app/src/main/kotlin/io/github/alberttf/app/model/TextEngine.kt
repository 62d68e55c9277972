package io.github.alberttf.app.model

import io.github.alberttf.text.PackedText
import io.github.alberttf.text.TextPacker

/**
 * Answers texts with a model, on a thread of its own.
 *
 * It owns TensorFlow Lite's interpreter and frees it when it is closed. Any thread may call it; texts are answered one
 * after the other. To make one takes the time of loading the model: not for the main thread of an app.
 *
 * ```
 * val engine = TextEngine(ModelFile.open(file))
 * engine.submit(text) { result -> result.onSuccess { show(it) } }
 * engine.close()
 * ```
 *
 * @property model whose graph, tokenizer and labels are used.
 * @param threads how many threads TensorFlow Lite may use for one text.
 * @throws ModelFileException if the model gives no answers to texts, or TensorFlow Lite refuses its graph.
 * @throws IllegalArgumentException if [threads] is less than 1.
 */
public class TextEngine(
    public val model: ModelFile,
    threads: Int = 1,
) : AutoCloseable {
    private val thread: EngineThread
    private val packer: TextPacker
    private val runner: GraphRunner

    init {
        require(threads >= 1) { "threads is $threads; expected at least 1" }
        model.requireTextAnswers()
        packer = TextPacker(model.tokenizer!!, model.sequenceLength)
        thread = EngineThread("albert_tf ${model.name}")
        try {
            runner = thread.call { load(threads) }
        } catch (error: Throwable) {
            thread.end {}
            throw error
        }
    }

    /**
     * Whether this version of TensorFlow Lite turned out to need a new interpreter for each length of text: those before
     * 2.20 do, for graphs with a loop. Answers then take some milliseconds more.
     */
    public val isRenewing: Boolean get() = runner.isRenewing

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
    ): TextAnswer = thread.call { run(text, limits) }

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
    ): Unit = thread.post { receiver(runCatching { run(text, limits) }) }

    /** Drops the text that is waiting, if one is. */
    public fun cancelWaiting(): Unit = thread.cancelPosted()

    /** Drops the text that is waiting, waits for the one being answered, and frees everything. */
    override fun close(): Unit = thread.end { runner.close() }

    // === On the engine's thread ===

    /**
     * Runs the graph on a short text, and on a longer one where the length is free: so that what TensorFlow Lite cannot
     * run, and whether it takes several lengths, shows now, and not at the first texts.
     */
    private fun load(threads: Int): GraphRunner {
        val runner = GraphRunner(model, threads)
        try {
            val texts = if (model.description.hasFreeLength) listOf("", ". . . . . .") else listOf("")
            for (text in texts) runner.run(packer.pack(text), model.controlValues(ExitLimits.NONE))
        } catch (error: IllegalStateException) {
            runner.close()
            throw GraphRunner.refused(model, error.cause ?: error)
        }
        return runner
    }

    private fun run(
        text: String,
        limits: ExitLimits,
    ): TextAnswer {
        val started = System.nanoTime()
        val controls = model.controlValues(limits)
        val packed = packer.pack(text, spans = true)
        val output = runner.run(packed, controls)
        val isRegression = model.task == ModelTask.REGRESSION
        val scores = if (isRegression) emptyList() else score(output.probabilities())
        return TextAnswer(
            scores = scores,
            value = if (isRegression) output.value else null,
            tokens = tokens(packed),
            isTruncated = packed.isTruncated,
            layers = output.layers,
            milliseconds = (System.nanoTime() - started) / NANOSECONDS,
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
        private const val NANOSECONDS = 1e6
    }
}
