package io.github.alberttf.text

import io.github.alberttf.text.sentencepiece.ModelFile
import io.github.alberttf.text.sentencepiece.SentencePieceModel
import io.github.alberttf.text.unicode.UnicodeTables
import org.junit.Test
import kotlin.test.assertEquals

class DigitCommaTest {
    @Test
    fun englishHas141MatchingPieces() {
        val model = SentencePieceModel.of(ModelFile.parse(TestFiles.englishModel))
        assertEquals(141, DigitCommaTable.build(model, UnicodeTables.load().digits).size)
    }

    @Test
    fun englishPieces() {
        assertEquals(listOf("▁2000", ",", "▁the"), TestFiles.english.pieces("2000, the"))
        assertEquals(listOf("▁9", ","), TestFiles.english.pieces("9,"))
    }

    /** What google-research/albert `encode_pieces` gives with sentencepiece 0.1.99, on this model. */
    @Test
    fun piecesWithinWordsGainABoundary() {
        val pieces =
            mapOf("▁a9," to -1f, "▁" to -3f, "▁a" to -3f, "a" to -3f, "9" to -3f, "▁9" to -3.5f) +
                mapOf("9," to -2f, "," to -3f, "b" to -4f, "b1," to -2f, "1" to -4f)
        val tokenizer = SmallModel(pieces).tokenizer()
        val expected =
            mapOf(
                "a9, 9," to listOf("▁a", "9", ",", "▁", "▁9", ","),
                "99," to listOf("▁9", "▁9", ","),
                "ab1," to listOf("▁a", "▁", "b", "1", ","),
                "x9,b" to listOf("▁", "<unk>", "▁9", ",", "b"),
            )
        assertEquals(expected, expected.keys.associateWith { tokenizer.pieces(it) })
    }

    @Test
    fun theDigitMayBeUnknownByItself() {
        val tokenizer = SmallModel(mapOf("▁1," to -1f, "1," to -1f, "▁" to -3f, "," to -3f, "a" to -3f)).tokenizer()
        assertEquals(listOf("▁", "<unk>", ","), tokenizer.pieces("1,"))
    }

    @Test
    fun digitsOfOtherScripts() {
        val tokenizer = SmallModel(mapOf("٣," to -1f, "▁" to -3f, "," to -3f, "٣" to -3f, "x," to -1f)).tokenizer()
        assertEquals(listOf("▁", "▁", "٣", ","), tokenizer.pieces("٣,"))
        assertEquals(listOf("▁", "x,"), tokenizer.pieces("x,"))
    }
}
