package io.github.alberttf.app.model

import io.github.alberttf.app.model.ModelFileException.Reason
import java.io.File
import java.io.IOException
import java.io.InputStream
import java.io.RandomAccessFile
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.channels.FileChannel

/** Brings files into buffers that TensorFlow Lite takes: direct ones, in native byte order. */
internal object ModelSource {
    private const val CHUNK = 1 shl 20

    fun map(
        file: File,
        name: String,
    ): ByteBuffer {
        if (!file.isFile) {
            throw ModelFileException(Reason.UNREADABLE, name, "no such file; choose a .tflite that albert_tf exported")
        }
        return reading(name) {
            RandomAccessFile(file, "r").use { map(it.channel, 0, it.length(), name) }
        }
    }

    fun map(
        channel: FileChannel,
        offset: Long,
        length: Long,
        name: String,
    ): ByteBuffer {
        if (length > Int.MAX_VALUE) throw tooLarge(name, "$length bytes", Int.MAX_VALUE)
        return reading(
            name,
        ) { channel.map(FileChannel.MapMode.READ_ONLY, offset, length).order(ByteOrder.nativeOrder()) }
    }

    fun direct(content: ByteBuffer): ByteBuffer {
        val whole = content.whole()
        if (whole.isDirect) return whole.order(ByteOrder.nativeOrder())
        return allocate(whole.capacity()).put(whole)
    }

    fun read(
        stream: InputStream,
        name: String,
        mostBytes: Int,
    ): ByteBuffer =
        reading(name) {
            val head = readHead(stream, name)
            val chunks = arrayListOf(head)
            var total = head.size.toLong()
            while (true) {
                val chunk = ByteArray(CHUNK)
                val count = fill(stream, chunk)
                total += count
                if (total > mostBytes) throw tooLarge(name, "more than $mostBytes bytes", mostBytes)
                chunks += if (count == CHUNK) chunk else chunk.copyOf(count)
                if (count < CHUNK) break
            }
            val content = allocate(total.toInt())
            for (chunk in chunks) content.put(chunk)
            content
        }

    /**
     * Reads the first bytes of a file, by which a film is told from a model before gigabytes of it are read.
     *
     * @throws ModelFileException if they are not those of a TensorFlow Lite file.
     * @throws IOException if they cannot be read.
     */
    fun readHead(
        stream: InputStream,
        name: String,
    ): ByteArray {
        val head = ByteArray(ModelBundle.MARK_END)
        val size = fill(stream, head)
        ModelBundle.checkMark(ByteBuffer.wrap(head, 0, size).slice(), name)
        return head
    }

    /** Reads until an array is full or the stream ends; returns how many bytes came. */
    private fun fill(
        stream: InputStream,
        array: ByteArray,
    ): Int {
        var size = 0
        while (size < array.size) {
            val count = stream.read(array, size, array.size - size)
            if (count < 0) break
            size += count
        }
        return size
    }

    private fun allocate(size: Int) = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder())

    private inline fun <T> reading(
        name: String,
        read: () -> T,
    ): T =
        try {
            read()
        } catch (error: IOException) {
            throw ModelFileException(Reason.UNREADABLE, name, "cannot be read: ${error.message}; open it again", error)
        }

    private fun tooLarge(
        name: String,
        size: String,
        most: Int,
    ) = ModelFileException(
        Reason.TOO_LARGE,
        name,
        "it has $size; expected at most $most: choose a .tflite that albert_tf exported",
    )
}
