package io.github.alberttf.text.unicode

import io.github.alberttf.text.buffers.ByteBuilder
import io.github.alberttf.text.buffers.IntBuilder

/** What a [TextNormalizer] makes of a text. It is filled again and again, so each thread needs its own. */
internal class NormalizedText {
    /** The text, UTF-8. */
    val utf8 = ByteBuilder()

    /** For each code point of the text, where its character begins in the original; only if tracing was asked for. */
    val origins = IntBuilder()

    /** The text as code points, before it is encoded; not filled for ASCII. */
    val codePoints = IntBuilder()

    fun clear() {
        utf8.clear()
        origins.clear()
        codePoints.clear()
    }
}
