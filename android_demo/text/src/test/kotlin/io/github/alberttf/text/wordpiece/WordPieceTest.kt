package io.github.alberttf.text.wordpiece

import io.github.alberttf.text.AlbertTokenizer
import io.github.alberttf.text.InvalidModelException
import io.github.alberttf.text.TokenizerOptions
import org.junit.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

class WordPieceTest {
    private val pieces = listOf("[PAD]", "[UNK]", "[CLS]", "[SEP]", "", "a", "##b", "中", ",", "=", "a", "σ", "##ς")

    private fun tokenizer(
        content: String = pieces.joinToString("\n"),
        lowercase: Boolean = true,
        stripAccents: Boolean = true,
    ) = AlbertTokenizer.fromBytes(
        content.encodeToByteArray(),
        TokenizerOptions(lowercase = lowercase, stripAccents = stripAccents),
    )

    @Test
    fun wordsAreDividedIntoTheirLongestPieces() {
        val encoded = tokenizer().encodeWithSpans("Áb中,\u0000a≠ xb")
        assertContentEquals(intArrayOf(10, 6, 7, 8, 10, 9, 1), encoded.ids)
        assertContentEquals(intArrayOf(0, 1, 2, 3, 5, 6, 8), encoded.spans.starts)
        assertContentEquals(intArrayOf(1, 2, 3, 4, 6, 7, 10), encoded.spans.ends)
    }

    @Test
    fun droppedAccentsBelongToWhatStandsBeforeThem() {
        val encoded = tokenizer().encodeWithSpans("a\u0301b 中\u0301")
        assertContentEquals(intArrayOf(0, 2, 4), encoded.spans.starts)
        assertContentEquals(intArrayOf(2, 3, 6), encoded.spans.ends)
    }

    @Test
    fun capitalsAndAccentsCanBeKept() {
        assertContentEquals(intArrayOf(1), tokenizer(lowercase = false, stripAccents = false).encode("A"))
        assertContentEquals(intArrayOf(1), tokenizer(stripAccents = false).encode("á"))
        assertContentEquals(intArrayOf(10), tokenizer(lowercase = false).encode("á"))
    }

    @Test
    fun theLastSigmaOfAWordIsFinal() {
        assertContentEquals(intArrayOf(11, 12), tokenizer().encode("ΣΣ"))
        assertContentEquals(intArrayOf(1), tokenizer().encode("ΣΣa"))
    }

    @Test
    fun wordsOfMoreThan200CharactersAreUnknown() {
        val tokenizer = tokenizer("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n##a")
        assertEquals(200, tokenizer.encode("a".repeat(200)).size)
        assertContentEquals(intArrayOf(1), tokenizer.encode("a".repeat(201)))
        assertContentEquals(intArrayOf(1, 4), tokenizer.encode("\uD800 a"))
    }

    @Test
    fun windowsLinesAndMarksAreReadAsOthers() {
        val odd = "\uFEFF" + pieces.joinToString("\r\n") + "\r\n\r\n"
        assertEquals(pieces.size, tokenizer(odd).vocabulary.size)
        assertContentEquals(tokenizer().encode("ab中"), tokenizer(odd).encode("ab中"))
    }

    @Test
    fun aTextThatIsNoVocabularyIsNamed() {
        val error = assertFailsWith<InvalidModelException> { tokenizer("[CLS]\n[SEP]") }
        assertTrue("none of its 2 lines is [UNK]" in error.message.orEmpty(), error.message)
    }
}
