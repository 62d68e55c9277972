package io.github.alberttf.app.commands

import android.app.Activity
import android.content.res.ColorStateList
import android.view.View
import android.view.ViewGroup
import android.widget.TextView
import io.github.alberttf.app.R
import io.github.alberttf.app.model.LabelScore
import io.github.alberttf.app.model.TextAnswer
import io.github.alberttf.app.ui.TextMarks
import io.github.alberttf.app.ui.Wording
import io.github.alberttf.app.ui.isPresent
import io.github.alberttf.app.ui.showBar
import io.github.alberttf.app.ui.showRows
import io.github.alberttf.app.ui.showText
import io.github.alberttf.text.Entity

/** Which of the colours of marks each label has: the first label of a sentence the first, and so on. */
internal class MarkColors(
    entities: List<Entity>,
) {
    private val numbers =
        entities.map { it.label }.distinct().withIndex().associate { (number, label) ->
            label to
                number
        }

    /** The number of an entity's colour. */
    fun of(entity: Entity): Int = numbers.getValue(entity.label)
}

/**
 * What a command wants, with the likeliest intents, and its entities.
 *
 * @param activity whose views these are.
 */
internal class CommandPanel(
    private val activity: Activity,
    private val wording: Wording,
) {
    private val panel: View = activity.findViewById(R.id.answer)
    private val intent: View = activity.findViewById(R.id.intent)
    private val headline: TextView = activity.findViewById(R.id.headline)
    private val bars: ViewGroup = activity.findViewById(R.id.bars)
    private val entities: ViewGroup = activity.findViewById(R.id.entities)
    private val none: View = activity.findViewById(R.id.no_entities)
    private val cost: TextView = activity.findViewById(R.id.cost)

    /** Shows an answer, or nothing. */
    fun show(answer: CommandAnswer?) {
        panel.isPresent = answer != null
        if (answer == null) return
        show(answer.intent)
        val found = answer.found.entities
        val colors = MarkColors(found)
        none.isPresent = found.isEmpty()
        entities.showRows(found.size, R.layout.entity) { row, index -> fill(row, found[index], colors) }
        cost.text =
            activity.getString(
                R.string.ask_cost,
                wording.plural(R.plurals.parts, answer.found.windows),
                wording.milliseconds(answer.milliseconds),
            )
    }

    private fun show(wanted: TextAnswer?) {
        intent.isPresent = wanted != null
        if (wanted == null) return
        headline.showText(wanted.best?.let { wording.label(it.label) })
        val likely = wanted.scores.sortedByDescending(LabelScore::probability).take(SHOWN_INTENTS)
        bars.showRows(likely.size, R.layout.bar) { row, index ->
            row.showBar(wording.label(likely[index].label), likely[index].probability, wording)
        }
    }

    private fun fill(
        row: View,
        entity: Entity,
        colors: MarkColors,
    ) {
        val text = row.findViewById<TextView>(R.id.entity_text)
        val percent = wording.percent(entity.probability)
        val label = wording.label(entity.label)
        text.text = entity.text
        text.backgroundTintList = ColorStateList.valueOf(activity.getColor(TextMarks.colorOf(colors.of(entity))))
        row.findViewById<TextView>(R.id.entity_label).text = label
        row.findViewById<TextView>(R.id.entity_value).text = percent
        row.contentDescription = activity.getString(R.string.entity_spoken, label, entity.text, percent)
    }

    private companion object {
        const val SHOWN_INTENTS = 3
    }
}
