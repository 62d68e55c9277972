package io.github.alberttf.app.ui

import android.os.Handler
import android.os.Looper
import io.github.alberttf.app.testing.AppTest
import org.junit.Test
import kotlin.test.assertEquals

/** The order in which answers come is not that of the questions. */
class LiveAnswersTest : AppTest() {
    private val shown = ArrayList<String?>()
    private val receivers = LinkedHashMap<String, (Result<String>) -> Unit>()
    private val live = LiveAnswers<String>(Handler(Looper.getMainLooper())) { shown += it.getOrNull() }

    private fun ask(text: String) = live.ask(PAUSE) { receivers[text] = it }

    /** The engine answers. */
    private fun answer(text: String) {
        receivers.getValue(text)(Result.success(text))
        pass(0)
    }

    @Test
    fun `only the text after which typing paused is asked`() {
        for (text in listOf("a", "ab", "abc")) {
            ask(text)
            pass(PAUSE - 1)
        }
        assertEquals(emptySet(), receivers.keys)
        pass(1)
        assertEquals(setOf("abc"), receivers.keys)
    }

    @Test
    fun `an answer to an earlier text is dropped, whenever it comes`() {
        ask("first")
        pass(PAUSE)
        ask("second")
        answer("first") // while the second waits for its pause
        pass(PAUSE)
        answer("second")
        answer("first") // and once more, later than the second
        assertEquals<List<String?>>(listOf("second"), shown)
    }

    @Test
    fun `after cancelling nothing is shown`() {
        ask("first")
        pass(PAUSE)
        live.cancel()
        answer("first")
        ask("second")
        live.cancel()
        pass(PAUSE)
        assertEquals(setOf("first"), receivers.keys)
        assertEquals(emptyList(), shown)
    }

    private companion object {
        const val PAUSE = 100L
    }
}
