package io.github.alberttf.app.classify

import android.app.Activity
import android.os.Build
import android.view.View
import android.widget.SeekBar
import android.widget.TextView
import io.github.alberttf.app.R
import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.ui.Wording
import io.github.alberttf.app.ui.isPresent

/**
 * The slider that lets a model answer before its last layer; absent for models that cannot.
 *
 * @param activity whose views these are.
 * @param onPatience gets the patience when the person moves the slider.
 */
internal class EarlyExitPanel(
    activity: Activity,
    private val wording: Wording,
    private val onPatience: (Int) -> Unit,
) : SeekBar.OnSeekBarChangeListener {
    private val resources = activity.resources
    private val card: View = activity.findViewById(R.id.early_exit)
    private val meaning: TextView = activity.findViewById(R.id.early_exit_meaning)
    private val slider: SeekBar = activity.findViewById(R.id.patience)
    private var numLayers = 0
    private val scale get() = EarlyExitScale(numLayers)

    init {
        slider.isSaveEnabled = false // the session knows it, and the model that it belongs to
        slider.setOnSeekBarChangeListener(this)
    }

    /** Shows the slider for a model, or nothing. */
    fun show(
        model: ModelFile?,
        patience: Int,
    ) {
        numLayers = model?.takeIf { it.hasPatience }?.description?.numLayers ?: 0
        card.isPresent = scale.last > 0
        if (!card.isPresent) return
        slider.max = scale.last
        slider.progress = scale.place(patience)
        showMeaning()
    }

    override fun onProgressChanged(
        seekBar: SeekBar,
        progress: Int,
        fromUser: Boolean,
    ) {
        if (!fromUser) return
        showMeaning()
        onPatience(scale.patience(progress))
    }

    override fun onStartTrackingTouch(seekBar: SeekBar) = Unit

    override fun onStopTrackingTouch(seekBar: SeekBar) = Unit

    private fun showMeaning() {
        val patience = scale.patience(slider.progress)
        meaning.text =
            if (patience == 0) {
                resources.getString(R.string.early_exit_all, wording.count(numLayers))
            } else {
                wording.plural(R.plurals.early_exit_patience, patience)
            }
        // Without this, TalkBack reads a percentage that means nothing.
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) slider.stateDescription = meaning.text
    }
}
