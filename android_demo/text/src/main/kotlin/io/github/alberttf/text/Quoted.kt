package io.github.alberttf.text

/** A piece of foreign text for an error message: in quotes, on one line, and not long. */
internal fun quoted(text: String): String {
    val shown = text.take(LONGEST)
    val line = shown.map { if (it.isISOControl() || it.isSurrogate()) "\\u%04X".format(it.code) else it.toString() }
    return line.joinToString("", prefix = "'", postfix = if (text.length > LONGEST) "...'" else "'")
}

private const val LONGEST = 40
