package io.github.alberttf.app.ui

import android.view.View
import android.widget.EditText
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.library.ModelLibrary
import io.github.alberttf.app.library.OwnExamples

/**
 * The button that fills a field with one text to try after another; it is gone where there are none.
 *
 * @param button what is pressed.
 * @param input the field.
 * @param library knows the texts of the models that the app brings.
 * @param own the texts for other models.
 */
internal class ExampleButton(
    private val button: View,
    private val input: EditText,
    private val library: ModelLibrary,
    private val own: OwnExamples,
) {
    private var texts = emptyList<String>()

    init {
        button.setOnClickListener { fill() }
    }

    /** Takes the texts of a model. */
    fun show(
        choice: ModelChoice?,
        model: ModelState,
    ) {
        texts = choice?.let(library::bundledModel)?.examples ?: own.of((model as? ModelState.Ready)?.model)
        button.isPresent = texts.isNotEmpty()
    }

    private fun fill() {
        if (texts.isEmpty()) return
        input.replaceText(texts[(texts.indexOf(input.text.toString()) + 1) % texts.size])
    }
}
