package io.github.alberttf.text

import org.junit.Test
import kotlin.math.exp
import kotlin.random.Random
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull

class SpanDecoderTest {
    private val text = TestFiles.words.take(40).joinToString(" ")
    private val packer = TextPacker(TestFiles.english, 16, Truncation.ONLY_SECOND)
    private val windows = packer.windows("who", text, 5)

    private fun flat() = windows.map { FloatArray(it.size) }

    /** All answers, by plain definition: place to score. */
    private fun allAnswers(
        startLogits: List<FloatArray>,
        endLogits: List<FloatArray>,
        maxAnswerTokens: Int,
    ): Map<Pair<Int, Int>, Double> {
        val answers = HashMap<Pair<Int, Int>, Double>()
        for ((index, window) in windows.withIndex()) {
            for (first in 3 until window.size - 1) {
                if (!window.maxContext!![first]) continue
                for (last in first until window.size - 1) {
                    if (last - first + 1 > maxAnswerTokens) continue
                    val place = window.spans!!.starts[first] to window.spans!!.ends[last]
                    answers[place] = startLogits[index][first].toDouble() + endLogits[index][last]
                }
            }
        }
        return answers
    }

    @Test
    fun findsTheBestOfAll() {
        val random = Random(2)
        repeat(50) {
            val start = windows.map { window -> FloatArray(window.size + 3) { random.nextFloat() * 8 - 4 } }
            val end = windows.map { window -> FloatArray(window.size) { random.nextFloat() * 8 - 4 } }
            val maxAnswerTokens = random.nextInt(1, 9)
            val isUnanswerable = random.nextBoolean()
            val found = SpanDecoder(maxAnswerTokens, 7, isUnanswerable, 1.0).decode(text, windows, start, end)
            val all = allAnswers(start, end, maxAnswerTokens)
            val none = windows.indices.minOf { start[it][0].toDouble() + end[it][0] }
            val total = all.values.sumOf { exp(it) } + if (isUnanswerable) exp(none) else 0.0
            val expected = all.entries.sortedByDescending { it.value }.take(7)
            assertEquals(expected.map { it.key }, found.alternatives.map { it.start to it.end })
            for ((span, entry) in found.alternatives zip expected) {
                assertEquals(exp(entry.value) / total, span.probability.toDouble(), 1e-6)
                assertEquals(text.substring(span.start, span.end), span.text)
            }
            assertEquals(found.alternatives[0], found.best)
            if (isUnanswerable) assertEquals(exp(none) / total, found.noAnswerProbability!!.toDouble(), 1e-6)
        }
    }

    @Test
    fun noAnswer() {
        val (start, end) = flat() to flat()
        for (logits in start) logits[0] = 6f
        start[0][3] = 2f
        val none = SpanDecoder(canBeUnanswerable = true).decode(text, windows, start, end)
        val share = none.noAnswerProbability!!
        assertNull(none.best)
        assertEquals(share, none.probability)
        val careless = SpanDecoder(canBeUnanswerable = true, noAnswerThreshold = share + 0.01)
        assertEquals(none.alternatives[0], careless.decode(text, windows, start, end).best)
        val sure = SpanDecoder().decode(text, windows, start, end)
        assertNull(sure.noAnswerProbability)
        assertEquals(none.alternatives[0].start, sure.best!!.start)
    }

    @Test
    fun anEmptyTextHasNoAnswer() {
        val empty = packer.windows("who", "", 5)
        val logits = empty.map { FloatArray(it.size) }
        val found = SpanDecoder().decode("", empty, logits, logits)
        assertEquals(QuestionAnswer(null, 1f, emptyList(), null), found)
    }

    @Test
    fun blanksAndHalvesOfPairsAreNoPartOfAnAnswer() {
        val passage = "\u3000🙂\u0085 yes\u2028"
        val reader = QuestionReader(TestFiles.english, 16)
        val read = reader.windows("who", passage)
        val logits = read.map { FloatArray(it.size) }
        val found = SpanDecoder(numAlternatives = 20).decode(passage, read, logits, logits)
        assertEquals(setOf("🙂", "🙂\u0085 yes", "yes"), found.alternatives.map { it.text }.toSet())
    }

    @Test
    fun inputsThatDoNotFit() {
        fails("array") { SpanDecoder().decode(text, windows, flat().dropLast(1), flat()) }
        fails("one a token") { SpanDecoder().decode(text, windows, flat().map { it.copyOf(3) }, flat()) }
        fails("pass the text that the windows are of") { SpanDecoder().decode("short", windows, flat(), flat()) }
        fails("is NaN") { SpanDecoder().decode(text, windows, flat().onEach { it[1] = Float.NaN }, flat()) }
        fails("maxAnswerTokens is 0") { SpanDecoder(maxAnswerTokens = 0) }
        fails("numAlternatives is 0") { SpanDecoder(numAlternatives = 0) }
        fails("noAnswerThreshold is -1") { SpanDecoder(noAnswerThreshold = -1.0) }
    }

    private fun fails(
        message: String,
        block: () -> Unit,
    ) = assertContains(assertFailsWith<IllegalArgumentException> { block() }.message!!, message)
}
