package io.github.alberttf.app.library

import java.util.Locale

/**
 * A model that came with the app, as the manifest of its assets has it.
 *
 * @property name of the model, by which it is chosen.
 * @property file of its assets.
 * @property sizeBytes of that file.
 * @property title what the app calls it.
 * @property about a sentence on what it does.
 * @property examples texts to try.
 * @property attribution of the data that it was trained on.
 */
internal class BundledModel(
    val name: String,
    val file: String,
    val sizeBytes: Long,
    val title: LocalizedText,
    val about: LocalizedText,
    val examples: List<String>,
    val attribution: String,
)

/** A text in some languages. */
internal class LocalizedText(
    private val byLanguage: Map<String, String>,
) {
    init {
        require("en" in byLanguage) { "the text $byLanguage has no English" }
    }

    /** The text in the language of [locale], or in English. */
    fun of(locale: Locale): String = byLanguage[locale.language] ?: byLanguage.getValue("en")
}
