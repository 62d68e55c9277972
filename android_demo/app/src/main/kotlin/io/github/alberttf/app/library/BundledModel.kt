package io.github.alberttf.app.library

import java.util.Locale

/**
 * A model that came with the app, as the manifest of its assets has it.
 *
 * @property name of the model, by which it is chosen.
 * @property screen that it is for.
 * @property file of its assets.
 * @property sizeBytes of that file.
 * @property sha256 of that file, in hexadecimal digits.
 * @property companion the name of a model that tells what is wanted with the texts in which this one finds entities;
 *   null where there is none.
 * @property title what the app calls it.
 * @property about a sentence on what it does.
 * @property examples texts to try.
 * @property passages with questions to try.
 * @property attribution of the data that it was trained on.
 */
internal class BundledModel(
    val name: String,
    val screen: Screen,
    val file: String,
    val sizeBytes: Long,
    val sha256: String,
    val companion: String?,
    val title: LocalizedText,
    val about: LocalizedText,
    val examples: List<String>,
    val passages: List<Passage>,
    val attribution: String,
)

/**
 * A passage, and what can be asked about it.
 *
 * @property text the passage.
 * @property questions about it.
 */
internal class Passage(
    val text: String,
    val questions: List<String>,
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
