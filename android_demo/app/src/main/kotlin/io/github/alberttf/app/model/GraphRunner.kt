package io.github.alberttf.app.model

import io.github.alberttf.app.model.ModelFileException.Reason
import io.github.alberttf.text.PackedText
import org.tensorflow.lite.Interpreter

/**
 * Runs a model's graph on one text at a time. One thread uses it, the one that made it.
 *
 * A graph of free length is resized to each text. Runtimes before 2.20 fail at the second length of a graph with a loop:
 * there, an interpreter is made for each new length. Whether that is so shows when it happens for the first time.
 *
 * Of those runtimes, XNNPACK in 2.18 and 2.19 computes the attention wrongly, without a word, where the length is no
 * multiple of four. So texts are padded to one there; and always in graphs of free length without a loop, where nothing
 * tells which runtime it is. Elsewhere they are not: padding moves quantized answers by some thousandths.
 *
 * @param model whose graph it is.
 * @param threads of the interpreter.
 * @throws ModelFileException if the runtime refuses the graph.
 */
internal class GraphRunner(
    private val model: ModelFile,
    threads: Int,
) : AutoCloseable {
    private val description = model.description
    private val options = Interpreter.Options().setNumThreads(threads)
    private var interpreter = load()

    /** The length of the last run of [interpreter]; null before the first one. */
    private var length: Int? = null

    /** Whether each length has turned out to need an interpreter of its own. */
    @Volatile
    var isRenewing: Boolean = false
        private set

    /**
     * Runs the graph.
     *
     * @param text packed to no more than the model's `sequenceLength`.
     * @param controls a value for each control of the model, by name.
     * @throws IllegalStateException if the runtime fails; its own error is the cause.
     */
    fun run(
        text: PackedText,
        controls: Map<String, Double>,
    ): GraphOutput {
        val wanted = lengthFor(text.size)
        val inputs = inputs(text, wanted, controls)
        val output = GraphOutput(description, wanted)
        val key = if (description.form == "signatures") "length_$wanted" else "serving_default"
        val isOtherLength = length.let { it != null && it != wanted }
        if (isOtherLength && isRenewing) renew()
        try {
            interpreter.runSignature(inputs, output.arrays, key)
        } catch (error: IllegalStateException) {
            retry(isOtherLength, error) { interpreter.runSignature(inputs, output.arrays, key) }
        } catch (error: IllegalArgumentException) {
            retry(isOtherLength, error) { interpreter.runSignature(inputs, output.arrays, key) }
        }
        length = wanted
        return output
    }

    override fun close(): Unit = interpreter.close()

    private fun lengthFor(size: Int): Int =
        when {
            description.form == "signatures" -> {
                description.lengths.first { it >= size }
            }

            description.length != null -> {
                description.length
            }

            isRenewing || description.form == "unrolled" -> {
                minOf((size + STEP - 1) / STEP * STEP, description.longestInput)
            }

            else -> {
                size
            }
        }

    private fun inputs(
        text: PackedText,
        length: Int,
        controls: Map<String, Double>,
    ): Map<String, Any> {
        val input = text.toModelInput(length)
        val inputs = HashMap<String, Any>()
        // A graph for several texts gets the same one in each row: the first row's answer counts.
        inputs["token_ids"] = Array(description.batch) { input.tokenIds }
        inputs["segment_ids"] = Array(description.batch) { input.segmentIds }
        inputs["padding_mask"] = Array(description.batch) { input.paddingMask }
        for (control in description.controls) {
            val value = controls.getValue(control.name)
            inputs[control.name] =
                if (control.isInteger) intArrayOf(value.toInt()) else floatArrayOf(value.toFloat())
        }
        return inputs
    }

    /** Runs again after a failure that a new interpreter may cure. */
    private inline fun retry(
        isOtherLength: Boolean,
        error: RuntimeException,
        run: () -> Unit,
    ) {
        if (!isOtherLength || isRenewing) throw IllegalStateException(failure(error), error)
        renew()
        try {
            run()
        } catch (second: IllegalStateException) {
            throw IllegalStateException(failure(second), second)
        }
        isRenewing = true
    }

    private fun failure(error: RuntimeException) =
        "${model.name}: TensorFlow Lite failed to run it: ${error.message?.trim()}; open the model again"

    private fun renew() {
        interpreter.close()
        interpreter = load()
        length = null
    }

    private fun load(): Interpreter =
        try {
            Interpreter(model.graph, options)
        } catch (error: IllegalArgumentException) {
            throw refused(model, error)
        } catch (error: IllegalStateException) {
            throw refused(model, error)
        }

    companion object {
        private const val STEP = 4

        /** Says that the runtime cannot load or run a model at all. */
        fun refused(
            model: ModelFile,
            error: Throwable,
        ): ModelFileException =
            ModelFileException(
                Reason.REFUSED_BY_RUNTIME,
                model.name,
                "it needs TensorFlow Lite ${model.description.lowestRuntime} or newer, and the one here refuses it " +
                    "(${error.message?.trim()}); export the model again with --runtime and the version here",
                error,
            )
    }
}
