package io.github.alberttf.text.sentencepiece

import io.github.alberttf.text.AlbertTokenizer
import io.github.alberttf.text.InvalidModelException
import io.github.alberttf.text.SmallModel
import io.github.alberttf.text.TestFiles
import io.github.alberttf.text.WireWriter
import org.junit.Test
import kotlin.random.Random
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

class ModelFileTest {
    private val pieces = mapOf("▁" to -3f, "a" to -2f, "b" to -4f)

    @Test
    fun english() {
        val file = ModelFile.parse(TestFiles.englishModel)
        assertEquals(30000, file.pieces.size)
        assertEquals("<unk>", file.pieces[1])
        assertEquals("▁hello", file.pieces[10975])
        assertEquals(listOf(3, 2, 3, 3, 3, 4), file.types.take(6))
        assertEquals(-13.532299f, file.scores.min())
        assertTrue(file.addDummyPrefix && file.removeExtraWhitespaces && file.escapeWhitespaces)
        assertTrue(!file.whitespaceAsSuffix && !file.byteFallback)
        assertEquals(237539, file.charsmap.size)
    }

    @Test
    fun contentThatIsNoModel() {
        refused("0 unknown pieces among 0") { ByteArray(0) }
        refused("neither a SentencePiece model nor") { "some text that is no model".encodeToByteArray() }
        refused("not a SentencePiece model") { byteArrayOf(-119, 80, 78, 71, 13, 10, 26, 10) }
    }

    @Test
    fun modelsOfAnotherKind() {
        refused("has the type 2") { SmallModel(pieces, modelType = 2).toByteArray() }
        refused("2 unknown pieces") { SmallModel(pieces).toByteArray() + piece("<unk2>", type = 2) }
    }

    @Test
    fun piecesThatCannotBe() {
        refused("the pieces 6 and 8 are both 'a'") { SmallModel(pieces).toByteArray() + piece("a") }
        refused("piece 8 of the SentencePiece model is empty") { SmallModel(pieces).toByteArray() + piece("") }
        refused("has the type 9") { SmallModel(pieces).toByteArray() + piece("c", type = 9) }
        refused("score NaN") { SmallModel(pieces).toByteArray() + piece("c", score = Float.NaN) }
        refused("is not UTF-8") { SmallModel(pieces).toByteArray() + piece(byteArrayOf(0x61, -1)) }
        refused("no byte fallback") { SmallModel(pieces).toByteArray() + piece("<0x41>", type = 6) }
        refused("none of its 5 pieces") { SmallModel(emptyMap()).toByteArray() }
        refused("no piece for the byte '<0x00>'") {
            SmallModel(pieces).toByteArray() +
                WireWriter().bytes(2, WireWriter().varint(35, 1).toByteArray()).toByteArray()
        }
    }

    @Test
    fun unknownFieldsAreIgnored() {
        val more =
            WireWriter()
                .varint(99, 5)
                .bytes(98, ByteArray(3))
                .float(97, 1f)
                .toByteArray()
        assertEquals(8, ModelFile.parse(more + SmallModel(pieces).toByteArray()).pieces.size)
    }

    @Test
    fun cutOffModelsAreRefusedOrWork() {
        val content = SmallModel(pieces, characterMap = false).toByteArray()
        for (length in content.indices) refuseOrUse(content.copyOf(length))
    }

    @Test
    fun damagedModelsAreRefusedOrWork() {
        val random = Random(17)
        // With the character map, which is most of the model, and without, so that the rest is hit.
        for (characterMap in listOf(true, false)) {
            val small = SmallModel(pieces, userDefined = listOf("xy"), characterMap = characterMap).toByteArray()
            repeat(150) {
                val content = small.copyOf()
                repeat(random.nextInt(1, 4)) { content[random.nextInt(content.size)] = random.nextInt(256).toByte() }
                refuseOrUse(content)
            }
        }
    }

    private fun refuseOrUse(content: ByteArray) {
        try {
            val tokenizer = AlbertTokenizer.fromBytes(content)
            tokenizer.encodeWithSpans("a xy ﬁ é 日本 ½ abba")
        } catch (error: IllegalArgumentException) {
            assertTrue(error.message!!.length in 20..400 && '\n' !in error.message!!, error.message)
        }
    }

    private fun piece(
        piece: String,
        score: Float = -1f,
        type: Long = 1,
    ) = piece(piece.encodeToByteArray(), score, type)

    private fun piece(
        piece: ByteArray,
        score: Float = -1f,
        type: Long = 1,
    ) = WireWriter()
        .bytes(
            1,
            WireWriter()
                .bytes(1, piece)
                .float(2, score)
                .varint(3, type)
                .toByteArray(),
        ).toByteArray()

    private fun refused(
        message: String,
        content: () -> ByteArray,
    ) = assertContains(
        assertFailsWith<InvalidModelException> { AlbertTokenizer.fromBytes(content()) }.message!!,
        message,
    )
}
