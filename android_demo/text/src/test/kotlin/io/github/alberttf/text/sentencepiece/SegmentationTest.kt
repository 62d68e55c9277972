package io.github.alberttf.text.sentencepiece

import io.github.alberttf.text.SmallModel
import io.github.alberttf.text.TestFiles
import io.github.alberttf.text.TokenizerOptions
import io.github.alberttf.text.pieces
import io.github.alberttf.text.shown
import org.junit.Test
import kotlin.random.Random
import kotlin.test.assertEquals

/** The Viterbi search, what is special about some pieces, and SentencePiece's own normalization. */
class SegmentationTest {
    /** Texts with two segmentations of equal probability, decided as in sentencepiece 0.1.99. */
    @Test
    fun tiesAreDecidedByRounding() {
        val expected =
            mapOf(
                "Babe !!!! I" to listOf("▁babe", "▁", "!!!", "!", "▁i"),
                "Nooooooo I" to listOf("▁no", "oooo", "oo", "▁i"),
            )
        assertEquals(expected, expected.keys.associateWith { TestFiles.english.pieces(it) })
    }

    @Test
    fun anyTextHasTheSegmentationOfThePlainAlgorithm() {
        val random = Random(8)
        repeat(60) {
            val letters = "abé日".take(random.nextInt(1, 5))
            val pieces = HashMap<String, Float>()
            repeat(random.nextInt(1, 14)) {
                val piece = String(CharArray(random.nextInt(1, 5)) { letters.random(random) })
                pieces[piece] = -random.nextInt(1, 9) * 0.1f // few scores: many ties
            }
            val tokenizer = SmallModel(pieces, characterMap = false, dummyPrefix = false).tokenizer(KEEP)
            repeat(40) {
                val text = String(CharArray(random.nextInt(0, 20)) { letters.random(random) })
                assertEquals(plainSegmentation(text, pieces), tokenizer.pieces(text), "of '$text' into $pieces")
            }
        }
    }

    /** One character after the other, pieces looked up as strings. */
    private fun plainSegmentation(
        text: String,
        pieces: Map<String, Float>,
    ): List<String> {
        val scores = FloatArray(text.length + 1)
        val starts = IntArray(text.length + 1) { -1 }
        val isKnown = BooleanArray(text.length + 1)

        fun offer(
            start: Int,
            end: Int,
            score: Double,
            known: Boolean,
        ) {
            if (starts[end] != -1 && score <= scores[end]) return
            scores[end] = score.toFloat()
            starts[end] = start
            isKnown[end] = known
        }
        for (start in text.indices) {
            for (end in start + 1..text.length) {
                val score = pieces[text.substring(start, end)] ?: continue
                offer(start, end, score.toDouble() + scores[start], true)
            }
            if (text.substring(start, start + 1) !in pieces) {
                offer(start, start + 1, (pieces.values.min() - 10f + scores[start]).toDouble(), false)
            }
        }
        val result = ArrayDeque<String>()
        var end = text.length
        while (end > 0) {
            val piece = if (isKnown[end]) text.substring(starts[end], end) else "<unk>"
            if (piece != "<unk>" || result.firstOrNull() != "<unk>") result.addFirst(piece)
            end = starts[end]
        }
        return result
    }

    @Test
    fun runsOfUnknownCharactersAreOneToken() {
        val tokenizer = SmallModel(mapOf("▁" to -3f, "a" to -2f)).tokenizer()
        assertEquals(listOf("▁", "<unk>", "a", "<unk>", "▁", "<unk>"), tokenizer.pieces("xyzaxx 日本"))
        assertEquals(listOf("", "xyz", "a", "xx", " ", "日本"), tokenizer.shown("xyzaxx 日本"))
    }

    @Test
    fun userDefinedPiecesStayWholeAndAreNotNormalized() {
        val pieces = mapOf("▁" to -1f, "a" to -1f, "b" to -1f, "ab" to -5f, "½" to -9f)
        val tokenizer = SmallModel(pieces, userDefined = listOf("ba", "ﬁ")).tokenizer(KEEP)
        assertEquals(listOf("▁", "a", "ba", "b"), tokenizer.pieces("abab"))
        assertEquals(listOf("▁", "ﬁ", "a"), tokenizer.pieces("ﬁa"))
        assertEquals(listOf("▁", "ba", "▁", "a"), tokenizer.pieces("ba a"))
    }

    @Test
    fun controlAndUnusedPiecesAreNeverFound() {
        val tokenizer = SmallModel(mapOf("▁" to -1f, "a" to -1f, "b" to -1f), unused = listOf("ab")).tokenizer()
        assertEquals(listOf("▁", "a", "b"), tokenizer.pieces("ab"))
        assertEquals(listOf("▁", "<unk>"), tokenizer.pieces("[CLS]"))
    }

    @Test
    fun unknownCharactersBecomeTheirBytes() {
        val tokenizer = SmallModel(mapOf("▁" to -1f, "a" to -1f), byteFallback = true).tokenizer()
        assertEquals(listOf("▁", "a", "<0xE6>", "<0x97>", "<0xA5>", "<0x78>"), tokenizer.pieces("a日x"))
        assertEquals(listOf("", "a", "日", "日", "日", "x"), tokenizer.shown("a日x"))
    }

    @Test
    fun boundaryAsSuffix() {
        val pieces = mapOf("▁" to -3f, "a" to -2f, "b▁" to -2f, "b" to -5f)
        val tokenizer = SmallModel(pieces, whitespaceAsSuffix = true).tokenizer()
        assertEquals(listOf("a", "b▁", "a", "▁"), tokenizer.pieces("ab a"))
        assertEquals(listOf("a", "b", "a", ""), tokenizer.shown("ab a"))
    }

    @Test
    fun otherSettingsOfWhiteSpace() {
        val pieces = mapOf("▁" to -3f, "a" to -2f, " " to -1f, "\u00A8" to -1f)
        assertEquals(listOf("a", "▁", "a"), SmallModel(pieces, dummyPrefix = false).tokenizer().pieces("a a"))
        assertEquals(
            listOf(" ", "a", " ", "a"),
            SmallModel(pieces, escapeWhitespaces = false).tokenizer().pieces("a a"),
        )
        val keeping = SmallModel(pieces, removeExtraWhitespaces = false).tokenizer()
        assertEquals(listOf("▁", "a", "▁", "▁", "a"), keeping.pieces("a \u00A8a"))
    }

    private companion object {
        val KEEP = TokenizerOptions(lowercase = false, stripAccents = false)
    }
}
