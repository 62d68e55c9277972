package io.github.alberttf.text

/** `"\\u%04X".format(code)`, the one format that the tokenizer uses. */
internal fun String.format(code: Int): String {
    require(this == "\\u%04X") { "the format is $this; expected \\u%04X" }
    return "\\u" + code.toString(radix = 16).uppercase().padStart(4, '0')
}
