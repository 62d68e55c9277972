package io.github.alberttf.app.model

/**
 * How soon a model with early exits may answer. What is null is as the file has it: all layers run.
 *
 * @property patience layers for which an answer must stand until no more are run; 0: all layers.
 * @property confidence probability at which a classifier's answer is final; above 1: none is.
 * @property tolerance difference up to which two numbers of a regressor count as the same answer.
 * @property numLayers most layers to run.
 * @throws IllegalArgumentException if one of them is negative, infinite or no number.
 */
public data class ExitLimits(
    public val patience: Int? = null,
    public val confidence: Float? = null,
    public val tolerance: Float? = null,
    public val numLayers: Int? = null,
) {
    /** Those that are not null, by the names of the model's inputs. */
    internal val byName: Map<String, Number> =
        listOf(
            "patience" to patience,
            "confidence" to confidence,
            "tolerance" to tolerance,
            "num_layers" to numLayers,
        ).mapNotNull { (name, value) -> value?.let { name to it } }.toMap()

    init {
        for ((name, value) in byName) {
            require(value.toDouble() >= 0 && value.toDouble() < Double.POSITIVE_INFINITY) {
                "$name is $value; expected a number of at least 0"
            }
        }
    }

    /** The limits that leave everything as the file has it. */
    public companion object {
        /** All layers run. */
        public val NONE: ExitLimits = ExitLimits()
    }
}
