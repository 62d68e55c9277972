package io.github.alberttf.app.model

import org.json.JSONObject
import java.io.ByteArrayOutputStream
import java.nio.ByteBuffer
import java.security.MessageDigest
import java.util.zip.CRC32
import java.util.zip.ZipEntry
import java.util.zip.ZipOutputStream

/** Builds files as `albert_tf` writes them, around a graph that nothing runs. */
internal class SampleFile {
    /** The flatbuffer: the mark, a root table with a description, and zeros. */
    var graph: ByteArray = flatbuffer("ALBERT, by albert_tf 0.1.0")

    var labels: String? = "ham\nspam\n"

    /** The lines of a `vocab.txt`; null for a model without a tokenizer. */
    var wordPieces: List<String>? = null

    /** Whether the archive's offsets count from the file's beginning, or from its own. */
    var hasAbsoluteOffsets: Boolean = true

    var method: Int = ZipEntry.STORED

    val description: JSONObject =
        JSONObject(
            """
            {"format": 1, "albert_tf": "0.1.0", "head": "text_classifier", "num_classes": 2, "multi_label": false,
            "quantization": "int8", "form": "loop", "length": null, "lengths": null, "batch": 1,
            "runtime": {"lowest": "2.17.0", "resizes_since": "2.20.0"}, "outputs": ["logits"], "controls": [],
            "config": {"num_hidden_layers": 12, "max_position_embeddings": 512}, "tokenizer": null,
            "sequence_length": 128}
            """.trimIndent(),
        )

    fun toByteArray(): ByteArray {
        val digest = MessageDigest.getInstance("SHA-256").digest(graph)
        description.put("model_bytes", graph.size)
        description.put("model_sha256", digest.joinToString("") { "%02x".format(it) })
        if (wordPieces != null) description.put("tokenizer", JSONObject(WORD_PIECE_SETTINGS))
        val members = linkedMapOf("albert_tf.json" to description.toString())
        labels?.let { members["labels.txt"] = it }
        wordPieces?.let { members["vocab.txt"] = it.joinToString("\n") }
        return graph + zip(members, if (hasAbsoluteOffsets) graph.size else 0)
    }

    fun open(): ModelFile = ModelFile.open(ByteBuffer.wrap(toByteArray()), NAME)

    private fun zip(
        members: Map<String, String>,
        shift: Int,
    ): ByteArray {
        val out = ByteArrayOutputStream()
        ZipOutputStream(out).use { zip ->
            for ((name, content) in members) {
                val bytes = content.encodeToByteArray()
                val entry = ZipEntry(name)
                entry.method = method
                if (method == ZipEntry.STORED) {
                    entry.size = bytes.size.toLong()
                    entry.crc = CRC32().apply { update(bytes) }.value
                }
                zip.putNextEntry(entry)
                zip.write(bytes)
            }
        }
        return out.toByteArray().also { shiftOffsets(it, shift) }
    }

    /** Adds to every offset in an archive. */
    private fun shiftOffsets(
        archive: ByteArray,
        shift: Int,
    ) {
        val buffer = ByteBuffer.wrap(archive).order(java.nio.ByteOrder.LITTLE_ENDIAN)
        val end = archive.size - 22
        var position = buffer.getInt(end + 16)
        repeat(buffer.getShort(end + 10).toInt()) {
            buffer.putInt(position + 42, buffer.getInt(position + 42) + shift)
            position += 46 + buffer.getShort(position + 28) + buffer.getShort(position + 30)
        }
        buffer.putInt(end + 16, buffer.getInt(end + 16) + shift)
    }

    companion object {
        const val NAME: String = "sample.tflite"

        private const val WORD_PIECE_SETTINGS = """{"lowercase": true, "strip_accents": true}"""

        /** A file that runs the graph of another on a vocabulary of WordPieces. */
        fun withWordPieces(
            file: ByteArray,
            pieces: List<String>,
            labels: List<String>,
        ): ByteArray {
            val archive = checkNotNull(AppendedArchive.find(ByteBuffer.wrap(file), NAME))
            val description = JSONObject(checkNotNull(archive.read("albert_tf.json")).decodeToString())
            val sample = SampleFile()
            sample.graph = file.copyOf(description.getInt("model_bytes"))
            for (key in description.keys()) sample.description.put(key, description[key])
            sample.wordPieces = listOf("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]") + pieces
            sample.labels = labels.joinToString("") { "$it\n" }
            return sample.toByteArray()
        }

        /** A flatbuffer whose root table has a description alone. */
        fun flatbuffer(description: String): ByteArray {
            val text = description.encodeToByteArray()
            val buffer = ByteBuffer.allocate(300).order(java.nio.ByteOrder.LITTLE_ENDIAN)
            buffer.putInt(32).put("TFL3".encodeToByteArray()) // where the root table is
            buffer.putShort(12, 12).putShort(14, 8).putShort(22, 4) // the list of its fields; the fourth is at 4
            buffer.putInt(32, 32 - 12).putInt(36, 40 - 36)
            buffer.putInt(40, text.size)
            text.copyInto(buffer.array(), 44)
            return buffer.array()
        }
    }
}
