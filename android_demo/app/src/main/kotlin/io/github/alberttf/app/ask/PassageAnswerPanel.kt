package io.github.alberttf.app.ask

import android.app.Activity
import android.view.View
import android.view.ViewGroup
import android.widget.ProgressBar
import android.widget.TextView
import io.github.alberttf.app.R
import io.github.alberttf.app.model.PassageAnswer
import io.github.alberttf.app.ui.Wording
import io.github.alberttf.app.ui.isPresent
import io.github.alberttf.app.ui.showBar
import io.github.alberttf.app.ui.showRows
import io.github.alberttf.app.ui.showText

/**
 * The answer to a question: what it is, how sure the model is, and what else it may be.
 *
 * @param activity whose views these are.
 * @param onMark gets the characters of an alternative that the person touches.
 */
internal class PassageAnswerPanel(
    private val activity: Activity,
    private val wording: Wording,
    private val onMark: (IntRange) -> Unit,
) {
    private val reading: View = activity.findViewById(R.id.reading)
    private val readingText: TextView = activity.findViewById(R.id.reading_text)
    private val readingBar: ProgressBar = activity.findViewById(R.id.reading_bar)
    private val panel: View = activity.findViewById(R.id.answer)
    private val headline: TextView = activity.findViewById(R.id.headline)
    private val meaning: TextView = activity.findViewById(R.id.meaning)
    private val title: TextView = activity.findViewById(R.id.alternatives_title)
    private val bars: ViewGroup = activity.findViewById(R.id.bars)
    private val cost: TextView = activity.findViewById(R.id.cost)

    /** Shows what is known by now. */
    fun show(state: AskState) {
        showProgress(state.progress)
        panel.isPresent = state.answer != null
        state.answer?.let { show(it, state.canBeUnanswerable) }
    }

    private fun showProgress(progress: Progress?) {
        // One part is read too fast to tell of it.
        reading.isPresent = progress != null && progress.all > 1
        if (progress == null) return
        readingText.text =
            activity.getString(R.string.ask_reading, wording.count(progress.done), wording.count(progress.all))
        readingBar.max = progress.all
        readingBar.progress = progress.done
    }

    private fun show(
        found: PassageAnswer,
        canBeUnanswerable: Boolean,
    ) {
        val answer = found.answer
        headline.showText(answer.best?.text ?: activity.getString(R.string.ask_no_answer))
        meaning.showText(meaning(found, canBeUnanswerable))
        val others = answer.alternatives.filter { it != answer.best }
        title.isPresent = others.isNotEmpty()
        title.setText(if (answer.best == null) R.string.ask_likeliest else R.string.ask_alternatives)
        bars.showRows(others.size, R.layout.bar) { row, index ->
            val span = others[index]
            row.showBar(span.text, span.probability, wording)
            row.setOnClickListener { onMark(span.start until span.end) }
        }
        cost.text =
            activity.getString(
                R.string.ask_cost,
                wording.plural(R.plurals.parts, found.windows),
                wording.milliseconds(found.milliseconds),
            )
    }

    // How likely "no answer" is, is the least of all parts and has a threshold of its own, often far below a half: as a
    // percentage beside the others it would mislead.
    private fun meaning(
        found: PassageAnswer,
        canBeUnanswerable: Boolean,
    ): String {
        val answer = found.answer
        val percent = wording.percent(answer.probability)
        return when {
            answer.best == null && canBeUnanswerable -> activity.getString(R.string.ask_does_not_say)
            answer.best == null -> activity.getString(R.string.ask_nothing_to_read)
            canBeUnanswerable -> activity.getString(R.string.ask_found, percent)
            else -> activity.getString(R.string.ask_sure, percent)
        }
    }
}
