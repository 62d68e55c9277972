package io.github.alberttf.app.classify

import android.content.Intent

/** The text that another app shares. */
internal object SharedText {
    /** Whether an intent is there to bring a text. */
    fun isIn(intent: Intent): Boolean = intent.action == Intent.ACTION_SEND

    /** The text; null if there is none after all, such as when only a file is shared. */
    fun of(intent: Intent): String? =
        intent.getCharSequenceExtra(Intent.EXTRA_TEXT)?.toString()?.takeIf { it.isNotBlank() }
}
