package io.github.alberttf.text.unicode

/** The code points of a string; half of a surrogate pair is one too. */
internal object CodePoints {
    /** The one that begins at [index]. */
    fun at(
        text: String,
        index: Int,
    ): Int {
        val unit = text[index]
        val next = index + 1
        val isPair = unit.isHighSurrogate() && next < text.length && text[next].isLowSurrogate()
        return if (isPair) Character.toCodePoint(unit, text[next]) else unit.code
    }

    /** The units of a code point in a string. */
    fun width(codePoint: Int): Int = if (codePoint >= Character.MIN_SUPPLEMENTARY_CODE_POINT) 2 else 1
}
