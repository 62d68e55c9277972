package io.github.alberttf.app.model

import io.github.alberttf.app.model.ModelFileException.Reason
import org.json.JSONObject
import org.junit.Test
import java.io.ByteArrayInputStream
import java.io.File
import java.io.IOException
import java.io.InputStream
import java.io.RandomAccessFile
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.zip.ZipEntry
import kotlin.random.Random
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** What is read from files, and what is said of those that cannot be used. */
class ModelFileTest {
    private fun refusal(
        reason: Reason,
        open: () -> Unit,
    ): String {
        val error = assertFailsWith<ModelFileException> { open() }
        assertEquals(reason, error.reason, error.message)
        assertEquals(SampleFile.NAME, error.fileName)
        assertTrue('\n' !in error.message!!)
        return error.message!!.removePrefix("${SampleFile.NAME}: ")
    }

    private fun read(content: ByteArray) = ModelFile.read(ByteArrayInputStream(content), SampleFile.NAME)

    @Test
    fun whatAFileSays() {
        val model = SampleFile().open()
        assertEquals(SampleFile.NAME, model.name)
        assertEquals(ModelTask.CLASSIFICATION, model.task)
        assertEquals(listOf("ham", "spam"), model.labels)
        assertEquals(128, model.sequenceLength)
        assertEquals(12, model.description.numLayers)
        assertEquals("int8", model.description.quantization)
        assertEquals("2.17.0", model.description.lowestRuntime)
        assertEquals("2.20.0", model.description.resizesSince)
        assertEquals(emptyList(), model.controls)
        assertNull(model.tokenizer)
        assertEquals(
            "it carries no tokenizer, since its model had no preprocessor; export the model with one",
            refusal(Reason.NO_TOKENIZER) { model.requireAnswers() },
        )
    }

    @Test
    fun tasks() {
        fun task(change: (SampleFile) -> Unit) = SampleFile().also(change).open()
        assertEquals(ModelTask.MULTI_LABEL, task { it.description.put("multi_label", true) }.task)
        val regressor =
            task {
                it.description.put("head", "text_regressor").put("num_classes", org.json.JSONObject.NULL)
                it.labels = null
            }
        assertEquals(ModelTask.REGRESSION, regressor.task)
        assertEquals(emptyList(), regressor.labels)
        assertEquals(ModelTask.TOKEN_CLASSIFICATION, task { it.description.put("head", "token_classifier") }.task)
        assertEquals(ModelTask.QUESTION_ANSWERING, task { it.description.put("head", "question_answerer") }.task)
        val chooser = task { it.description.put("head", "multiple_choice") }
        assertNull(chooser.task)
        assertContains(refusal(Reason.NO_TEXT_ANSWER) { chooser.requireAnswers() }, "it holds a multiple_choice,")
    }

    @Test
    fun howAQuestionAnswererReads() {
        val file = SampleFile()
        file.description.put("head", "question_answerer")
        val untold = file.open().description.questionSettings
        assertEquals(listOf(128, 64, 30), untold.run { listOf(stride, maxQuestionLength, maxAnswerTokens) })
        assertTrue(!untold.canBeUnanswerable)
        file.description.put("preprocessor", JSONObject("""{"stride": 9, "max_question_length": 7}"""))
        file.description.put(
            "head_config",
            JSONObject("""{"can_be_unanswerable": true, "no_answer_threshold": 0.25, "max_answer_tokens": 5}"""),
        )
        val told = file.open().description.questionSettings
        assertEquals(listOf(9, 7, 5), told.run { listOf(stride, maxQuestionLength, maxAnswerTokens) })
        assertTrue(told.canBeUnanswerable && told.noAnswerThreshold == 0.25)
        file.description.put("preprocessor", JSONObject("""{"stride": 0}"""))
        assertContains(
            refusal(Reason.DAMAGED) { file.open().description.questionSettings },
            "stride is 0; expected a number of at least 1",
        )
    }

    @Test
    fun theShortestLimitIsTheLength() {
        val file = SampleFile()
        file.description.put("length", 24)
        assertEquals(24, file.open().sequenceLength)
        file.description.put("lengths", org.json.JSONArray(listOf(32, 16)))
        assertEquals(24, file.open().sequenceLength)
        file.description.put("length", org.json.JSONObject.NULL)
        assertEquals(32, file.open().sequenceLength)
        file.description.put("sequence_length", 2)
        assertContains(refusal(Reason.DAMAGED) { file.open() }, "sequence_length is 2; expected at least 3")
    }

    @Test
    fun labelsWithoutNamesAreNumbers() {
        assertEquals(listOf("0", "1"), SampleFile().apply { labels = null }.open().labels)
        val message = refusal(Reason.DAMAGED) { SampleFile().apply { labels = "a\nb\nc\n" }.open() }
        assertContains(message, "num_classes is 2; expected 3, as many as labels.txt has lines")
    }

    @Test
    fun everyWayToOpenGivesTheSame() {
        val content = SampleFile().toByteArray()
        val file = File.createTempFile("sample", ".tflite").apply { deleteOnExit() }
        file.writeBytes(byteArrayOf(1, 2, 3, 4) + content + ByteArray(9))
        RandomAccessFile(file, "r").use {
            val part = ModelFile.open(it.channel, 4, content.size.toLong(), SampleFile.NAME)
            assertEquals(content.size.toLong(), part.sizeBytes)
            assertEquals(300, part.graph.capacity())
            assertTrue(part.graph.isDirect)
        }
        file.writeBytes(content)
        assertEquals(file.name, ModelFile.open(file).name)
        assertEquals(300, ModelFile.open(file).graph.capacity())
        val drops =
            object : ByteArrayInputStream(content) {
                override fun read(
                    b: ByteArray,
                    off: Int,
                    len: Int,
                ) = super.read(b, off, minOf(len, 7)) // as a slow provider gives it
            }
        val read = ModelFile.read(drops, SampleFile.NAME)
        assertEquals(content.size.toLong(), read.sizeBytes)
        assertTrue(read.graph.isDirect)
    }

    @Test
    fun archivesWithOffsetsOfTheirOwn() {
        assertEquals(listOf("ham", "spam"), SampleFile().apply { hasAbsoluteOffsets = false }.open().labels)
    }

    @Test
    fun streamsThatFailOrDoNotEnd() {
        val content = SampleFile().toByteArray()
        val broken =
            object : InputStream() {
                override fun read(): Int = throw IOException("the card was taken out")
            }
        val message = refusal(Reason.UNREADABLE) { ModelFile.read(broken, SampleFile.NAME) }
        assertEquals("cannot be read: the card was taken out; open it again", message)
        val tooLarge =
            refusal(Reason.TOO_LARGE) {
                ModelFile.read(ByteArrayInputStream(content), SampleFile.NAME, mostBytes = content.size - 1)
            }
        assertContains(tooLarge, "expected at most ${content.size - 1}")
        ModelFile.read(ByteArrayInputStream(content), SampleFile.NAME, mostBytes = content.size)
        val film = Endless()
        refusal(Reason.NOT_TFLITE) { ModelFile.read(film, SampleFile.NAME) }
        assertEquals(8, film.taken)
    }

    private class Endless : InputStream() {
        var taken = 0

        override fun read(): Int = 'x'.code.also { taken++ }
    }

    @Test
    fun filesThatAreNone() {
        refusal(Reason.NOT_TFLITE) { read(ByteArray(0)) }
        refusal(Reason.NOT_TFLITE) { read("PK\u0003\u0004 a zip".encodeToByteArray()) }
        refusal(Reason.UNREADABLE) { ModelFile.open(File("/no/such/${SampleFile.NAME}")) }
        refusal(Reason.FOREIGN) { read(SampleFile.flatbuffer("MLIR Converted.")) }
        refusal(Reason.FOREIGN) { read("....TFL3".encodeToByteArray().copyOf(500).also { it.fill(0, 0, 4) }) }
        refusal(Reason.TRUNCATED) { read(SampleFile.flatbuffer("by albert_tf 0.1.0")) }
        refusal(Reason.TRUNCATED) { read(SampleFile.flatbuffer("by albert_tf 0.1.0").copyOf(38)) }
    }

    @Test
    fun newerAndDamagedFiles() {
        val newer = SampleFile().apply { description.put("format", 2) }
        assertContains(refusal(Reason.NEWER_FORMAT) { newer.open() }, "has the format 2; expected 1")
        val content = SampleFile().toByteArray()
        content[200] = 1
        assertContains(refusal(Reason.DAMAGED) { read(content) }, "its graph does not have the checksum")
        for (name in listOf("batch", "form", "runtime", "config", "head", "controls", "outputs")) {
            val file = SampleFile().apply { description.put(name, 1.5) }
            assertContains(refusal(Reason.DAMAGED) { file.open() }, "$name is 1.5; expected ")
        }
    }

    @Test
    fun compressedMembers() {
        val file = SampleFile().apply { method = ZipEntry.DEFLATED }
        assertEquals(listOf("ham", "spam"), file.open().labels)
        val content = file.toByteArray()

        fun refused() = refusal(Reason.DAMAGED) { read(content) }
        val archive = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN)
        val entry = archive.getInt(content.size - 22 + 16)
        archive.putShort(entry + 10, 12)
        assertContains(refused(), "its albert_tf.json has the compression 12, expected 0 or 8")
        archive.putShort(entry + 10, 8)
        val size = archive.getInt(entry + 24)
        archive.putInt(entry + 24, 2_000_000_000)
        assertContains(refused(), "bytes to 2000000000")
        archive.putInt(entry + 24, size + 1)
        assertContains(refused(), "its albert_tf.json has $size bytes, and is said to have ${size + 1}")
        archive.putInt(entry + 24, size)
        // A block of no kind that there is.
        content[archive.getInt(entry + 42) + 30 + "albert_tf.json".length] = 0x07
        assertContains(refused(), "its albert_tf.json cannot be decompressed")
    }

    /** Whatever the bytes are, a file is read, or refused with a sentence. */
    @Test
    fun randomDamage() {
        val content = SampleFile().toByteArray()
        val random = Random(5)
        var refused = 0
        repeat(3000) {
            val damaged = content.copyOf(if (it % 3 == 0) random.nextInt(content.size) else content.size)
            repeat(1 + it % 4) {
                if (damaged.isNotEmpty()) {
                    damaged[random.nextInt(damaged.size)] =
                        random.nextInt().toByte()
                }
            }
            try {
                read(damaged)
            } catch (error: ModelFileException) {
                refused++
                assertTrue(error.message!!.startsWith("${SampleFile.NAME}: "))
            }
        }
        assertTrue(refused > 2500)
    }
}
