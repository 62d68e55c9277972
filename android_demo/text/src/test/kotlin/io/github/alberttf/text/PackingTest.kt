package io.github.alberttf.text

import org.junit.Test
import kotlin.random.Random
import kotlin.test.assertContains
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull

/** Packing against plain versions of the same definitions. */
class PackingTest {
    private val english = TestFiles.english
    private val cls = english.vocabulary.clsId
    private val sep = english.vocabulary.sepId

    private fun text(
        first: Int,
        size: Int,
    ) = TestFiles.words.subList(first, first + size).joinToString(" ")

    private fun packer(
        maxLength: Int,
        truncation: Truncation = Truncation.LONGEST_FIRST,
        maxFirstLength: Int? = null,
    ) = TextPacker(english, maxLength, truncation, maxFirstLength)

    /** `_truncate_seq_pair` of google-research/bert and /albert. */
    private fun truncatePair(
        first: List<Int>,
        second: List<Int>,
        room: Int,
    ): Pair<List<Int>, List<Int>> {
        var (a, b) = first to second
        while (a.size + b.size > room) if (a.size > b.size) a = a.dropLast(1) else b = b.dropLast(1)
        return a to b
    }

    @Test
    fun singles() {
        for (size in 0..12) {
            for (maxLength in 3..16) {
                val ids = english.encode(text(0, size)).toList()
                val packed = packer(maxLength).pack(text(0, size))
                assertEquals(listOf(cls) + ids.take(maxLength - 2) + sep, packed.tokenIds.toList())
                assertEquals(ids.size > maxLength - 2, packed.isTruncated)
                assertContentEquals(IntArray(packed.size), packed.segmentIds)
                assertNull(packed.spans)
                assertNull(packed.maxContext)
            }
        }
    }

    @Test
    fun longestFirst() {
        val random = Random(3)
        repeat(300) {
            val first = text(0, random.nextInt(13))
            val second = text(100, random.nextInt(13))
            val maxLength = random.nextInt(4, 24)
            val packed = packer(maxLength).pack(first, second)
            val (a, b) = truncatePair(english.encode(first).toList(), english.encode(second).toList(), maxLength - 3)
            assertEquals(listOf(cls) + a + sep + b + sep, packed.tokenIds.toList())
            assertEquals(List(a.size + 2) { 0 } + List(b.size + 1) { 1 }, packed.segmentIds.toList())
        }
    }

    @Test
    fun onlyFirstAndOnlySecond() {
        val (six, three) = text(0, 6) to text(100, 3)
        val (ids, whole) = english.encode(six).toList() to english.encode(three).toList()
        val first = packer(8, Truncation.ONLY_FIRST).pack(six, three)
        assertEquals(listOf(cls) + ids.take(2) + sep + whole + sep, first.tokenIds.toList())
        val second = packer(8, Truncation.ONLY_SECOND).pack(three, six)
        assertEquals(listOf(cls) + whole + sep + ids.take(2) + sep, second.tokenIds.toList())
    }

    @Test
    fun maxFirstLengthComesFirst() {
        val packed = packer(7, Truncation.ONLY_SECOND, maxFirstLength = 2).pack(text(0, 6), text(100, 3))
        val expected = english.encode(text(0, 2)).toList() + sep + english.encode(text(100, 2)).toList()
        assertEquals(listOf(cls) + expected + sep, packed.tokenIds.toList())
    }

    @Test
    fun spansAreThoseOfTheTokens() {
        val packed = packer(16).pack("Hello, World!", "a b", spans = true)
        assertEquals(listOf(-1, 0, 5, 7, 12, -1, 0, 2, -1), packed.spans!!.starts.toList())
        assertEquals(listOf(-1, 5, 6, 12, 13, -1, 1, 3, -1), packed.spans!!.ends.toList())
    }

    @Test
    fun paddedInput() {
        val packed = packer(8).pack("Hello", "World")
        val input = packed.toModelInput(7)
        assertEquals(packed.tokenIds.toList() + listOf(0, 0), input.tokenIds.toList())
        assertEquals(listOf(0, 0, 0, 1, 1, 0, 0), input.segmentIds.toList())
        assertEquals(listOf(1, 1, 1, 1, 1, 0, 0), input.paddingMask.toList())
        assertEquals(5, packed.toModelInput().tokenIds.size)
        val error = assertFailsWith<IllegalArgumentException> { packed.toModelInput(4) }
        assertContains(error.message!!, "maxLength = 4")
    }

    @Test
    fun optionsThatCannotBe() {
        fails("maxLength is 2") { packer(2) }
        fails("at least 4 for pairs") { packer(3).pack("a", "b") }
        fails("maxFirstLength is 0") { packer(8, maxFirstLength = 0) }
        fails("ONLY_SECOND needs pairs") { packer(8, Truncation.ONLY_SECOND).pack("a") }
        fails("need the truncation ONLY_FIRST,") { packer(8, Truncation.ONLY_SECOND).windows("a", 4) }
        fails("got LONGEST_FIRST") { packer(8).windows("a", "b", 4) }
        fails("stride is 0") { packer(8, Truncation.ONLY_FIRST).windows("a", 0) }
    }

    @Test
    fun textsThatDoNotFit() {
        fails("the text has 7 tokens, with room for 6") { packer(8, Truncation.NEVER).pack(text(0, 7)) }
        fails("the text has 7 tokens, with room for 5") { packer(8, Truncation.NEVER).pack(text(0, 4), text(9, 3)) }
        fails("the first text of the pair has 5 tokens") {
            packer(8, Truncation.ONLY_SECOND).pack(text(0, 5), text(9, 2))
        }
        // A pair whose second text is empty needs no room for it.
        assertEquals(8, packer(8, Truncation.ONLY_SECOND).pack(text(0, 5), "").size)
    }

    private fun fails(
        message: String,
        block: () -> Unit,
    ) = assertContains(assertFailsWith<IllegalArgumentException> { block() }.message!!, message)
}
