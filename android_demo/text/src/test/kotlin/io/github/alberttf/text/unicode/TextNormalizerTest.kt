package io.github.alberttf.text.unicode

import io.github.alberttf.text.RandomTexts
import org.junit.Test
import java.text.Normalizer
import kotlin.test.assertEquals
import kotlin.test.assertTrue

class TextNormalizerTest {
    private val tables = UnicodeTables.load()
    private val usual = TextNormalizer(tables, lowercase = true, stripAccents = true)

    private fun TextNormalizer.normalized(text: String): String {
        val out = NormalizedText()
        normalize(text, out, traced = true)
        val normalized = out.utf8.toByteArray().decodeToString()
        assertEquals(out.origins.size, normalized.codePointCount(0, normalized.length))
        return normalized
    }

    @Test
    fun theTablesAreThoseOfPython311() {
        assertEquals("14.0.0", tables.version)
        val whiteSpace = ArrayList<Int>()
        tables.whiteSpace.forEach { whiteSpace += it }
        assertEquals(29, whiteSpace.size)
        assertTrue(0x1F in whiteSpace && 0x200B !in whiteSpace)
        assertTrue(0x663 in tables.digits && 0xB2 in tables.digits && 0xBD !in tables.digits)
    }

    @Test
    fun everyStep() {
        val expected =
            mapOf(
                "  Hello \t\n World\u3000" to "hello world",
                "naïve CAFÉ e\u0301" to "naive cafe e",
                "ﬁ ½ ™ Ⅳ ﷺ" to "fi 1⁄2 tm iv صلى الله عليه وسلم",
                "각 가" to "각 가".map { Normalizer.normalize(it.toString(), Normalizer.Form.NFD) }.joinToString(""),
                "İSTANBUL ẞ ß" to "istanbul ß ß",
                "x\u00A8Ж" to "x ж",
                "a \u0301 b" to "a  b",
                "\u001Ca\u0085b\u2028" to "a b",
                "a\u0000B" to "a\u0000b",
                "\u0301" to "",
                "" to "",
            )
        assertEquals(expected, expected.keys.associateWith { usual.normalized(it) })
    }

    @Test
    fun finalSigma() {
        val expected =
            mapOf(
                "ΑΣ ΣΑ" to "ας σα",
                "ΑΣ." to "ας.",
                "ΟΔΥΣΣΕΥΣ" to "οδυσσευς",
                "Σ" to "σ",
                "'Σ" to "'σ",
                "Α\u00ADΣ\u00AD" to "α\u00ADς\u00AD",
                "Α𝚺" to "ας",
                "aΣ1" to "aς1",
                "aΣ'b" to "aσ'b",
            )
        assertEquals(expected, expected.keys.associateWith { usual.normalized(it) })
    }

    @Test
    fun loneSurrogatesReadAsTheReplacementCharacter() {
        assertEquals("a\uFFFDb\uFFFD", usual.normalized("a\uD800B\uDFFF"))
        assertEquals("\uFFFD\uFFFD🙂", usual.normalized("\uDE42\uD83D🙂"))
    }

    @Test
    fun withoutSomeSteps() {
        val text = "É ΑΣ İ 각 ﬁ"
        val keepAll = TextNormalizer(tables, lowercase = false, stripAccents = false)
        assertEquals(text, keepAll.normalized(text))
        assertEquals("é ας i\u0307 각 ﬁ", TextNormalizer(tables, true, stripAccents = false).normalized(text))
        assertEquals("E ΑΣ I 각 fi", TextNormalizer(tables, lowercase = false, true).normalized(text).normalizedHangul())
    }

    private fun String.normalizedHangul() = Normalizer.normalize(this, Normalizer.Form.NFC)

    /** Letters that have been in Unicode for long are the same in every version, also in this Java's. */
    @Test
    fun agreesWithJavaOnOldLetters() {
        val marks = Regex("\\p{M}+")
        for (code in (0xC0..0x24F) + (0x1E00..0x1EFF) + (0xAC00..0xD7A3 step 7)) {
            val text = "x" + code.toChar()
            val java = Normalizer.normalize(text, Normalizer.Form.NFKD).replace(marks, "").lowercase()
            assertEquals(java, usual.normalized(text), "U+%04X".format(code))
        }
    }

    @Test
    fun originsAreWhereCharactersBegin() {
        val out = NormalizedText()
        usual.normalize(" A  ½🙂\u0301é", out, traced = true)
        assertEquals("a 1⁄2🙂e", out.utf8.toByteArray().decodeToString())
        assertEquals(listOf(1, 2, 4, 4, 4, 5, 8), out.origins.toIntArray().toList())
    }

    private fun words(text: String) = text.split(' ').filter { it.isNotEmpty() }

    @Test
    fun normalizingTwiceChangesNothingMore() {
        val random = RandomTexts(seed = 9)
        repeat(2000) {
            val once = usual.normalized(random.next())
            val twice = usual.normalized(once)
            // Spaces that come of other characters are collapsed only the second time.
            assertEquals(words(once), words(twice))
        }
    }
}
