package io.github.alberttf.text

import org.junit.Test
import kotlin.test.assertEquals

/** The ids of google-research/albert, and of google-research/bert for WordPieces, on texts of theirs. */
class GoldenTest {
    @Test
    fun everyTextHasTheReferenceIds() = check("fixtures/tokenizer_golden.jsonl", 2695, TestFiles.english)

    @Test
    fun everyTextHasTheReferenceIdsOfWordPieces() {
        val vocabulary = TestFiles.shared("albert_zh/vocab.txt").readBytes()
        check("fixtures/wordpiece_zh_golden.jsonl", 2027, AlbertTokenizer.fromBytes(vocabulary))
    }

    private fun check(
        path: String,
        count: Int,
        tokenizer: AlbertTokenizer,
    ) {
        val rows = TestFiles.shared(path).readLines().map(::parse)
        assertEquals(count, rows.size)
        val wrong = rows.filter { (text, ids) -> tokenizer.encode(text).toList() != ids }
        assertEquals(emptyList(), wrong.take(5), "${wrong.size} texts differ")
        val wrongWithSpans = rows.filter { (text, ids) -> tokenizer.encodeWithSpans(text).ids.toList() != ids }
        assertEquals(emptyList(), wrongWithSpans.take(5), "${wrongWithSpans.size} texts differ with spans")
    }

    /** A line of such a file, `{"text": "...", "ids": [...]}`, as Python's json module writes it. */
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
