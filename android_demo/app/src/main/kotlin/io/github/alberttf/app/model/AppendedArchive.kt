package io.github.alberttf.app.model

import io.github.alberttf.app.model.ModelFileException.Reason
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.zip.CRC32
import java.util.zip.DataFormatException
import java.util.zip.Inflater

/**
 * A zip archive at the end of a file, whose members are stored or deflated.
 *
 * `java.util.zip` reads archives of files by path only, and a model may come from anywhere.
 *
 * @property start where the archive begins, after what stands before it.
 */
internal class AppendedArchive private constructor(
    private val content: ByteBuffer,
    private val name: String,
    val start: Int,
    private val entries: Map<String, Entry>,
) {
    private class Entry(
        val method: Int,
        val crc: Long,
        val packedSize: Int,
        val size: Int,
        val header: Int,
    )

    /** Whether there is a member of this name. */
    operator fun contains(member: String): Boolean = member in entries

    /**
     * The content of a member, or null if there is none of that name.
     *
     * @throws ModelFileException if it is damaged.
     */
    fun read(member: String): ByteArray? {
        val entry = entries[member] ?: return null
        val packed =
            content.checked(name, member) {
                if (it.getInt(entry.header) != LOCAL_HEADER) throw damaged(name, "no $member at ${entry.header}")
                val names = it.unsignedShort(entry.header + 26) + it.unsignedShort(entry.header + 28)
                it.part(entry.header + LOCAL_HEADER_SIZE + names, entry.packedSize).toByteArray()
            }
        val bytes = unpacked(packed, entry, member)
        if (CRC32().apply { update(bytes) }.value != entry.crc) {
            throw damaged(name, "its $member does not have the checksum that it was given")
        }
        return bytes
    }

    private fun unpacked(
        packed: ByteArray,
        entry: Entry,
        member: String,
    ): ByteArray {
        if (entry.method == STORED) return packed
        if (entry.method != DEFLATED) {
            throw damaged(name, "its $member has the compression ${entry.method}, expected $STORED or $DEFLATED")
        }
        if (entry.size / LARGEST_RATIO > packed.size) {
            throw damaged(name, "its $member is said to grow from ${packed.size} bytes to ${entry.size}")
        }
        val inflater = Inflater(true)
        try {
            val bytes = ByteArray(entry.size)
            inflater.setInput(packed)
            val size = inflater.inflate(bytes)
            if (size != entry.size) {
                throw damaged(name, "its $member has $size bytes, and is said to have ${entry.size}")
            }
            return bytes
        } catch (error: DataFormatException) {
            throw damaged(name, "its $member cannot be decompressed", error)
        } finally {
            inflater.end()
        }
    }

    companion object {
        private const val STORED = 0
        private const val DEFLATED = 8

        /** Deflate can hardly write more than a thousand bytes as one. */
        private const val LARGEST_RATIO = 1040
        private const val LOCAL_HEADER = 0x04034b50
        private const val LOCAL_HEADER_SIZE = 30
        private const val DIRECTORY_ENTRY = 0x02014b50
        private const val DIRECTORY_ENTRY_SIZE = 46
        private const val END = 0x06054b50
        private const val END_SIZE = 22
        private const val LONGEST_COMMENT = 0xFFFF
        private const val UNSIGNED = 0xFFFFFFFFL

        /**
         * Finds the archive.
         *
         * @param file all of it.
         * @param name of the file, for messages.
         * @return null if the file does not end in one.
         * @throws ModelFileException if the archive is damaged.
         */
        fun find(
            file: ByteBuffer,
            name: String,
        ): AppendedArchive? {
            val content = file.whole().order(ByteOrder.LITTLE_ENDIAN)
            val end = findEnd(content) ?: return null
            return content.checked(name, "list of members") { readDirectory(it, end, name) }
        }

        /** The record that closes an archive: the last thing in a file, but for a comment. */
        private fun findEnd(content: ByteBuffer): Int? {
            val last = content.capacity() - END_SIZE
            val first = maxOf(0, last - LONGEST_COMMENT)
            return (last downTo first).firstOrNull {
                content.getInt(it) == END && it + END_SIZE + content.unsignedShort(it + 20) == content.capacity()
            }
        }

        private fun readDirectory(
            content: ByteBuffer,
            end: Int,
            name: String,
        ): AppendedArchive {
            val count = content.unsignedShort(end + 10)
            val size = content.unsignedInt(end + 12)
            // Offsets count from the archive's first byte, or from the file's where the writer knew of what stands before.
            val shift = end - size - content.unsignedInt(end + 16)
            val entries = HashMap<String, Entry>()
            var position = end - size
            var start = position
            repeat(count) {
                if (content.getInt(position) != DIRECTORY_ENTRY) throw damaged(name, "no member listed at $position")
                val nameSize = content.unsignedShort(position + 28)
                val header = content.unsignedInt(position + 42) + shift
                start = minOf(start, header)
                val member = content.part(position + DIRECTORY_ENTRY_SIZE, nameSize).toByteArray()
                entries[member.decodeToString()] =
                    Entry(
                        method = content.unsignedShort(position + 10),
                        crc = content.getInt(position + 16).toLong() and UNSIGNED,
                        packedSize = content.unsignedInt(position + 20),
                        size = content.unsignedInt(position + 24),
                        header = header,
                    )
                val others = content.unsignedShort(position + 30) + content.unsignedShort(position + 32)
                position += DIRECTORY_ENTRY_SIZE + nameSize + others
            }
            return AppendedArchive(content, name, start, entries)
        }

        /** Reads, and says that the archive is damaged where a number in it points outside the file. */
        private inline fun <T> ByteBuffer.checked(
            name: String,
            part: String,
            read: (ByteBuffer) -> T,
        ): T =
            try {
                read(this)
            } catch (error: IndexOutOfBoundsException) {
                throw damaged(name, "its $part lies outside the file", error)
            } catch (error: IllegalArgumentException) {
                throw damaged(name, "its $part lies outside the file", error)
            }

        private fun damaged(
            name: String,
            problem: String,
            cause: Throwable? = null,
        ) = ModelFileException(
            Reason.DAMAGED,
            name,
            "the archive behind its graph is damaged: $problem; copy the file again",
            cause,
        )

        private fun ByteBuffer.unsignedShort(index: Int) = getShort(index).toInt() and 0xFFFF

        /** A number of four bytes, which in a file that fits into a buffer is none above the largest `Int`. */
        private fun ByteBuffer.unsignedInt(index: Int): Int {
            val value = getInt(index)
            if (value < 0) throw IndexOutOfBoundsException("${value.toLong() and UNSIGNED} at $index")
            return value
        }
    }
}
