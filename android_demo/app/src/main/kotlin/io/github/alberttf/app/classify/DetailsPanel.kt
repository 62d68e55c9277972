package io.github.alberttf.app.classify

import android.app.Activity
import android.view.View
import android.view.ViewGroup
import android.widget.TextView
import io.github.alberttf.app.R
import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.TextAnswer
import io.github.alberttf.app.ui.ProcessMemory
import io.github.alberttf.app.ui.Wording
import io.github.alberttf.app.ui.isPresent
import io.github.alberttf.app.ui.showFigures

/**
 * What stands behind an answer: the tokens that the model read, and what it cost.
 *
 * @param activity whose views these are.
 */
internal class DetailsPanel(
    private val activity: Activity,
    private val wording: Wording,
) {
    private val panel: View = activity.findViewById(R.id.details)
    private val title: TextView = activity.findViewById(R.id.tokens_title)
    private val tokens: TokenChipsView = activity.findViewById(R.id.tokens)
    private val figures: ViewGroup = activity.findViewById(R.id.figures)

    /** Shows what stands behind an answer, or nothing. */
    fun show(
        answer: TextAnswer?,
        model: ModelFile?,
    ) {
        panel.isPresent = answer != null && model != null
        if (answer == null || model == null) return
        title.text = wording.plural(R.plurals.tokens, answer.tokens.size)
        tokens.show(answer.tokens)
        figures.showFigures(figures(answer, model))
    }

    private fun figures(
        answer: TextAnswer,
        model: ModelFile,
    ): List<Pair<String, String>> =
        listOfNotNull(
            activity.getString(R.string.figure_latency) to wording.milliseconds(answer.milliseconds),
            activity.getString(R.string.figure_layers) to layers(answer.layers, model.description.numLayers),
            activity.getString(R.string.figure_size) to wording.bytes(model.sizeBytes),
            ProcessMemory.residentBytes()?.let { activity.getString(R.string.figure_memory) to wording.bytes(it) },
        )

    private fun layers(
        used: Int?,
        all: Int,
    ) = activity.getString(R.string.figure_layers_value, wording.count(used ?: all), wording.count(all))
}
