package io.github.alberttf.app.model

import io.github.alberttf.app.model.ModelFileException.Reason
import io.github.alberttf.text.AlbertTokenizer
import io.github.alberttf.text.TokenizerOptions
import org.json.JSONException
import org.json.JSONObject
import java.nio.ByteBuffer
import java.security.MessageDigest

/**
 * The parts of a file: the graph, and the members of the archive behind it, as `export/bundle.py` writes them.
 *
 * All is checked against the checksums, nothing is interpreted yet but the tokenizer.
 */
internal class ModelBundle private constructor(
    val name: String,
    private val content: ByteBuffer,
    private val archive: AppendedArchive,
    val json: JsonReader,
) {
    /** The flatbuffer alone. */
    val graph: ByteBuffer = checkedGraph()

    /** The lines of the labels' member; null where the model names none. */
    val labels: List<String>? =
        archive
            .read(LABELS)
            ?.decodeToString()
            ?.removeSuffix("\n")
            ?.split('\n')

    val hasTokenizer: Boolean get() = !json.isNull(TOKENIZER_SETTINGS)

    /** Whether the tokenizer is one of WordPieces. */
    val hasWordPieces: Boolean get() = hasTokenizer && SENTENCE_PIECE !in archive && WORD_PIECES in archive

    /** Makes the tokenizer, with the options of the file as [adjust] changes them. */
    fun makeTokenizer(adjust: (TokenizerOptions) -> TokenizerOptions = { it }): AlbertTokenizer {
        val settings = json.child(TOKENIZER_SETTINGS)
        val (member, model) =
            TOKENIZERS.firstNotNullOfOrNull { name -> archive.read(name)?.let { name to it } }
                ?: throw damaged("it holds no ${TOKENIZERS.joinToString(" and no ")}")
        val expected = settings.textOrNull("model_sha256")
        if (expected != null && expected != sha256(ByteBuffer.wrap(model))) {
            throw damaged("its $member does not have the checksum that it was given")
        }
        val options =
            TokenizerOptions(
                lowercase = settings.flag("lowercase"),
                stripAccents = settings.flag("strip_accents"),
                clsToken = settings.textOrNull("cls_token"),
                sepToken = settings.textOrNull("sep_token"),
                padToken = settings.textOrNull("pad_token"),
                maskToken = settings.textOrNull("mask_token"),
            )
        try {
            return AlbertTokenizer.fromBytes(model, adjust(options))
        } catch (error: IllegalArgumentException) {
            throw ModelFileException(Reason.DAMAGED, name, "its $member cannot be used: ${error.message}", error)
        }
    }

    private fun checkedGraph(): ByteBuffer {
        val size = json.integer("model_bytes")
        if (size !in MARK_END..archive.start) {
            throw damaged("its graph is said to have $size bytes, and ${archive.start} stand before the archive")
        }
        val graph = content.part(0, size)
        if (sha256(graph) != json.text("model_sha256")) {
            throw damaged("its graph does not have the checksum that it was given")
        }
        return graph
    }

    private fun damaged(problem: String) =
        ModelFileException(Reason.DAMAGED, name, "$problem; copy the file again, or export the model again")

    companion object {
        /** Where the mark of TensorFlow Lite's flatbuffers ends. */
        const val MARK_END: Int = 8

        private const val MARK = "TFL3"
        private const val METADATA = "albert_tf.json"
        private const val LABELS = "labels.txt"

        private const val SENTENCE_PIECE = "tokenizer.model"
        private const val WORD_PIECES = "vocab.txt"
        private val TOKENIZERS = listOf(SENTENCE_PIECE, WORD_PIECES)
        private const val TOKENIZER_SETTINGS = "tokenizer"
        private const val FORMAT = 1

        /**
         * Takes a file apart.
         *
         * @throws ModelFileException if it is none of `albert_tf`, or incomplete, or damaged.
         */
        fun of(
            content: ByteBuffer,
            name: String,
        ): ModelBundle {
            checkMark(content, name)
            val archive = AppendedArchive.find(content, name) ?: throw withoutArchive(content, name)
            val description = archive.read(METADATA) ?: throw foreign(name)
            val json =
                try {
                    JsonReader(JSONObject(description.decodeToString()), METADATA, name)
                } catch (error: JSONException) {
                    throw ModelFileException(
                        Reason.DAMAGED,
                        name,
                        "its $METADATA is damaged: ${error.message}; copy the file again",
                        error,
                    )
                }
            checkFormat(json, name)
            return ModelBundle(name, content, archive, json)
        }

        /** Checks that a file begins as TensorFlow Lite's do. */
        fun checkMark(
            content: ByteBuffer,
            name: String,
        ) {
            val head = content.part(0, minOf(MARK_END, content.capacity())).toByteArray()
            if (head.size == MARK_END && head.decodeToString(MARK_END - MARK.length) == MARK) return
            val problem = if (head.isEmpty()) "it is empty" else "it is no TensorFlow Lite file"
            throw ModelFileException(
                Reason.NOT_TFLITE,
                name,
                "$problem; expected a .tflite that albert_tf exported",
            )
        }

        private fun checkFormat(
            json: JsonReader,
            name: String,
        ) {
            val format = json.integer("format")
            if (format != FORMAT) {
                throw ModelFileException(
                    Reason.NEWER_FORMAT,
                    name,
                    "its description has the format $format; expected $FORMAT: use a newer version of this program, " +
                        "or export the model again with an older albert_tf",
                )
            }
        }

        private fun withoutArchive(
            content: ByteBuffer,
            name: String,
        ): ModelFileException {
            val writer = GraphDescription.read(content) // null where it lies beyond the end
            if (writer != null && "albert_tf" !in writer) return foreign(name)
            return ModelFileException(
                Reason.TRUNCATED,
                name,
                "its end is cut off, after ${content.capacity()} bytes; copy the file again",
            )
        }

        private fun foreign(name: String) =
            ModelFileException(
                Reason.FOREIGN,
                name,
                "it carries no $METADATA, so it was not written by albert_tf; " +
                    "export the model with albert_tf.export.export_tflite",
            )

        private fun sha256(content: ByteBuffer): String {
            val digest = MessageDigest.getInstance("SHA-256")
            digest.update(content.duplicate())
            return digest.digest().joinToString("") { "%02x".format(it) }
        }
    }
}
