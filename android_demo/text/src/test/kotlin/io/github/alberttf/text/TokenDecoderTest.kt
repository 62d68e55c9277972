package io.github.alberttf.text

import org.junit.Test
import kotlin.math.ln
import kotlin.random.Random
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** Entities and labels of words. */
class TokenDecoderTest {
    private val reader = EntityReader(TestFiles.english, 12)

    /** Logits that make a tag of each token of a text certain, whichever window it stands in. */
    private fun decode(
        text: String,
        labels: List<String>,
        tag: (String) -> String,
    ): List<Entity> {
        val windows = reader.windows(text)
        val logits =
            windows.map { window ->
                Array(window.size) { token ->
                    val (start, end) = window.spans!!.starts[token] to window.spans!!.ends[token]
                    val wanted = if (start < 0) "O" else tag(text.substring(start, end))
                    FloatArray(labels.size) { if (labels[it] == wanted) 8f else 0f }
                }
            }
        return TokenDecoder.of(labels).decode(text, windows, logits)
    }

    @Test
    fun entitiesOverWindowsWithTheirCharacters() {
        val text = List(9) { "🙂 fly to Zürich and on to New York" }.joinToString(" ")
        val labels = listOf("O", "B-CITY", "I-CITY")
        val found =
            decode(text, labels) {
                when (it.trim()) {
                    "Zürich", "New" -> "B-CITY"
                    "York" -> "I-CITY"
                    else -> "O"
                }
            }
        assertEquals(List(9) { listOf("Zürich", "New York") }.flatten(), found.map { it.text })
        for (entity in found) assertEquals(entity.text, text.substring(entity.start, entity.end))
        assertEquals(setOf("CITY"), found.map { it.label }.toSet())
    }

    @Test
    fun anEntityDoesNotEndWithinAWord() {
        val text = "unfathomableness"
        val pieces = TestFiles.english.encodeWithSpans(text)
        assertTrue(pieces.size > 2)
        val first = text.substring(pieces.spans.starts[0], pieces.spans.ends[0])
        val found = decode("a $text b", listOf("O", "B-X", "I-X")) { if (it == first) "B-X" else "O" }
        assertTrue(found.isEmpty() || found.single().text == text, "$found")
    }

    @Test
    fun scriptsWithoutBlanksAreNoSingleWord() {
        val pieces = listOf("▁", "日", "本", "a", "b").associateWith { -3f }
        val small = EntityReader(SmallModel(pieces).tokenizer(), 12)
        for ((text, isWord) in mapOf("日本" to false, "ab" to true)) {
            val windows = small.windows(text)
            val tokens = TextTokens.of(text, windows, windows.map { Array(it.size) { FloatArray(1) } })
            assertEquals(listOf(false, isWord), tokens.indices.map(tokens::goesOn), text)
        }
        assertTrue('日'.code !in WordCharacters.all && 'ย'.code !in WordCharacters.all)
        assertTrue(listOf('a'.code, 'Ж'.code, '9'.code, 0x301, 0x1D4B3).all { it in WordCharacters.all })
    }

    @Test
    fun labelsOfWords() {
        val labels = listOf("noun", "verb")
        val found = decode("cats  sleep, often", labels) { if (it.trim() == "sleep") "verb" else "noun" }
        assertEquals(listOf("cats", "sleep,", "often"), found.map { it.text })
        assertEquals("noun", found[0].label)
        assertEquals(emptyList(), decode("", labels) { "noun" })
    }

    /** Against every sequence there is. */
    @Test
    fun theBestPathIsTheBestOfAllValidOnes() {
        val random = Random(5)
        for (labels in listOf("O B-a I-a B-b I-b", "O I-a I-b", "O B-a I-a E-a S-a", "O U-a B-a L-a I-a")) {
            val tags = Tag.all(labels.split(" "))!!
            val decoder = EntityDecoder(tags)
            repeat(40) {
                val length = random.nextInt(1, 5)
                val probabilities =
                    List(length) { softmaxInDouble(FloatArray(tags.size) { random.nextFloat() * 9 }) }
                val goOn = BooleanArray(length) { it > 0 && random.nextInt(4) == 0 }
                val path = decoder.bestPath(probabilities, goOn)
                val best =
                    sequences(
                        tags.size,
                        length,
                    ).filter { isValid(tags, it, goOn) }.maxOf { score(probabilities, it) }
                assertTrue(isValid(tags, path, goOn), "$labels: $path")
                assertEquals(best, score(probabilities, path), 1e-9)
            }
        }
    }

    private fun sequences(
        tags: Int,
        length: Int,
    ): List<List<Int>> =
        if (length == 0) listOf(emptyList()) else sequences(tags, length - 1).flatMap { s -> List(tags) { s + it } }

    private fun score(
        probabilities: List<DoubleArray>,
        path: List<Int>,
    ) = path.withIndex().sumOf { (token, tag) -> ln(probabilities[token][tag]) }

    /** By the letters of the schemes. */
    private fun isValid(
        tags: List<Tag>,
        path: List<Int>,
        goOn: BooleanArray,
    ): Boolean {
        val hasBegins = tags.any { it.position == 'B' }
        val hasEnds = tags.any { it.position == 'E' }
        var open: String? = null // the type of an entity that may go on
        var before = Tag(null)
        for ((token, number) in path.withIndex()) {
            val tag = tags[number]
            val isInside = tag.position == 'I' || tag.position == 'E'
            if (hasEnds && open != null && !(isInside && tag.type == open)) return false
            if (isInside && open != tag.type && hasBegins) return false
            if (goOn[token]) {
                val bothOutside = tag.position == null && before.position == null
                if (!bothOutside && !(isInside && open == tag.type)) return false
            }
            open = if (tag.position == 'B' || tag.position == 'I') tag.type else null
            before = tag
        }
        return !(hasEnds && open != null)
    }

    @Test
    fun namesThatAreNoTags() {
        assertNull(Tag.all(listOf("B-PER", "I-PER")), "there is no O")
        for (name in listOf("B", "B-", "X-PER", "o", "B+PER", "")) assertNull(Tag.all(listOf("O", name)), name)
        assertEquals(listOf(Tag(null), Tag('E', "A"), Tag('S', "b")), Tag.all(listOf("O", "L-A", "U_b")))
    }

    @Test
    fun inputsThatDoNotFit() {
        val text = "one two"
        val windows = reader.windows(text)
        val decoder = TokenDecoder.of(listOf("O", "B-X"))
        fails("expected one for every window") { decoder.decode(text, windows, emptyList()) }
        fails("expected one a token") { decoder.decode(text, windows, listOf(emptyArray())) }
        val logits = windows.map { window -> Array(window.size) { FloatArray(2) } }
        fails("pass the text that the windows are of") { decoder.decode("x", windows, logits) }
        logits[0][1][0] = Float.NaN
        fails("is NaN") { decoder.decode(text, windows, logits) }
    }

    private fun fails(
        message: String,
        block: () -> Unit,
    ) = assertContains(assertFailsWith<IllegalArgumentException> { block() }.message!!, message)
}
