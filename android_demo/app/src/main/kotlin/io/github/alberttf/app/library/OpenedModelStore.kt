package io.github.alberttf.app.library

import io.github.alberttf.app.model.AnswerEngine
import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.model.ModelFileException.Reason
import io.github.alberttf.app.model.ModelSource
import java.io.File
import java.io.IOException
import java.io.InputStream
import java.io.OutputStream

/**
 * Keeps the one model that the person opened: a copy, since the permission to read a chosen file ends with the app's
 * process, and a mapped file must not change.
 *
 * @param folder for the copy.
 * @param mostBytes the largest file that is taken.
 */
internal class OpenedModelStore(
    private val folder: File,
    private val mostBytes: Long = ModelFile.MOST_BYTES.toLong(),
) {
    private val copy = File(folder, "opened.tflite")
    private val nameFile = File(folder, "opened.name")

    /** The name of the file as the person knows it; null if none was opened. */
    val name: String? get() = described?.substringAfter('\n')

    /** What the model is for; null if none was opened. */
    val screen: Screen? get() = described?.let { Screen.ofKey(it.substringBefore('\n')) }

    /** The screen's key, and in the next line the name. */
    private val described: String?
        get() = if (copy.isFile && nameFile.isFile) nameFile.readText().takeIf { '\n' in it } else null

    /**
     * The model.
     *
     * @throws ModelFileException if there is none, or it cannot be read.
     */
    fun load(): ModelFile = ModelFile.open(copy, name ?: copy.name)

    /**
     * Takes a file in, in place of the one before, which stays if the new one is of no use.
     *
     * @param stream its content; it is not closed.
     * @param name of the file as the person knows it.
     * @return the model.
     * @throws ModelFileException if it cannot be read, or is no model that gives answers.
     */
    fun take(
        stream: InputStream,
        name: String,
    ): ModelFile {
        folder.mkdirs()
        val incoming = File.createTempFile("incoming", ".tflite", folder)
        try {
            save(stream, incoming, name)
            val model = ModelFile.open(incoming, name)
            // Also finds out whether TensorFlow Lite takes the graph.
            AnswerEngine.of(model).close()
            nameFile.delete() // the name and the file never disagree
            if (!incoming.renameTo(copy)) throw unreadable(name, IOException("cannot move $incoming to $copy"))
            nameFile.writeText("${Screen.of(checkNotNull(model.task)).key}\n$name")
            return model
        } finally {
            incoming.delete()
        }
    }

    private fun save(
        stream: InputStream,
        file: File,
        name: String,
    ) {
        try {
            val head = ModelSource.readHead(stream, name)
            file.outputStream().use { output ->
                output.write(head)
                val whole = stream.copyUpTo(output, mostBytes - head.size)
                if (!whole) throw tooLarge(name)
            }
        } catch (error: IOException) {
            throw unreadable(name, error)
        }
    }

    /** Copies at most so many bytes; tells whether that was all. */
    private fun InputStream.copyUpTo(
        output: OutputStream,
        most: Long,
    ): Boolean {
        val buffer = ByteArray(BUFFER_BYTES)
        var total = 0L
        while (true) {
            val count = read(buffer)
            if (count < 0) return true
            total += count
            if (total > most) return false
            output.write(buffer, 0, count)
        }
    }

    private fun tooLarge(name: String) =
        ModelFileException(
            Reason.TOO_LARGE,
            name,
            "it has more than $mostBytes bytes; expected at most that many: models of albert_tf have some ten megabytes",
        )

    private fun unreadable(
        name: String,
        error: IOException,
    ) = ModelFileException(Reason.UNREADABLE, name, "it cannot be read: ${error.message}; choose it again", error)

    private companion object {
        const val BUFFER_BYTES = 1 shl 16
    }
}
