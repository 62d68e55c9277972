package io.github.alberttf.app.library

import io.github.alberttf.app.model.ModelTask

/**
 * What a person uses a model for; each has a screen of its own.
 *
 * @property key in the manifest of the assets.
 */
internal enum class Screen(
    val key: String,
) {
    /** A text gets labels, or a number. */
    CLASSIFY("classify"),

    /** A passage answers questions. */
    ASK("ask"),

    /** What is wanted, and the entities in the sentence. */
    COMMANDS("commands"),
    ;

    companion object {
        /** The screen for what a model does. */
        fun of(task: ModelTask): Screen =
            when (task) {
                ModelTask.QUESTION_ANSWERING -> ASK
                ModelTask.TOKEN_CLASSIFICATION -> COMMANDS
                ModelTask.CLASSIFICATION, ModelTask.MULTI_LABEL, ModelTask.REGRESSION -> CLASSIFY
            }

        /**
         * The screen of a [key].
         *
         * @throws IllegalArgumentException if there is none.
         */
        fun ofKey(key: String): Screen =
            requireNotNull(entries.find { it.key == key }) {
                "the screen is $key; expected ${entries.joinToString { it.key }}: run make android-assets again"
            }
    }
}
