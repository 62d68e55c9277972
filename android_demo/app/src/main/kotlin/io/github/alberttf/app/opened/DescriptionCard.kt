package io.github.alberttf.app.opened

import android.app.Activity
import android.view.View
import android.view.ViewGroup
import android.widget.TextView
import io.github.alberttf.app.R
import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.ModelTask
import io.github.alberttf.app.ui.Wording
import io.github.alberttf.app.ui.isPresent
import io.github.alberttf.app.ui.showFigures
import io.github.alberttf.app.ui.showText

/**
 * What a file says of its model.
 *
 * @param activity whose views these are.
 */
internal class DescriptionCard(
    private val activity: Activity,
    private val wording: Wording,
) {
    private val card: View = activity.findViewById(R.id.description)
    private val title: TextView = activity.findViewById(R.id.description_title)
    private val about: TextView = activity.findViewById(R.id.description_about)
    private val figures: ViewGroup = activity.findViewById(R.id.description_figures)
    private val labelsTitle: TextView = activity.findViewById(R.id.description_labels_title)
    private val labels: TextView = activity.findViewById(R.id.description_labels)

    /** Shows a model, or nothing. */
    fun show(model: ModelFile?) {
        card.isPresent = model != null
        if (model == null) return
        title.showText(model.name)
        about.showText(model.task?.let { activity.getString(sentence(it)) })
        figures.showFigures(figures(model))
        labelsTitle.showText(
            model.labels.size
                .takeIf { it > 0 }
                ?.let { wording.plural(R.plurals.labels, it) },
        )
        labels.showText(model.labels.joinToString(activity.getString(R.string.fact_separator)))
    }

    private fun sentence(task: ModelTask): Int =
        when (task) {
            ModelTask.CLASSIFICATION -> R.string.opened_classification
            ModelTask.MULTI_LABEL -> R.string.opened_multi_label
            ModelTask.REGRESSION -> R.string.opened_regression
            ModelTask.TOKEN_CLASSIFICATION -> R.string.opened_token_classification
            ModelTask.QUESTION_ANSWERING -> R.string.opened_question_answering
        }

    private fun figures(model: ModelFile): List<Pair<String, String>> {
        val description = model.description
        val layers = wording.count(description.numLayers)
        val pieces = model.tokenizer?.vocabulary?.size
        return listOfNotNull(
            pieces?.let { R.string.fact_tokenizer to text(tokenizer(model), wording.count(it)) },
            R.string.fact_longest to wording.plural(R.plurals.tokens, model.sequenceLength),
            R.string.fact_layers to if (description.hasEarlyExits) text(R.string.fact_layers_early, layers) else layers,
            R.string.fact_weights to description.quantization,
            R.string.fact_form to description.form,
            R.string.fact_runtime to text(R.string.fact_runtime_value, description.lowestRuntime),
            R.string.fact_size to wording.bytes(model.sizeBytes),
            R.string.fact_writer to text(R.string.fact_writer_value, description.writer),
        ).map { (name, value) -> activity.getString(name) to value }
    }

    private fun tokenizer(model: ModelFile): Int =
        if (model.readsWordPieces) R.string.fact_tokenizer_word_pieces else R.string.fact_tokenizer_value

    private fun text(
        resource: Int,
        value: String,
    ) = activity.getString(resource, value)
}
