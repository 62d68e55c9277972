package io.github.alberttf.app.classify

import android.app.Activity
import android.view.View
import android.view.ViewGroup
import android.widget.TextView
import io.github.alberttf.app.R
import io.github.alberttf.app.model.ModelTask
import io.github.alberttf.app.model.TextAnswer
import io.github.alberttf.app.ui.Wording
import io.github.alberttf.app.ui.isPresent
import io.github.alberttf.app.ui.showBar
import io.github.alberttf.app.ui.showRows
import io.github.alberttf.app.ui.showText

/**
 * The answer: a headline, and the likeliest labels with a bar for each.
 *
 * @param activity whose views these are.
 */
internal class AnswerPanel(
    private val activity: Activity,
    private val wording: Wording,
) {
    private val panel: View = activity.findViewById(R.id.answer)
    private val headline: TextView = activity.findViewById(R.id.headline)
    private val bars: ViewGroup = activity.findViewById(R.id.bars)
    private val moreLabels: TextView = activity.findViewById(R.id.more_labels)

    /** Shows an answer, or nothing. */
    fun show(
        answer: TextAnswer?,
        task: ModelTask?,
    ) {
        panel.isPresent = answer != null
        if (answer == null) return
        headline.showText(headline(answer, task))
        val ranked = answer.scores.sortedByDescending { it.probability }
        val shown = ranked.take(SHOWN_LABELS)
        bars.showRows(shown.size, R.layout.bar) { row, index ->
            row.showBar(wording.label(shown[index].label), shown[index].probability, wording)
        }
        val more = ranked.size - shown.size
        moreLabels.showText(if (more > 0) wording.plural(R.plurals.more_labels, more) else null)
    }

    private fun headline(
        answer: TextAnswer,
        task: ModelTask?,
    ): String =
        when (task) {
            ModelTask.MULTI_LABEL -> {
                answer.likely.joinToString { wording.label(it.label) }.ifEmpty {
                    activity.getString(R.string.no_likely_label)
                }
            }

            else -> {
                answer.best?.let { wording.label(it.label) } ?: wording.number(checkNotNull(answer.value))
            }
        }

    private companion object {
        const val SHOWN_LABELS = 5
    }
}
