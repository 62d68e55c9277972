package io.github.alberttf.text

/**
 * Whether Python's `str.isspace` holds. Java's own functions differ in U+0085, and from phone to phone in U+180E.
 *
 * All of these characters are single UTF-16 units.
 */
internal fun isBlank(character: Char): Boolean =
    when (character) {
        in '\t'..'\r', in '\u001c'..' ', '\u0085', '\u00a0', '\u1680', in '\u2000'..'\u200a' -> true
        '\u2028', '\u2029', '\u202f', '\u205f', '\u3000' -> true
        else -> false
    }

/** The span from [start] to [end] of a text without the blanks at its ends; empty where it holds nothing else. */
internal fun withoutBlanks(
    text: String,
    start: Int,
    end: Int,
): IntRange {
    var first = start
    var past = end
    while (first < past && isBlank(text[first])) first++
    while (first < past && isBlank(text[past - 1])) past--
    return first until past
}
