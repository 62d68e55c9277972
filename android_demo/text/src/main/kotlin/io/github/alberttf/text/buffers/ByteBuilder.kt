package io.github.alberttf.text.buffers

/** A growing array of bytes, mostly UTF-8 text, that keeps its memory when it is cleared. */
internal class ByteBuilder(
    capacity: Int = 256,
) {
    /** Where the bytes are; replaced when it grows. Only the first [size] count. */
    var bytes = ByteArray(capacity)
        private set

    var size = 0
        private set

    fun clear() {
        size = 0
    }

    /** Forgets all but the first [newSize] bytes. */
    fun truncate(newSize: Int) {
        size = newSize
    }

    /** Appends the low eight bits of [value]. */
    fun append(value: Int) {
        if (size == bytes.size) reserve(1)
        bytes[size++] = value.toByte()
    }

    /** Appends the bytes of [source] from [start] to before [end]. */
    fun append(
        source: ByteArray,
        start: Int,
        end: Int,
    ) {
        reserve(end - start)
        source.copyInto(bytes, size, start, end)
        size += end - start
    }

    /** Appends a code point, which is no surrogate, as UTF-8. */
    fun appendCodePoint(codePoint: Int) {
        reserve(Utf8.LONGEST)
        if (codePoint < 0x80) {
            bytes[size++] = codePoint.toByte()
            return
        }
        val width = Utf8.widthOfCodePoint(codePoint)
        val lead = (0xF00 shr width) and 0xFF
        bytes[size++] = (lead or (codePoint ushr (6 * (width - 1)))).toByte()
        for (following in width - 2 downTo 0) {
            bytes[size++] = (0x80 or ((codePoint ushr (6 * following)) and 0x3F)).toByte()
        }
    }

    /** Whether the last bytes are those of [suffix]. */
    fun endsWith(suffix: ByteArray): Boolean {
        if (size < suffix.size) return false
        for (i in suffix.indices) if (bytes[size - suffix.size + i] != suffix[i]) return false
        return true
    }

    fun toByteArray(): ByteArray = bytes.copyOf(size)

    private fun reserve(more: Int) {
        if (size + more > bytes.size) bytes = bytes.copyOf(maxOf(2 * bytes.size, size + more))
    }
}
