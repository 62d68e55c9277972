package io.github.alberttf.tools

import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.text.AlbertTokenizer
import io.github.alberttf.text.TokenizerOptions
import java.io.File
import java.io.IOException

/** Makes tokenizers of files: a SentencePiece `.model`, a `vocab.txt`, or a `.tflite` that `albert_tf.export` wrote. */
internal object TokenizerFile {
    /**
     * Reads a tokenizer.
     *
     * @param path of the file.
     * @param adjust changes how texts are treated: the usual way, or what a `.tflite` says.
     * @throws UserError if the file cannot be read or used.
     */
    fun read(
        path: String,
        adjust: (TokenizerOptions) -> TokenizerOptions = { it },
    ): AlbertTokenizer {
        val file = File(path)
        if (!file.isFile) {
            throw UserError(
                "$path: no such file; pass a .model, a vocab.txt, or a .tflite that holds a tokenizer",
            )
        }
        try {
            if (isTflite(file)) return ModelFile.readTokenizer(file, path, adjust)
            return AlbertTokenizer.fromBytes(file.readBytes(), adjust(TokenizerOptions()))
        } catch (error: ModelFileException) {
            throw UserError(error.message.orEmpty())
        } catch (error: IOException) {
            throw UserError("$path: cannot be read: ${error.message}")
        } catch (error: IllegalArgumentException) {
            throw UserError("$path: ${error.message}")
        }
    }

    /** TFLite's flatbuffers have the mark `TFL3` at byte 4. */
    private fun isTflite(file: File): Boolean {
        val start = ByteArray(8)
        val read = file.inputStream().use { it.read(start) }
        return read == start.size && start.decodeToString(4, 8) == "TFL3"
    }
}
