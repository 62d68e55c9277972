package io.github.alberttf.app.library

import android.content.res.Resources
import io.github.alberttf.app.model.ModelFile

/**
 * Texts to try on a file that the person opened, which brings none: Chinese ones, where its vocabulary spells them.
 *
 * @param resources of the app.
 * @param texts the array of them.
 */
internal class OwnExamples(
    resources: Resources,
    texts: Int,
) {
    private val chinese = resources.getStringArray(texts).toList()

    /** The texts in which the model knows every character; none for a model of another language. */
    fun of(model: ModelFile?): List<String> {
        val tokenizer = model?.tokenizer ?: return emptyList()
        return chinese.filter { tokenizer.vocabulary.unkId !in tokenizer.encode(it) }
    }
}
