package io.github.alberttf.app.classify

/**
 * Breaks chips into lines.
 *
 * @property widths of the chips, in pixels.
 * @param most width of a line.
 * @param gap between two chips.
 */
internal class ChipLayout(
    val widths: FloatArray,
    most: Float,
    gap: Float,
) {
    private val lefts = FloatArray(widths.size)
    private val lineOf = IntArray(widths.size)

    /** How many lines there are. */
    val lines: Int

    init {
        var left = 0f
        var line = 0
        for ((index, width) in widths.withIndex()) {
            if (left > 0 && left + width > most) {
                left = 0f
                line++
            }
            lefts[index] = left
            lineOf[index] = line
            left += width + gap
        }
        lines = if (widths.isEmpty()) 0 else line + 1
    }

    /** Where a chip begins. */
    fun left(index: Int): Float = lefts[index]

    /** The line of a chip, from 0. */
    fun line(index: Int): Int = lineOf[index]
}
