package io.github.alberttf.app.classify

import android.text.SpannableStringBuilder
import io.github.alberttf.app.testing.AppTest
import io.github.alberttf.app.ui.LengthLimit
import org.junit.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull

/** The parts that compute something without a screen. */
class PartsTest : AppTest() {
    @Test
    fun `chips fill lines from the left`() {
        val layout = ChipLayout(floatArrayOf(40f, 50f, 30f, 100f, 10f), most = 100f, gap = 5f)
        assertEquals(listOf(0f, 45f, 0f, 0f, 0f), List(5, layout::left))
        assertEquals(listOf(0, 0, 1, 2, 3), List(5, layout::line))
        assertEquals(4, layout.lines)
        assertEquals(0, ChipLayout(FloatArray(0), most = 100f, gap = 5f).lines)
    }

    @Test
    fun `the slider goes from the first layer to all`() {
        val scale = EarlyExitScale(6)
        assertEquals(listOf(1, 2, 3, 4, 0), List(scale.last + 1, scale::patience))
        for (place in 0..scale.last) assertEquals(place, scale.place(scale.patience(place)))
        assertEquals(scale.last, scale.place(12), "a patience that another model had")
        assertEquals(0, EarlyExitScale(2).last, "nothing to set")
    }

    @Test
    fun `a long text is cut between characters`() {
        var cuts = 0
        val limit = LengthLimit(5) { cuts++ }

        fun filter(
            text: String,
            start: Int,
            end: Int,
            added: String,
        ) = limit.filter(added, 0, added.length, SpannableStringBuilder(text), start, end)
        assertNull(filter("abc", 3, 3, "de"))
        assertNull(filter("abcde", 1, 3, "xy"), "what is replaced makes room")
        assertEquals(0, cuts)
        assertEquals("de", filter("abc", 3, 3, "def").toString())
        assertEquals("", filter("abcde", 5, 5, "f").toString())
        assertEquals("d", filter("abc", 3, 3, "d🙂").toString(), "half of a surrogate pair would be no character")
        assertEquals(3, cuts)
    }
}
