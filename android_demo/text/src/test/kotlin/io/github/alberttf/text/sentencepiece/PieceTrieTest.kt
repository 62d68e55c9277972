package io.github.alberttf.text.sentencepiece

import io.github.alberttf.text.TestFiles
import org.junit.Test
import kotlin.random.Random
import kotlin.test.assertEquals
import kotlin.test.assertTrue

class PieceTrieTest {
    private fun trie(pieces: List<ByteArray>): PieceTrie {
        val builder = PieceTrieBuilder()
        pieces.forEachIndexed { id, piece -> builder.add(piece, 0, piece.size, id) }
        return builder.build()
    }

    @Test
    fun findsWhatWasAddedAndNothingElse() {
        val random = Random(4)
        repeat(30) {
            val letters = random.nextInt(1, 257)
            val pieces =
                List(
                    random.nextInt(1, 400),
                ) { List(random.nextInt(1, 7)) { random.nextInt(letters).toByte() } }.distinct()
            val trie = trie(pieces.map { it.toByteArray() })
            for ((id, piece) in pieces.withIndex()) assertEquals(id, trie.find(piece.toByteArray(), 0, piece.size))
            val known = pieces.toSet()
            repeat(300) {
                val other = List(random.nextInt(0, 8)) { random.nextInt(256).toByte() }
                val expected = if (other in known) pieces.indexOf(other) else PieceTrie.NONE
                assertEquals(expected, trie.find(other.toByteArray(), 0, other.size))
                val longest = (1..other.size).filter { other.subList(0, it) in known }.maxOrNull() ?: 0
                assertEquals(longest, trie.longestMatch(other.toByteArray(), 0, other.size))
            }
        }
    }

    @Test
    fun keepsTheFirstIdOfAPieceAddedTwice() {
        val builder = PieceTrieBuilder()
        val piece = "ab".encodeToByteArray()
        assertEquals(PieceTrie.NONE, builder.add(piece, 0, 2, 7))
        assertEquals(7, builder.add(piece, 0, 2, 9))
        assertEquals(7, builder.build().find(piece, 0, 2))
    }

    @Test
    fun theEnglishVocabularyTakesFewMegabytes() {
        val file = ModelFile.parse(TestFiles.englishModel)
        val trie = trie(List(file.pieces.size) { file.pieces[it].encodeToByteArray() })
        for (id in 0 until file.pieces.size) {
            assertEquals(id, trie.find(file.pieces.utf8, file.pieces.start(id), file.pieces.end(id)))
        }
        assertTrue(trie.cells.size * 4 < 2_000_000, "the trie takes ${trie.cells.size * 4} bytes")
    }
}
