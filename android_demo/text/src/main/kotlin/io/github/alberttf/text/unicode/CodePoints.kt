package io.github.alberttf.text.unicode

/** The first code point that takes two units of UTF-16. */
internal const val FIRST_OF_PAIRS: Int = 0x10000

/** What half of a pair reads as. */
internal const val REPLACEMENT: Int = 0xFFFD

private const val BITS_OF_LOW = 10

/** The code point that begins at [index], U+FFFD for half of a pair. */
internal fun codePointAt(
    text: String,
    index: Int,
): Int {
    val unit = text[index]
    if (!unit.isSurrogate()) return unit.code
    val next = index + 1
    val isPair = unit.isHighSurrogate() && next < text.length && text[next].isLowSurrogate()
    return if (isPair) codePointOf(unit, text[next]) else REPLACEMENT
}

/** The code point that ends before [index], U+FFFD for half of a pair. */
internal fun codePointBefore(
    text: String,
    index: Int,
): Int {
    val isSecond = index >= 2 && text[index - 1].isLowSurrogate() && text[index - 2].isHighSurrogate()
    return codePointAt(text, if (isSecond) index - 2 else index - 1)
}

/** The code point of a pair. */
internal fun codePointOf(
    high: Char,
    low: Char,
): Int = ((high - Char.MIN_HIGH_SURROGATE) shl BITS_OF_LOW) + (low - Char.MIN_LOW_SURROGATE) + FIRST_OF_PAIRS

/** The code points of a string where half of a pair is one too. */
internal object CodePoints {
    /** The one that begins at [index]. */
    fun at(
        text: String,
        index: Int,
    ): Int = codePointAt(text, index).let { if (it == REPLACEMENT) text[index].code else it }

    /** The units of a code point in a string. */
    fun width(codePoint: Int): Int = if (codePoint >= FIRST_OF_PAIRS) 2 else 1
}
