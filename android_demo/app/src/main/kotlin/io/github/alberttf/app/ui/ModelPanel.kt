package io.github.alberttf.app.ui

import android.app.Activity
import android.view.View
import android.widget.TextView
import io.github.alberttf.app.R
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.library.ModelLibrary
import io.github.alberttf.app.library.Screen

/**
 * The models to choose from, what the one in use is, and what is wrong with it.
 *
 * @param activity whose views these are.
 * @param library of the models.
 * @param screen whose models are shown.
 * @param onChoice gets the model that the person chooses.
 */
internal class ModelPanel(
    private val activity: Activity,
    private val wording: Wording,
    private val library: ModelLibrary,
    private val screen: Screen,
    onChoice: (ModelChoice) -> Unit,
) {
    private val chooser = ModelChooser(activity, wording, library, screen, onChoice)
    private val card: View = activity.findViewById(R.id.model_card)
    private val about: TextView = activity.findViewById(R.id.model_about)
    private val facts: TextView = activity.findViewById(R.id.model_facts)
    private val error: TextView = activity.findViewById(R.id.error)

    /**
     * Shows the model in use.
     *
     * @param failure why it gave no answer; null where all is well.
     */
    fun show(
        choice: ModelChoice?,
        state: ModelState,
        failure: Throwable?,
    ) {
        chooser.show(choice)
        card.isPresent = choice != null && state !is ModelState.Failed
        about.text = choice?.let(library::bundledModel)?.about?.of(wording.locale) ?: library.opened.name
        facts.text =
            (state as? ModelState.Ready)?.let { wording.facts(it.model) } ?: activity.getString(R.string.model_loading)
        error.showText(error(state, failure))
    }

    private fun error(
        state: ModelState,
        failure: Throwable?,
    ): String? =
        when (state) {
            is ModelState.None -> activity.getString(withoutModel())
            is ModelState.Failed -> wording.error(state.error)
            else -> failure?.let { activity.getString(R.string.engine_failed, it.message ?: it.toString()) }
        }

    private fun withoutModel(): Int =
        when (screen) {
            Screen.CLASSIFY -> R.string.no_models
            Screen.ASK -> R.string.no_models_ask
            Screen.COMMANDS -> R.string.no_models_commands
        }
}
