package io.github.alberttf.text.wordpiece

import io.github.alberttf.text.VocabularyPieces
import io.github.alberttf.text.buffers.IntBuilder
import io.github.alberttf.text.sentencepiece.PieceList
import io.github.alberttf.text.sentencepiece.PieceTrie
import io.github.alberttf.text.sentencepiece.PieceTrieBuilder

/**
 * A vocabulary of WordPieces, ready for use and never changed: threads may share it.
 *
 * Of pieces that stand there twice, the last one has the id, as in google-research/bert.
 */
internal class WordPieceModel(
    file: WordPieceFile,
) : VocabularyPieces {
    override val unknownId: Int = file.unknownId

    private val pieces: PieceList
    private val first: PieceTrie
    private val following: PieceTrie

    init {
        val list = PieceList.Builder()
        for (piece in file.pieces) list.append(piece.encodeToByteArray())
        pieces = list.build()
        val prefix = WordPieceFile.CONTINUATION.encodeToByteArray()
        val all = PieceTrieBuilder()
        val inner = PieceTrieBuilder()
        for (id in pieces.size - 1 downTo 0) {
            val start = pieces.start(id)
            val end = pieces.end(id)
            if (start == end) continue
            all.add(pieces.utf8, start, end, id)
            val goesOn = end - start > prefix.size && prefix.indices.all { pieces.utf8[start + it] == prefix[it] }
            if (goesOn) inner.add(pieces.utf8, start + prefix.size, end, id)
        }
        first = all.build()
        following = inner.build()
    }

    override val size: Int get() = pieces.size

    override fun piece(id: Int): String = pieces[id]

    override fun score(id: Int): Float = 0f

    override fun find(
        bytes: ByteArray,
        start: Int,
        end: Int,
    ): Int = first.find(bytes, start, end)

    /**
     * Divides a word into its longest pieces, from its start.
     *
     * @param bytes of the word, UTF-8, from 0 to before [size].
     * @param ids gets the id of each piece.
     * @param ends gets where each piece ends in [bytes].
     * @return false if the vocabulary cannot spell the word; what was added is then of no use.
     */
    fun divide(
        bytes: ByteArray,
        size: Int,
        ids: IntBuilder,
        ends: IntBuilder,
    ): Boolean {
        var at = 0
        while (at < size) {
            val trie = if (at == 0) first else following
            var node = PieceTrie.ROOT
            var id = PieceTrie.NONE
            var end = at
            for (i in at until size) {
                node = trie.child(node, bytes[i])
                if (node == PieceTrie.NONE) break
                val found = trie.idAt(node)
                if (found != PieceTrie.NONE) {
                    id = found
                    end = i + 1
                }
            }
            if (id == PieceTrie.NONE) return false
            ids.append(id)
            ends.append(end)
            at = end
        }
        return true
    }
}
