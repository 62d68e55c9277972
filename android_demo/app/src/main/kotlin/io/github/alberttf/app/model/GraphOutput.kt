package io.github.alberttf.app.model

import io.github.alberttf.text.sigmoid
import io.github.alberttf.text.softmax

/**
 * What one run of a graph gives.
 *
 * @param description of the model.
 */
internal class GraphOutput(
    private val description: ModelDescription,
) {
    private val isProbable = PROBABILITIES in description.outputs
    private val rows = Array(description.batch) { FloatArray(description.numClasses ?: 1) }
    private val layersRun = IntArray(description.batch)

    /** Where the runtime writes the outputs, by their names. */
    val arrays: Map<String, Any> =
        mapOf((if (isProbable) PROBABILITIES else LOGITS) to rows) +
            if (description.hasEarlyExits) mapOf(LAYERS to layersRun) else emptyMap()

    /** How many layers ran; null for models without early exits. */
    val layers: Int? get() = if (description.hasEarlyExits) layersRun[0] else null

    /** The first number, as regressors give it. */
    val value: Float get() = rows[0][0]

    /** The probability of each class. */
    fun probabilities(): FloatArray =
        when {
            isProbable -> rows[0]
            description.task == ModelTask.MULTI_LABEL -> sigmoid(rows[0])
            else -> softmax(rows[0])
        }

    private companion object {
        private const val LOGITS = "logits"
        private const val PROBABILITIES = "probabilities"
        private const val LAYERS = "layers"
    }
}
