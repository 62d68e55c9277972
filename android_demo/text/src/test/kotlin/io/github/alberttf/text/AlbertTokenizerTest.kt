package io.github.alberttf.text

import org.junit.Test
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import kotlin.test.assertContains
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertTrue

class AlbertTokenizerTest {
    private val english = TestFiles.english

    @Test
    fun examples() {
        assertContentEquals(intArrayOf(10975, 15, 126, 187), english.encode("Hello, World!"))
        assertContentEquals(intArrayOf(), english.encode(""))
        assertContentEquals(intArrayOf(), english.encode(" \t\n\u3000"))
        assertEquals(listOf("▁in", "▁1999", ",", "▁x", "9", ","), english.pieces("in 1999, x9,"))
    }

    @Test
    fun ofAStream() {
        val tokenizer = AlbertTokenizer.read(TestFiles.englishModel.inputStream())
        assertContentEquals(english.encode("Hello"), tokenizer.encode("Hello"))
    }

    @Test
    fun specialTokens() {
        val vocabulary = english.vocabulary
        assertEquals(30000, vocabulary.size)
        val special = listOf(vocabulary.padId, vocabulary.unkId, vocabulary.clsId, vocabulary.sepId, vocabulary.maskId)
        assertEquals(listOf<Int?>(0, 1, 2, 3, 4), special)
        assertEquals("[CLS]", vocabulary.piece(2))
        assertEquals(10975, vocabulary.id("▁hello"))
        assertEquals(vocabulary.unkId, vocabulary.id("▁Hello"))
        assertEquals(vocabulary.unkId, vocabulary.id("\uD800"))
        assertTrue("[SEP]" in vocabulary && "▁Hello" !in vocabulary)
    }

    @Test
    fun textsDoNotSpellSpecialTokens() {
        val ids = english.encode("[CLS] <unk> [MASK] <pad>")
        assertTrue(ids.none { it in intArrayOf(0, 2, 3, 4) })
    }

    @Test
    fun otherSpellingsOfSpecialTokens() {
        val pieces = mapOf("<cls>" to -1f, "<sep>" to -1f, "a" to -1f, "▁" to -1f)
        val named = SmallModel(pieces).tokenizer(TokenizerOptions(clsToken = "<cls>", sepToken = "<sep>"))
        assertEquals("<cls>", named.vocabulary.piece(named.vocabulary.clsId))
        assertEquals("[CLS]", SmallModel(pieces).tokenizer().vocabulary.let { it.piece(it.clsId) })
    }

    @Test
    fun missingSpecialTokenNamesTheOption() {
        val error =
            assertFailsWith<IllegalArgumentException> {
                AlbertTokenizer.fromBytes(TestFiles.englishModel, TokenizerOptions(sepToken = "</s>"))
            }
        assertContains(error.message!!, "no '</s>'")
        assertContains(error.message!!, "sepToken")
    }

    @Test
    fun maskMayBeMissing() {
        val model = TestFiles.englishModel.decodeToString(0, 200)
        val at = model.indexOf("[MASK]")
        val content = TestFiles.englishModel.copyOf().also { it[at + 1] = 'T'.code.toByte() }
        assertNull(AlbertTokenizer.fromBytes(content).vocabulary.maskId)
    }

    @Test
    fun idsOutsideTheVocabularyAreRefused() {
        assertFailsWith<IllegalArgumentException> { english.vocabulary.piece(30000) }
        assertFailsWith<IllegalArgumentException> { english.vocabulary.score(-1) }
    }

    @Test
    fun threadsShareATokenizer() {
        val random = RandomTexts(seed = 5)
        val texts = List(300) { random.next() }
        val expected = texts.map { separate.encode(it).toList() }
        val threads = Executors.newFixedThreadPool(4)
        try {
            val runs = List(4) { Callable { texts.map { english.encode(it).toList() } } }
            threads.invokeAll(runs).forEach { assertEquals(expected, it.get()) }
        } finally {
            threads.shutdown()
        }
    }

    @Test
    fun longTextsDoNotDisturbShortOnes() {
        val long = "Hello, World! ".repeat(5000)
        assertEquals(20000, english.encode(long).size)
        assertContentEquals(intArrayOf(10975, 15, 126, 187), english.encode("Hello, World!"))
    }

    private companion object {
        val separate by lazy { AlbertTokenizer.fromBytes(TestFiles.englishModel) }
    }
}
