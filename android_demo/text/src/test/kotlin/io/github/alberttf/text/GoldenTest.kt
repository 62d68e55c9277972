package io.github.alberttf.text

import org.junit.Test
import kotlin.test.assertEquals

/** The ids of google-research/albert, on its own texts. */
class GoldenTest {
    @Test
    fun everyTextHasTheReferenceIds() {
        val lines = TestFiles.shared("fixtures/tokenizer_golden.jsonl").readLines()
        val rows = lines.map(::parse)
        assertEquals(2695, rows.size)
        val wrong = rows.filter { (text, ids) -> TestFiles.english.encode(text).toList() != ids }
        assertEquals(emptyList(), wrong.take(5), "${wrong.size} texts differ")
        val wrongWithSpans =
            rows.filter { (text, ids) ->
                TestFiles.english
                    .encodeWithSpans(text)
                    .ids
                    .toList() != ids
            }
        assertEquals(emptyList(), wrongWithSpans.take(5), "${wrongWithSpans.size} texts differ with spans")
    }

    /** A line of this file, `{"text": "...", "ids": [...]}`, as Python's json module writes it. */
    private fun parse(line: String): Pair<String, List<Int>> {
        val split = line.lastIndexOf("\", \"ids\": [")
        val text = unescape(line.substring("{\"text\": \"".length, split))
        val ids = line.substring(split + "\", \"ids\": [".length).removeSuffix("]}")
        return text to ids.split(", ").filter { it.isNotEmpty() }.map { it.toInt() }
    }

    private fun unescape(text: String): String =
        Regex("""\\(u([0-9a-f]{4})|.)""").replace(text) { match ->
            val code = match.groupValues[2]
            if (code.isNotEmpty()) {
                code.toInt(16).toChar().toString()
            } else {
                val escaped = match.groupValues[1][0]
                mapOf('n' to "\n", 't' to "\t", 'r' to "\r", 'b' to "\b", 'f' to "\u000C")[escaped]
                    ?: escaped.toString()
            }
        }
}
