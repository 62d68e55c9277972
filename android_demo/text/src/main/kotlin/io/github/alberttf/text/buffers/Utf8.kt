package io.github.alberttf.text.buffers

/** The UTF-8 encoding. Only [isValid] asks whether bytes are valid; all else takes it for granted. */
internal object Utf8 {
    /** Most bytes of a code point. */
    const val LONGEST = 4

    /** Bytes of the code point whose first byte is [lead]. */
    fun widthOfLead(lead: Byte): Int {
        val value = lead.toInt() and 0xFF
        return when {
            value < 0xC0 -> 1
            value < 0xE0 -> 2
            value < 0xF0 -> 3
            else -> LONGEST
        }
    }

    /** Bytes of a code point. */
    fun widthOfCodePoint(codePoint: Int): Int =
        when {
            codePoint < 0x80 -> 1
            codePoint < 0x800 -> 2
            codePoint < 0x10000 -> 3
            else -> LONGEST
        }

    /** Whether a byte is not the first one of its code point. */
    fun isContinuation(byte: Byte): Boolean = byte.toInt() and 0xC0 == 0x80

    /** The code point that begins at [at]. */
    fun codePointAt(
        bytes: ByteArray,
        at: Int,
    ): Int {
        val lead = bytes[at].toInt() and 0xFF
        if (lead < 0x80) return lead
        val width = widthOfLead(bytes[at])
        var codePoint = lead and (0xFF shr (width + 1))
        for (i in at + 1 until at + width) codePoint = (codePoint shl 6) or (bytes[i].toInt() and 0x3F)
        return codePoint
    }

    /** Whether all of [bytes] is well-formed UTF-8. */
    fun isValid(bytes: ByteArray): Boolean {
        var at = 0
        while (at < bytes.size) {
            val width = widthOfLead(bytes[at])
            if (at + width > bytes.size || isContinuation(bytes[at])) return false
            for (i in at + 1 until at + width) if (!isContinuation(bytes[i])) return false
            val codePoint = codePointAt(bytes, at)
            val isScalar = codePoint <= 0x10FFFF && codePoint !in 0xD800..0xDFFF
            if (!isScalar || widthOfCodePoint(codePoint) != width) return false
            at += width
        }
        return true
    }

    /** How many code points begin from [start] to before [end]. */
    fun countCodePoints(
        bytes: ByteArray,
        start: Int,
        end: Int,
    ): Int {
        var count = 0
        for (i in start until end) if (!isContinuation(bytes[i])) count++
        return count
    }
}
