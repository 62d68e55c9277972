package io.github.alberttf.text

import org.junit.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** Where tokens stand in the text. */
class SpansTest {
    private val english = TestFiles.english

    @Test
    fun examples() {
        val expected =
            mapOf(
                "" to listOf(),
                " \t " to listOf(),
                "Hello, World!" to listOf("Hello", ",", "World", "!"),
                "  Hello \n\n World " to listOf("Hello", "World"),
                "naïve cafe\u0301 is" to listOf("naïve", "cafe\u0301", "is"),
                "in 1999, x9," to listOf("in", "1999", ",", "x", "9", ","),
                "ﬁne ½" to listOf("ﬁne", "½", "½", "½"),
                "a\u200bb\ufeff" to listOf("a", "b"),
                "a\u0001b \u0002c" to listOf("a\u0001b", "c"),
                "a  Ж" to listOf("a", " ", "Ж"),
                "Ж" to listOf("", "Ж"),
                "x\u00a8Ж" to listOf("x", "\u00a8", "Ж"),
                "…" to listOf("", "…", "…", "…"),
                "\u0301a\u0301\u0302 b" to listOf("a\u0301\u0302", "b"),
                "🙂 a" to listOf("", "🙂", "a"),
            )
        assertEquals(expected, expected.keys.associateWith { english.shown(it) })
    }

    @Test
    fun countsUtf16Units() {
        val spans = english.encodeWithSpans("🙂 hello").spans
        assertContentEquals(intArrayOf(0, 0, 3), spans.starts)
        assertContentEquals(intArrayOf(0, 2, 8), spans.ends)
    }

    @Test
    fun whereTheCharacterMapDoesTheWork() {
        val pieces = listOf("▁", "a", "e", "é", "i", "1", "9", ",", ".", "▁1,", "9,", "f", "ﷺ").associateWith { -3f }
        val tokenizer = SmallModel(pieces).tokenizer(TokenizerOptions(lowercase = false, stripAccents = false))
        val expected =
            mapOf(
                "e\u0301é" to listOf("", "e\u0301", "é"),
                "9１," to listOf("", "9", "１", ","),
                "a9," to listOf("", "a", "", "9", ","),
                "a9, é" to listOf("", "a", "", "9", ",", " ", "é"),
                "ﬁ" to listOf("", "ﬁ", "ﬁ"),
                "🄂" to listOf("", "🄂", "🄂"),
            )
        assertEquals(expected, expected.keys.associateWith { tokenizer.shown(it) })
    }

    @Test
    fun anyTextHasOrderedSpansInRange() {
        val random = RandomTexts(seed = 1)
        repeat(3000) {
            val text = random.next()
            val encoded = english.encodeWithSpans(text)
            assertContentEquals(english.encode(text), encoded.ids, "ids of $text")
            var lastStart = 0
            var lastEnd = 0
            for (token in 0 until encoded.size) {
                val start = encoded.spans.starts[token]
                val end = encoded.spans.ends[token]
                assertTrue(start in lastStart..end && end in lastEnd..text.length, "span $start, $end in '$text'")
                assertTrue(start < end || token == 0, "token $token is empty in '$text'")
                assertTrue(!cutsPair(text, start) && !cutsPair(text, end), "span $start, $end cuts a pair in '$text'")
                lastStart = start
                lastEnd = end
            }
        }
    }

    private fun cutsPair(
        text: String,
        index: Int,
    ) = index in 1 until text.length && text[index - 1].isHighSurrogate() && text[index].isLowSurrogate()
}
