package io.github.alberttf.app.ui

import android.text.InputFilter
import android.text.Spanned

/**
 * Keeps a text from growing beyond what Android can save when it stops the app: about half a megabyte.
 *
 * @param most characters of a text.
 * @param onCut is told when something had to be left out.
 */
internal class LengthLimit(
    private val most: Int,
    private val onCut: () -> Unit,
) : InputFilter {
    override fun filter(
        source: CharSequence,
        start: Int,
        end: Int,
        dest: Spanned,
        dstart: Int,
        dend: Int,
    ): CharSequence? {
        val room = most - (dest.length - (dend - dstart))
        if (end - start <= room) return null // as it is
        onCut()
        if (room <= 0) return ""
        val splitsPair = Character.isHighSurrogate(source[start + room - 1])
        return source.subSequence(start, start + room - if (splitsPair) 1 else 0)
    }
}
