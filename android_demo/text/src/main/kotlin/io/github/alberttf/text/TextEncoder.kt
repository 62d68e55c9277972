package io.github.alberttf.text

/** Encodes one text after the other, in buffers that it keeps: each thread needs its own. */
internal interface TextEncoder {
    /** The ids of the tokens of a text. */
    fun encode(text: String): IntArray

    /** The same, and where the tokens stand in the text. */
    fun encodeWithSpans(text: String): EncodedText
}
