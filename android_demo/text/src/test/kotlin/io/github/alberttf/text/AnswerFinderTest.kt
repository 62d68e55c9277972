package io.github.alberttf.text

import org.junit.Test
import kotlin.random.Random
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertTrue

class AnswerFinderTest {
    private val text = TestFiles.words.take(40).joinToString(" ")
    private val packer = TextPacker(TestFiles.english, 16, Truncation.ONLY_SECOND)
    private val windows = packer.windows("who", text, 5)

    private fun flat() = windows.map { FloatArray(it.size) }

    /** All answers, by plain definition: place to score. */
    private fun allAnswers(
        startLogits: List<FloatArray>,
        endLogits: List<FloatArray>,
        maxAnswerLength: Int,
    ): Map<Pair<Int, Int>, Float> {
        val answers = HashMap<Pair<Int, Int>, Float>()
        for ((index, window) in windows.withIndex()) {
            for (first in 3 until window.size - 1) {
                if (!window.maxContext!![first]) continue
                for (last in first until window.size - 1) {
                    if (last - first + 1 > maxAnswerLength) continue
                    val place = window.spans!!.starts[first] to window.spans!!.ends[last]
                    val score = startLogits[index][first] + endLogits[index][last]
                    answers[place] = maxOf(answers[place] ?: Float.NEGATIVE_INFINITY, score)
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
            val maxAnswerLength = random.nextInt(1, 9)
            val found = AnswerFinder(7, maxAnswerLength).find(text, windows, start, end)
            val expected = allAnswers(start, end, maxAnswerLength).values.sortedDescending().take(7)
            assertEquals(expected, found.candidates.map { it.score })
            assertEquals(found.candidates[0], found.best)
            assertEquals(found.candidates.size, found.candidates.distinctBy { it.start to it.end }.size)
            for (answer in found.candidates) assertEquals(text.substring(answer.start, answer.end), answer.text)
            assertEquals(1f, found.candidates.map { it.probability }.sum(), 1e-5f)
            assertEquals(windows.indices.minOf { start[it][0] + end[it][0] }, found.noAnswerScore)
        }
    }

    @Test
    fun aPlantedAnswer() {
        val (start, end) = flat() to flat()
        val words = text.split(" ")
        // Words 20 to 22, in the window that gives the first of them the most context.
        val index =
            windows.indices.first {
                windows[it].maxContext!!.getOrElse(
                    20 - windows[it].windowStart + 3,
                ) { false }
            }
        start[index][20 - windows[index].windowStart + 3] = 5f
        end[index][22 - windows[index].windowStart + 3] = 4f
        val best = AnswerFinder().find(text, windows, start, end).best!!
        assertEquals(words.subList(20, 23).joinToString(" "), best.text)
        assertEquals(9f, best.score)
    }

    @Test
    fun noAnswer() {
        val (start, end) = flat() to flat()
        for (logits in start) logits[0] = 6f
        start[0][3] = 2f
        assertNull(AnswerFinder(noAnswerThreshold = 3f).find(text, windows, start, end).best)
        val careless = AnswerFinder(noAnswerThreshold = 4f).find(text, windows, start, end)
        assertEquals(2f, careless.best!!.score)
        assertEquals(6f, careless.noAnswerScore)
        assertTrue(careless.candidates.map { it.probability }.sum() < 0.5f)
        assertEquals(2f, AnswerFinder().find(text, windows, start, end).best!!.score)
    }

    @Test
    fun anEmptyTextHasNoAnswer() {
        val empty = packer.windows("who", "", 5)
        val logits = empty.map { FloatArray(it.size) }
        val found = AnswerFinder().find("", empty, logits, logits)
        assertNull(found.best)
        assertEquals(emptyList(), found.candidates)
    }

    @Test
    fun inputsThatDoNotFit() {
        fails("array") { AnswerFinder().find(text, windows, flat().dropLast(1), flat()) }
        fails("one a token") { AnswerFinder().find(text, windows, flat().map { it.copyOf(3) }, flat()) }
        fails("TextPacker.windows") {
            val packed = listOf(packer.pack("who", text, spans = true))
            AnswerFinder().find(text, packed, listOf(FloatArray(16)), listOf(FloatArray(16)))
        }
        fails("pass the text that the windows are of") { AnswerFinder().find("short", windows, flat(), flat()) }
        fails("is NaN") { AnswerFinder().find(text, windows, flat().onEach { it[1] = Float.NaN }, flat()) }
        fails("count is 0") { AnswerFinder(count = 0) }
        fails("maxAnswerLength is 0") { AnswerFinder(maxAnswerLength = 0) }
    }

    private fun fails(
        message: String,
        block: () -> Unit,
    ) = assertContains(assertFailsWith<IllegalArgumentException> { block() }.message!!, message)
}
