package io.github.alberttf.app.commands

import android.content.Intent
import android.view.View
import io.github.alberttf.app.R
import io.github.alberttf.app.ask.AskActivity
import io.github.alberttf.app.classify.ClassifyActivity
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.library.Screen
import io.github.alberttf.app.model.EntityEngine
import io.github.alberttf.app.testing.AppTest
import io.github.alberttf.app.testing.isVisible
import io.github.alberttf.app.ui.ModelActivity
import io.github.alberttf.app.ui.Wording
import io.github.alberttf.text.Entity
import org.junit.Test
import org.robolectric.Shadows.shadowOf
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** What a command wants, and of what. */
class CommandsTest : AppTest() {
    private val slots = ModelChoice.Bundled("slots")
    private val intents = ModelChoice.Bundled("intents")
    private val examples get() = checkNotNull(library.bundledModel(slots)).examples

    private fun entitiesOf(text: String): List<Entity> =
        EntityEngine(library.load(slots)).use { it.answer(text).entities }

    private fun intentOf(text: String) = Wording(context).label(answerOf(intents, text).best!!.label)

    @Test
    fun `intent and entities while a command is typed`() {
        val screen = CommandsScreen.open(this)
        screen.awaitModel()
        val words = examples[1].split(" ")
        for (count in 4..words.size step 4) {
            val text = words.take(count).joinToString(" ")
            screen.type(text)
            val wanted = entitiesOf(text)
            await("the entities of “$text”") { screen.hasAnswer && screen.marked == wanted.map { it.text } }
            assertEquals(intentOf(text), screen.intent)
            assertEquals(wanted.map { Wording(context).label(it.label) to it.text }, screen.entities)
        }
        assertTrue(screen.entities.isNotEmpty())
        screen.type("  ")
        assertFalse(screen.hasAnswer)
        assertEquals(emptyList(), screen.marked)
    }

    @Test
    fun `marks move with their words until the next answer`() {
        val screen = CommandsScreen.open(this)
        screen.awaitModel()
        screen.type(examples[0])
        await("an answer") { screen.hasAnswer }
        val before = screen.marked
        assertTrue(before.isNotEmpty())
        screen.input.text.insert(0, "🙂 ")
        assertEquals(before, screen.marked)
        passPause()
        val wanted = entitiesOf("🙂 ${examples[0]}").map { it.text }
        await("the next answer") { screen.marked == wanted }
    }

    @Test
    fun `turning the phone keeps the text, the answer and the marks`() {
        val screen = CommandsScreen.open(this)
        screen.awaitModel()
        screen.type(examples[0])
        await("an answer") { screen.hasAnswer }
        val before = Triple(screen.intent, screen.entities, screen.marked)
        screen.rotate()
        assertEquals(before, Triple(screen.intent, screen.entities, screen.marked))
    }

    @Test
    fun `each label has a colour, the first of a sentence the first`() {
        val found = listOf("city", "date", "city").map { Entity(it, "x", 0, 1, 1f) }
        assertEquals(listOf(0, 1, 0), found.map(MarkColors(found)::of))
    }

    @Test
    fun `a file that the person opened marks, without an intent`() {
        val content = library.load(slots)
        assertEquals(Screen.COMMANDS, Screen.of(content.task!!))
        context.assets.open("models/slots.tflite").use { library.opened.take(it, "mine.tflite") }
        assertEquals(Screen.COMMANDS, library.opened.screen)
        assertEquals(listOf(slots, ModelChoice.Opened), library.choices(Screen.COMMANDS))
        assertFalse(ModelChoice.Opened in library.choices(Screen.CLASSIFY))
        val screen = CommandsScreen.open(this, ModelActivity.intent(context, Screen.COMMANDS, ModelChoice.Opened))
        screen.awaitModel()
        screen.type(examples[0])
        await("an answer") { screen.hasAnswer }
        assertNull(screen.intent)
        assertEquals(entitiesOf(examples[0]).map { it.text }, screen.marked)
        assertFalse(screen.activity.isVisible(R.id.example))
    }

    @Test
    fun `the tabs lead to the other screens`() {
        val screen = CommandsScreen.open(this)
        assertTrue(screen.activity.findViewById<View>(R.id.tab_commands).isSelected)
        for ((tab, activity) in mapOf(
            R.id.tab_ask to AskActivity::class.java,
            R.id.tab_classify to ClassifyActivity::class.java,
        )) {
            screen.activity.findViewById<View>(tab).performClick()
            val intent = shadowOf(screen.activity).nextStartedActivity
            assertEquals(activity.name, intent.component?.className)
            assertTrue(intent.flags and Intent.FLAG_ACTIVITY_REORDER_TO_FRONT != 0)
        }
    }
}
