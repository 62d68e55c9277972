package io.github.alberttf.text

/** A piece of foreign text for an error message: in quotes, on one line, and not long. */
internal fun quoted(text: String): String {
    val shown = text.take(LONGEST)
    val line = shown.map { if (it.isISOControl() || it.isSurrogate()) "\\u" + hexadecimal(it) else it.toString() }
    return line.joinToString("", prefix = "'", postfix = if (text.length > LONGEST) "...'" else "'")
}

private fun hexadecimal(unit: Char) =
    unit.code
        .toString(16)
        .uppercase()
        .padStart(4, '0')

private const val LONGEST = 40
