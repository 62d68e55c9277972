package io.github.alberttf.app.model

import java.nio.ByteBuffer
import java.nio.ByteOrder

/** What TensorFlow Lite's flatbuffer says of itself: the field `description` of its root table. */
internal object GraphDescription {
    /** Where the offset of the field stands in a table's list of fields: two sizes, then version, codes, subgraphs. */
    private const val FIELD = 4 + 2 * 3

    /**
     * Reads it.
     *
     * @param file that begins with a flatbuffer.
     * @return the description, empty if there is none; null if it lies beyond the end of the file.
     */
    fun read(file: ByteBuffer): String? {
        val content = file.whole().order(ByteOrder.LITTLE_ENDIAN)
        return try {
            readField(content)
        } catch (error: IndexOutOfBoundsException) {
            null
        } catch (error: IllegalArgumentException) {
            null
        }
    }

    private fun readField(content: ByteBuffer): String {
        val table = content.getInt(0)
        val fields = table - content.getInt(table)
        val size = content.getShort(fields).toInt()
        val offset = if (size > FIELD) content.getShort(fields + FIELD).toInt() else 0
        if (offset == 0) return ""
        val text = table + offset + content.getInt(table + offset)
        return content.part(text + Int.SIZE_BYTES, content.getInt(text)).toByteArray().decodeToString()
    }
}
