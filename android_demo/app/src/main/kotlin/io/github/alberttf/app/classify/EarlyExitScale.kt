package io.github.alberttf.app.classify

import io.github.alberttf.app.model.ModelFile

/** Whether a model has the limit that the slider sets. */
internal val ModelFile.hasPatience: Boolean get() = controls.any { it.name == "patience" }

/**
 * The places of the early-exit slider: patience 1 on the left, where the model answers soonest, then 2 and so on, and all
 * layers on the right.
 *
 * @param numLayers of the model.
 */
internal class EarlyExitScale(
    private val numLayers: Int,
) {
    /** The last place. A patience of all layers but one would already run them all. */
    val last: Int = maxOf(0, numLayers - 2)

    /** The patience of a place; 0 for all layers. */
    fun patience(place: Int): Int = if (place >= last) 0 else place + 1

    /** The place of a patience. */
    fun place(patience: Int): Int = if (patience == 0) last else minOf(patience - 1, last)
}
