package io.github.alberttf.text.sentencepiece

import io.github.alberttf.text.InvalidModelException
import io.github.alberttf.text.TestFiles
import org.junit.Test
import kotlin.random.Random
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull

class CharacterMapTest {
    private val blob = ModelFile.parse(TestFiles.englishModel).charsmap
    private val map = CharacterMap.parse(blob)!!

    /** What the longest key at the start of a text becomes, and how many bytes it has. */
    private fun CharacterMap.replaced(text: String): Pair<String, Int>? {
        val utf8 = text.encodeToByteArray()
        val match = longestMatch(utf8, 0, utf8.size)
        if (match == CharacterMap.NO_MATCH) return null
        val start = match.toInt()
        return replacements.decodeToString(start, replacementEnd(start)) to (match ushr 32).toInt()
    }

    @Test
    fun english() {
        assertEquals("fi" to 3, map.replaced("ﬁx"))
        assertEquals("é" to 3, map.replaced("e\u0301x"))
        assertEquals("1" to 3, map.replaced("１２"))
        assertEquals(" " to 2, map.replaced("\u00A0"))
        assertEquals("" to 1, map.replaced("\u0001a"))
        assertEquals("صلى الله عليه وسلم" to 3, map.replaced("ﷺ"))
        for (text in listOf("x", "e", "é", "日", "🙂", "")) assertNull(map.replaced(text), text)
    }

    @Test
    fun anEmptyBlobMapsNothing() {
        assertNull(CharacterMap.parse(ByteArray(0)))
    }

    @Test
    fun blobsThatContradictThemselves() {
        refused("it has 3 bytes", blob.copyOf(3))
        refused("claims a trie", blob.copyOf(1000))
        refused("claims a trie", byteArrayOf(-1, -1, -1, -1, 0))
        refused("claims a trie", byteArrayOf(0, 0, 0, 0, 0))
        refused("does not end", blob.copyOf(blob.size - 1))
    }

    @Test
    fun damagedTriesAreRefusedOrFindSomething() {
        val random = Random(6)
        val texts = listOf("ﬁx", "e\u0301", "１", "日本", "🙂", "ab").map { it.encodeToByteArray() }
        repeat(40) {
            val damaged = blob.copyOf()
            repeat(2000) { damaged[4 + random.nextInt(177152)] = random.nextInt(256).toByte() }
            for (text in texts) {
                try {
                    CharacterMap.parse(damaged)!!.longestMatch(text, 0, text.size)
                } catch (error: InvalidModelException) {
                    assertContains(error.message!!, "refers to")
                }
            }
        }
    }

    private fun refused(
        message: String,
        content: ByteArray,
    ) = assertContains(assertFailsWith<InvalidModelException> { CharacterMap.parse(content) }.message!!, message)
}
