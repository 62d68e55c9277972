package io.github.alberttf.text.sentencepiece

import io.github.alberttf.text.buffers.IntBuilder
import io.github.alberttf.text.buffers.Utf8

/**
 * Finds the most probable segmentation of one text after the other: the Viterbi algorithm.
 *
 * The reference is `Model::EncodeOptimized` in sentencepiece's unigram_model.cc, and segmentations of equal probability
 * (`!!! !` and `! !!!`) are decided as there, by rounding: the score of the best path to a place is kept as a float; a
 * candidate, the sum of that and the score of a piece, is compared as a double, before rounding; the first candidate
 * stays unless a later one is greater. An unknown character's candidate alone is a float.
 *
 * It keeps its buffers, so each thread needs its own.
 */
internal class UnigramSegmenter(
    private val model: SentencePieceModel,
) {
    /** The ids of the tokens. */
    val ids = IntBuilder()

    /** For each token its first byte in the text. */
    val starts = IntBuilder()

    /** For each token one past its last byte. The bytes of an unknown character are empty but for the last. */
    val ends = IntBuilder()

    // The best path to each place in the text, by its last piece.
    private var pathScores = FloatArray(0)
    private var pieceStarts = IntArray(0)
    private var pieceIds = IntArray(0)

    private val path = IntBuilder() // the ends of the pieces, the last one first

    /** Segments the first [size] bytes of [text], valid UTF-8. */
    fun segment(
        text: ByteArray,
        size: Int,
    ) {
        ids.clear()
        starts.clear()
        ends.clear()
        if (size == 0) return
        search(text, size)
        path.clear()
        var end = size
        while (end > 0) {
            path.append(end)
            end = pieceStarts[end]
        }
        for (i in path.size - 1 downTo 0) emit(text, path[i])
    }

    private fun search(
        text: ByteArray,
        size: Int,
    ) {
        prepare(size)
        val cells = model.trie.cells
        val candidateScores = model.candidateScores
        val pathScores = pathScores
        val pieceStarts = pieceStarts
        val pieceIds = pieceIds
        var start = 0
        while (start < size) {
            val width = minOf(Utf8.widthOfLead(text[start]), size - start)
            val scoreHere = pathScores[start]
            var characterIsKnown = false
            var node = PieceTrie.ROOT
            var end = start
            while (end < size) {
                val child = cells[node + PieceTrie.CHILDREN] + (text[end].toInt() and 0xFF) * PieceTrie.CELL
                if (cells[child + PieceTrie.PARENT] != node) break
                node = child
                end++
                val id = cells[node + PieceTrie.ID]
                if (id == PieceTrie.NONE) continue
                val candidate = candidateScores[id] + scoreHere
                if (pieceStarts[end] == UNREACHED || candidate > pathScores[end]) {
                    pathScores[end] = candidate.toFloat()
                    pieceStarts[end] = start
                    pieceIds[end] = id
                }
                if (end - start == width) characterIsKnown = true
            }
            if (!characterIsKnown) {
                end = start + width
                val candidate = (model.unknownScore + scoreHere).rounded()
                if (pieceStarts[end] == UNREACHED || candidate > pathScores[end]) {
                    pathScores[end] = candidate
                    pieceStarts[end] = start
                    pieceIds[end] = model.unknownId
                }
            }
            start += width
        }
    }

    private fun prepare(size: Int) {
        if (pieceStarts.size <= size) {
            val capacity = maxOf(size + 1, 2 * pieceStarts.size)
            pathScores = FloatArray(capacity)
            pieceStarts = IntArray(capacity)
            pieceIds = IntArray(capacity)
        }
        pieceStarts.fill(UNREACHED, 0, size + 1)
        pathScores[0] = 0f
    }

    /** Appends the piece that ends at [end]; a run of unknown characters is one token, or the bytes of all. */
    private fun emit(
        text: ByteArray,
        end: Int,
    ) {
        val start = pieceStarts[end]
        val id = pieceIds[end]
        val byteIds = model.byteIds
        if (id != model.unknownId) {
            append(id, start, end)
        } else if (byteIds != null) {
            for (i in start until end - 1) append(byteIds[text[i].toInt() and 0xFF], start, start)
            append(byteIds[text[end - 1].toInt() and 0xFF], start, end)
        } else if (ids.size > 0 && ids[ids.size - 1] == id) {
            ends[ends.size - 1] = end
        } else {
            append(id, start, end)
        }
    }

    private fun append(
        id: Int,
        start: Int,
        end: Int,
    ) {
        ids.append(id)
        starts.append(start)
        ends.append(end)
    }

    private companion object {
        const val UNREACHED = -1
    }
}
