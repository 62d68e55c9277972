package io.github.alberttf.app.library

/** Which model is in use. */
internal sealed interface ModelChoice {
    /** The choice as a string, which [of] turns back: for saved state and intents. */
    val key: String

    /** One that came with the app, by its name. */
    data class Bundled(
        val name: String,
    ) : ModelChoice {
        override val key get() = "$BUNDLED$name"
    }

    /** The file that the person opened. */
    data object Opened : ModelChoice {
        override val key get() = OPENED
    }

    companion object {
        private const val BUNDLED = "bundled:"
        private const val OPENED = "opened"

        /** The choice of a [key]; null for none. */
        fun of(key: String?): ModelChoice? =
            when {
                key == OPENED -> Opened
                key != null && key.startsWith(BUNDLED) -> Bundled(key.removePrefix(BUNDLED))
                else -> null
            }
    }
}
