package io.github.alberttf.text

import org.junit.Test
import kotlin.math.min
import kotlin.random.Random
import kotlin.test.assertEquals

/** Windows against plain versions of google-research's code. */
class WindowsTest {
    private val english = TestFiles.english

    /** The windows of `convert_examples_to_features` in google-research/bert run_squad.py: starts and lengths. */
    private fun docSpans(
        size: Int,
        room: Int,
        stride: Int,
    ): List<Pair<Int, Int>> {
        val spans = ArrayList<Pair<Int, Int>>()
        var start = 0
        while (start < size || spans.isEmpty()) {
            val length = min(size - start, room)
            spans += start to length
            if (start + length == size) break
            start += min(length, stride)
        }
        return spans
    }

    /** `_check_is_max_context` of google-research/bert run_squad.py. */
    private fun isMaxContext(
        spans: List<Pair<Int, Int>>,
        index: Int,
        position: Int,
    ): Boolean {
        val holding = spans.indices.filter { position in spans[it].first until spans[it].first + spans[it].second }
        val best =
            holding.maxByOrNull {
                val (start, length) = spans[it]
                100 * min(position - start, start + length - 1 - position) + length
            }
        return best == index
    }

    @Test
    fun ofPairs() {
        val random = Random(11)
        repeat(300) {
            val first = TestFiles.words.take(random.nextInt(5))
            val second = TestFiles.words.drop(100).take(random.nextInt(61))
            val maxLength = random.nextInt(8, 20)
            val stride = random.nextInt(1, 20)
            val packer = TextPacker(english, maxLength, Truncation.ONLY_SECOND)
            val windows = packer.windows(first.joinToString(" "), second.joinToString(" "), stride)
            val spans = docSpans(second.size, maxLength - 3 - first.size, stride)
            assertEquals(spans.map { it.first }, windows.map { it.windowStart })
            val a = english.encode(first.joinToString(" ")).toList()
            val b = english.encode(second.joinToString(" ")).toList()
            for ((index, window) in windows.withIndex()) {
                val (start, length) = spans[index]
                val vocabulary = english.vocabulary
                val expected = listOf(vocabulary.clsId) + a + vocabulary.sepId + b.subList(start, start + length)
                assertEquals(expected + vocabulary.sepId, window.tokenIds.toList())
                val flags = List(a.size + 2) { false } + List(length) { isMaxContext(spans, index, start + it) } + false
                assertEquals(flags, window.maxContext!!.toList())
            }
        }
    }

    @Test
    fun ofSinglesShowEveryTokenOnceAtItsBest() {
        for (size in listOf(0, 1, 5, 17, 40)) {
            val text = TestFiles.words.take(size).joinToString(" ")
            for (stride in 1..12) {
                val windows = TextPacker(english, 9, Truncation.ONLY_FIRST).windows(text, stride)
                val best =
                    windows.flatMap { window ->
                        window.tokenIds.filterIndexed { i, _ -> window.maxContext!![i] }
                    }
                assertEquals(english.encode(text).sorted(), best.sorted())
            }
        }
    }

    @Test
    fun overTheFirstTextOfAPairUpToItsLimit() {
        val text = TestFiles.words.take(30).joinToString(" ")
        val packer = TextPacker(english, 10, Truncation.ONLY_FIRST, maxFirstLength = 12)
        val windows = packer.windows(text, "short", 3)
        assertEquals(docSpans(12, 6, 3).map { it.first }, windows.map { it.windowStart })
        assertEquals(
            english.encode("short").toList(),
            windows
                .last()
                .tokenIds
                .toList()
                .takeLast(2)
                .dropLast(1),
        )
    }

    @Test
    fun spansAreInTheWholeText() {
        val text = TestFiles.words.take(40).joinToString(" ")
        val whole = english.encodeWithSpans(text).spans
        for (window in TextPacker(english, 16, Truncation.ONLY_SECOND).windows("who", text, 5)) {
            for (i in 3 until window.size - 1) {
                assertEquals(whole.starts[window.windowStart + i - 3], window.spans!!.starts[i])
                assertEquals(whole.ends[window.windowStart + i - 3], window.spans!!.ends[i])
            }
        }
    }
}
