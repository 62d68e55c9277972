package io.github.alberttf.app.classify

import android.content.Intent
import io.github.alberttf.app.R
import io.github.alberttf.app.testing.AppTest
import io.github.alberttf.app.testing.text
import org.junit.Test
import org.robolectric.Shadows.shadowOf
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** What stays when the phone is turned, when Android ends the process, and what other apps share. */
class StateTest : AppTest() {
    private val text = "A lovely film, and the music is even better."

    @Test
    fun `turning the phone keeps the text, the model and the answer`() {
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        screen.choose("Spam")
        screen.type(text)
        await("spam's answer") { screen.chosen == "Spam" && screen.headline != null }
        val before = screen.headline to screen.bars
        val activity = screen.activity
        screen.rotate()
        assertTrue(screen.activity !== activity, "the screen was not made anew")
        // At once: the model was not loaded again, nor the text answered again.
        assertEquals(before, screen.headline to screen.bars)
        assertEquals(text, screen.input.text.toString())
        assertEquals("Spam", screen.chosen)
        screen.type("$text Call now and win a prize!")
        val expected = answerOf(spam, "$text Call now and win a prize!")
        await("an answer after turning") { screen.tokens.contains("prize") }
        assertEquals(expected.best?.label, screen.headline)
    }

    @Test
    fun `turning the phone while the answer is being computed shows it afterwards`() {
        val screen = ClassifyScreen.open(this)
        screen.input.setText(text) // most often before the model is loaded
        screen.rotate()
        passPause() // where it was loaded, the text waits for further keys
        assertEquals(answerOf(sentiment, text).best?.label, screen.awaitAnswer())
    }

    @Test
    fun `the end of the process keeps the text, the model and the early exit`() {
        val first = ClassifyScreen.open(this)
        first.awaitModel()
        first.choose("Spam")
        first.awaitModel()
        first.type(text)
        first.awaitAnswer()
        shadowOf(first.slider).onSeekBarChangeListener.onProgressChanged(
            first.slider.apply { progress = 1 },
            1,
            true,
        )
        val meaning = first.activity.text(R.id.early_exit_meaning)
        val again = first.dieAndReturn()
        assertEquals(text, again.input.text.toString())
        again.awaitAnswer()
        assertEquals("Spam", again.chosen)
        assertEquals(meaning, again.activity.text(R.id.early_exit_meaning))
        assertTrue(meaning.contains("2 more layers"), meaning)
        assertEquals(1, again.slider.progress)
    }

    @Test
    fun `a shared text is answered`() {
        val screen = ClassifyScreen.open(this, sharing(text))
        assertEquals(text, screen.input.text.toString())
        assertEquals(answerOf(sentiment, text).best?.label, screen.awaitAnswer())
        // Turning the phone does not take the shared text again over what was typed since.
        screen.type("Terrible. It broke at once.")
        screen.rotate()
        assertEquals("Terrible. It broke at once.", screen.input.text.toString())
    }

    @Test
    fun `a text shared with the open app takes the place of the one before`() {
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        screen.type("something else")
        screen.receive(sharing(text))
        passPause()
        assertEquals(text, screen.input.text.toString())
        await("the shared text's answer") { screen.tokens.contains("lovely") }
        assertEquals(answerOf(sentiment, text).best?.label, screen.headline)
    }

    @Test
    fun `sharing without a text is said`() {
        val screen = ClassifyScreen.open(this, Intent(Intent.ACTION_SEND).setType("text/plain"))
        assertEquals("The other app shared no text.", screen.note)
        assertNull(screen.headline)
    }

    @Test
    fun `leaving the screen frees the model, and nothing is told afterwards`() {
        val before = engineThreads()
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        val own = engineThreads() - before
        assertEquals(1, own.size, "threads of the engine: $own")
        screen.type(text)
        val session = assertNotNull(screen.activity.onRetainNonConfigurationInstance() as ClassifySession?)
        screen.close()
        await("the engine's thread to end") { own.none { it.isAlive } }
        pass(LONG_AFTER)
        assertNull(session.state.answer)
    }

    private fun engineThreads() =
        Thread
            .getAllStackTraces()
            .keys
            .filter { it.name.startsWith("albert_tf ") }
            .toSet()

    private fun sharing(text: String) =
        Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, text)

    private companion object {
        const val LONG_AFTER = 1000L
    }
}
