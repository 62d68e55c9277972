package io.github.alberttf.app.model

import io.github.alberttf.text.sigmoid
import io.github.alberttf.text.softmax

/**
 * What one run of a graph gives.
 *
 * @param description of the model.
 * @param length tokens of the run, padding included.
 */
internal class GraphOutput(
    private val description: ModelDescription,
    length: Int,
) {
    private val classes = description.numClasses ?: 1
    private val isProbable = PROBABILITIES in description.outputs
    private val layersRun = IntArray(description.batch)

    /** Where the runtime writes the outputs, by their names. */
    val arrays: Map<String, Any> =
        when (description.task) {
            ModelTask.QUESTION_ANSWERING -> listOf(START_LOGITS, END_LOGITS).associateWith { rows(length) }
            ModelTask.TOKEN_CLASSIFICATION ->
                mapOf(LOGITS to Array(description.batch) { Array(length) { FloatArray(classes) } })
            else -> mapOf((if (isProbable) PROBABILITIES else LOGITS) to rows(classes))
        } + if (description.hasEarlyExits) mapOf(LAYERS to layersRun) else emptyMap()

    /** How many layers ran; null for models without early exits. */
    val layers: Int? get() = if (description.hasEarlyExits) layersRun[0] else null

    /** The first number, as regressors give it. */
    val value: Float get() = row(LOGITS)[0]

    /** Of a question answerer, one a token: as the first of an answer. */
    val startLogits: FloatArray get() = row(START_LOGITS)

    /** Of a question answerer, one a token: as the last of an answer. */
    val endLogits: FloatArray get() = row(END_LOGITS)

    /** Of a token classifier, for each token one a class. */
    @Suppress("UNCHECKED_CAST") // made above
    val tokenLogits: Array<FloatArray> get() = (arrays.getValue(LOGITS) as Array<Array<FloatArray>>)[0]

    /** The probability of each class. */
    fun probabilities(): FloatArray =
        when {
            isProbable -> row(PROBABILITIES)
            description.task == ModelTask.MULTI_LABEL -> sigmoid(row(LOGITS))
            else -> softmax(row(LOGITS))
        }

    private fun rows(size: Int) = Array(description.batch) { FloatArray(size) }

    @Suppress("UNCHECKED_CAST") // made above
    private fun row(name: String) = (arrays.getValue(name) as Array<FloatArray>)[0]

    private companion object {
        private const val LOGITS = "logits"
        private const val PROBABILITIES = "probabilities"
        private const val START_LOGITS = "start_logits"
        private const val END_LOGITS = "end_logits"
        private const val LAYERS = "layers"
    }
}
