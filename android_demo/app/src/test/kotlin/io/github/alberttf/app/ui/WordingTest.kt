package io.github.alberttf.app.ui

import io.github.alberttf.app.R
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.testing.AppTest
import org.junit.Test
import org.robolectric.annotation.Config
import org.w3c.dom.Element
import java.io.File
import javax.xml.parsers.DocumentBuilderFactory
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** Numbers, sentences and their translations. */
class WordingTest : AppTest() {
    private val resources = File(System.getProperty("app.sources"), "res")

    @Test
    fun `probabilities never pretend to be certain`() {
        val wording = Wording(context)
        assertEquals("97.3%", wording.percent(0.9731f))
        assertEquals("> 99.9%", wording.percent(0.99999f))
        assertEquals("< 0.1%", wording.percent(0.00001f))
        assertEquals("0.0%", wording.percent(0f))
        assertEquals("100.0%", wording.percent(1f))
    }

    @Test
    fun `times have three digits`() {
        val wording = Wording(context)
        val times = listOf(0.0312, 3.254, 9.996, 12.34, 99.96, 1234.5)
        assertEquals(
            listOf("0.03 ms", "3.25 ms", "10.0 ms", "12.3 ms", "100 ms", "1,234 ms"),
            times.map(wording::milliseconds),
        )
    }

    @Test
    @Config(qualifiers = "+de")
    fun `numbers are written as the person's language has them`() {
        assertEquals("30.000", Wording(context).count(30_000))
        assertEquals("3,25", Wording(context).threeDigits(3.25))
    }

    @Test
    fun `labels are words`() {
        assertEquals("card arrival", Wording(context).label("card_arrival"))
        assertEquals("Search Screening Event", Wording(context).label("SearchScreeningEvent"))
        for (name in listOf("_", "eBay", "LOC", "iPhone 12")) assertEquals(name, Wording(context).label(name))
    }

    @Test
    fun `every reason has a sentence that names the file`() {
        for (reason in ModelFileException.Reason.entries) {
            val text = Wording(context).error(ModelFileException(reason, "my.tflite", "exactly this; do that"))
            assertTrue("my.tflite" in text, text)
        }
    }

    @Test
    fun `Chinese has every string, with the same places for values`() {
        val english = strings("values")
        val chinese = strings("values-zh")
        assertEquals(english.keys, chinese.keys)
        for ((name, text) in english) {
            val translated = chinese.getValue(name)
            assertEquals(places(text), places(translated), name)
            val isWord = Regex("[a-z]{4}").containsMatchIn(text) && name !in setOf("app_name", "fact_runtime")
            assertTrue(
                !isWord ||
                    translated.any {
                        it.code > FIRST_CHINESE || it == '·'
                    } || "albert-tf" in text,
                "$name is not translated",
            )
        }
    }

    @Test
    fun `texts stand out from what they stand on`() {
        for (folder in listOf("values", "values-night")) {
            val colors = colors(folder)
            val pairs =
                listOf(
                    "text" to "background",
                    "text" to "surface",
                    "text_secondary" to "background",
                    "text_secondary" to "surface",
                    "accent" to "background",
                    "on_accent" to "accent",
                    "chip_text" to "chip",
                    "text_secondary" to "chip_special",
                    "error" to "error_surface",
                ) + (1..4).map { "mark_text" to "mark_$it" }
            for ((text, ground) in pairs) {
                val contrast = contrast(colors.getValue(text), colors.getValue(ground))
                assertTrue(contrast >= 4.5, "$folder: $text on $ground has a contrast of $contrast")
            }
            // Bars are no text: 3 to 1 is asked for.
            assertTrue(contrast(colors.getValue("accent"), colors.getValue("track")) >= 3)
        }
    }

    @Test
    fun `the size in memory is read from Linux`() {
        assertEquals(12_345L * 1024, ProcessMemory.parse("Name:\tapp\nVmRSS:\t   12345 kB\nThreads:\t3\n"))
        assertEquals(null, ProcessMemory.parse("Name:\tapp\n"))
        assertTrue(checkNotNull(ProcessMemory.residentBytes()) > 10_000_000)
        assertTrue(context.getString(R.string.app_name).isNotEmpty())
    }

    private fun elements(
        folder: String,
        file: String,
    ): List<Element> {
        val root =
            DocumentBuilderFactory
                .newInstance()
                .newDocumentBuilder()
                .parse(
                    File(resources, "$folder/$file"),
                ).documentElement
        return (0 until root.childNodes.length).mapNotNull { root.childNodes.item(it) as? Element }
    }

    /** Each string by its name; of plurals the last form. */
    private fun strings(folder: String): Map<String, String> =
        elements(folder, "strings.xml").associate { it.getAttribute("name") to it.lastText() }

    private fun Element.lastText(): String {
        val items = getElementsByTagName("item")
        return if (items.length == 0) textContent else items.item(items.length - 1).textContent
    }

    private fun places(text: String) = Regex("""%\d\${'$'}s""").findAll(text).map { it.value }.toSortedSet()

    private fun colors(folder: String): Map<String, Int> =
        elements(folder, "colors.xml").associate {
            it.getAttribute("name") to it.textContent.removePrefix("#").toInt(16)
        }

    /** The contrast of two colours as the Web Content Accessibility Guidelines define it. */
    private fun contrast(
        first: Int,
        second: Int,
    ): Double {
        val (darker, lighter) = listOf(luminance(first), luminance(second)).sorted()
        return (lighter + 0.05) / (darker + 0.05)
    }

    private fun luminance(color: Int): Double =
        listOf(16 to 0.2126, 8 to 0.7152, 0 to 0.0722).sumOf { (shift, weight) ->
            val part = (color shr shift and 0xFF) / 255.0
            weight * if (part <= 0.03928) part / 12.92 else Math.pow((part + 0.055) / 1.055, 2.4)
        }

    private companion object {
        const val FIRST_CHINESE = 0x2E7F
    }
}
