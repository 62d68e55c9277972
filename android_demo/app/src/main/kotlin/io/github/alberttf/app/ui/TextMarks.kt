package io.github.alberttf.app.ui

import android.text.Spannable
import android.text.TextPaint
import android.text.style.CharacterStyle
import android.text.style.UpdateAppearance
import android.widget.EditText
import io.github.alberttf.app.R

/**
 * Stretches of a text that are marked in the field in which it is written.
 *
 * @param input whose text it is.
 */
internal class TextMarks(
    private val input: EditText,
) {
    /**
     * Marks stretches, in place of those that were marked.
     *
     * @param marks the characters of each, and which of the colours it has.
     */
    fun show(marks: List<Pair<IntRange, Int>>) {
        clear()
        for ((characters, color) in marks) {
            input.text.setSpan(
                Mark(input.context.getColor(colorOf(color)), input.context.getColor(R.color.mark_text)),
                characters.first,
                characters.last + 1,
                Spannable.SPAN_EXCLUSIVE_EXCLUSIVE,
            )
        }
    }

    /** Marks nothing. */
    fun clear() {
        for (mark in input.text.getSpans(0, input.length(), Mark::class.java)) input.text.removeSpan(mark)
    }

    /** The marked characters, in their order. */
    val shown: List<IntRange>
        get() =
            input.text
                .getSpans(0, input.length(), Mark::class.java)
                .map { input.text.getSpanStart(it) until input.text.getSpanEnd(it) }
                .sortedBy { it.first }

    /** Colours of its own; unlike Android's spans it is not saved with the text, to which it may not belong any more. */
    private class Mark(
        private val background: Int,
        private val color: Int,
    ) : CharacterStyle(),
        UpdateAppearance {
        override fun updateDrawState(paint: TextPaint) {
            paint.bgColor = background
            paint.color = color
        }
    }

    companion object {
        private val COLORS = intArrayOf(R.color.mark_1, R.color.mark_2, R.color.mark_3, R.color.mark_4)

        /** One of a few colours, which come again after the last. */
        fun colorOf(number: Int): Int = COLORS[number % COLORS.size]
    }
}
