package io.github.alberttf.tools

import com.google.gson.JsonObject
import com.google.gson.JsonParseException
import com.google.gson.JsonParser
import io.github.alberttf.text.AlbertTokenizer
import io.github.alberttf.text.TokenizerOptions
import java.io.File
import java.io.IOException
import java.security.MessageDigest
import java.util.zip.ZipFile

/** Makes tokenizers of files: a SentencePiece `.model`, or a `.tflite` that `albert_tf.export` wrote. */
internal object TokenizerFile {
    private const val MODEL = "tokenizer.model"
    private const val METADATA = "albert_tf.json"
    private const val FORMAT = 1

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
        if (!file.isFile) throw UserError("$path: no such file; pass a .model, or a .tflite that holds a tokenizer")
        try {
            if (isTflite(file)) return readBundle(file, adjust)
            return AlbertTokenizer.fromBytes(file.readBytes(), adjust(TokenizerOptions()))
        } catch (error: IOException) {
            throw UserError("$path: cannot be read: ${error.message}")
        } catch (error: JsonParseException) {
            throw UserError("$path: its $METADATA is damaged: ${error.message}; copy the file again")
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

    /** Reads what `export/bundle.py` appended: a zip archive behind the flatbuffer. */
    private fun readBundle(
        file: File,
        adjust: (TokenizerOptions) -> TokenizerOptions,
    ): AlbertTokenizer {
        ZipFile(file).use { archive ->
            val description = JsonParser.parseString(archive.member(METADATA).decodeToString()).asJsonObject
            val format = description["format"]?.asInt
            require(format == FORMAT) {
                "its description has the format $format; expected $FORMAT: export the model again with this version"
            }
            val settings = description["tokenizer"]
            require(settings != null && settings.isJsonObject) {
                "it carries no tokenizer, since its model had no preprocessor; export the model with one"
            }
            val model = archive.member(MODEL)
            val expected = settings.asJsonObject.text("model_sha256")
            require(expected == null || expected == sha256(model)) {
                "its $MODEL does not have the checksum that it was given; copy the file again"
            }
            return AlbertTokenizer.fromBytes(model, adjust(options(settings.asJsonObject)))
        }
    }

    private fun options(settings: JsonObject) =
        TokenizerOptions(
            lowercase = settings["lowercase"]?.asBoolean ?: true,
            stripAccents = settings["strip_accents"]?.asBoolean ?: true,
            clsToken = settings.text("cls_token"),
            sepToken = settings.text("sep_token"),
            padToken = settings.text("pad_token"),
            maskToken = settings.text("mask_token"),
        )

    private fun ZipFile.member(name: String): ByteArray {
        val entry =
            requireNotNull(getEntry(name)) {
                "it holds no $name; export the model with its preprocessor, with albert_tf.export.export_tflite"
            }
        return getInputStream(entry).use { it.readBytes() }
    }

    private fun JsonObject.text(name: String): String? = this[name]?.takeUnless { it.isJsonNull }?.asString

    private fun sha256(content: ByteArray): String =
        MessageDigest
            .getInstance("SHA-256")
            .digest(content)
            .joinToString("") { "%02x".format(it) }
}
