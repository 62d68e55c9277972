package io.github.alberttf.app.ui

import android.app.Activity
import android.view.View
import android.widget.HorizontalScrollView
import android.widget.RadioButton
import android.widget.RadioGroup
import io.github.alberttf.app.R
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.library.ModelLibrary
import io.github.alberttf.app.library.Screen

/**
 * The models to choose from, side by side.
 *
 * @param activity whose views these are.
 * @param library of the models.
 * @param screen whose models are shown.
 * @param onChoice gets the model that the person chooses.
 */
internal class ModelChooser(
    private val activity: Activity,
    private val wording: Wording,
    private val library: ModelLibrary,
    private val screen: Screen,
    private val onChoice: (ModelChoice) -> Unit,
) {
    private val group: RadioGroup = activity.findViewById(R.id.models)
    private var choices = emptyList<ModelChoice>()

    /** The model that was brought into view last: a person may scroll away from it. */
    private var shown: ModelChoice? = null

    /** Lists the models again, of which there may be one more now, and marks the one in use. */
    fun show(choice: ModelChoice?) {
        val found = library.choices(screen)
        if (found != choices) fill(found)
        group.isPresent = choices.isNotEmpty()
        val index = choices.indexOf(choice)
        if (index < 0) return group.clearCheck()
        val button = group.getChildAt(index)
        group.check(button.id)
        if (choice == shown) return
        shown = choice
        button.post { bringIntoView(button) } // once it is laid out
    }

    /** On a narrow screen the model in use may lie beyond the edge. */
    private fun bringIntoView(button: View) {
        val scroller = group.parent as HorizontalScrollView
        val most = button.left
        val least = button.right - scroller.width
        scroller.scrollTo(scroller.scrollX.coerceIn(minOf(least, most), most), 0)
    }

    private fun fill(found: List<ModelChoice>) {
        choices = found
        shown = null
        group.removeAllViews()
        for (choice in found) {
            val button = activity.layoutInflater.inflate(R.layout.model_choice, group, false) as RadioButton
            button.id = View.generateViewId()
            button.isSaveEnabled = false // ids differ from screen to screen; the session knows the choice
            button.text = title(choice)
            button.setOnClickListener { onChoice(choice) }
            group.addView(button)
        }
    }

    private fun title(choice: ModelChoice): String =
        library.bundledModel(choice)?.title?.of(wording.locale) ?: activity.getString(R.string.model_opened)
}
