package io.github.alberttf.app.ask

import android.view.View
import android.widget.ProgressBar
import io.github.alberttf.app.R
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.model.PassageAnswer
import io.github.alberttf.app.model.QuestionEngine
import io.github.alberttf.app.testing.AppTest
import io.github.alberttf.app.testing.isVisible
import io.github.alberttf.app.testing.text
import io.github.alberttf.app.ui.Wording
import io.github.alberttf.text.answers.AnswerSpan
import io.github.alberttf.text.answers.QuestionAnswer
import org.junit.Test
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** Questions on passages. */
class AskTest : AppTest() {
    private val choice = ModelChoice.Bundled("questions")
    private val example get() = checkNotNull(library.bundledModel(choice)).passages[0]
    private val long get() = example.text + " 🙂 It rained on the second day, and nobody came. ".repeat(600)

    private fun expected(
        question: String,
        passage: String,
    ): QuestionAnswer = QuestionEngine(library.load(choice)).use { it.answer(question, passage).answer }

    @Test
    fun `the answer is marked in the passage, with others below`() {
        val screen = AskScreen.open(this)
        screen.awaitModel()
        assertContains(screen.note.orEmpty(), "the answer is marked in the passage")
        screen.ask(example.questions[0], example.text)
        val answer = expected(example.questions[0], example.text)
        assertEquals(answer.best!!.text, screen.awaitAnswer())
        assertEquals(listOf(answer.best!!.text), screen.marked)
        assertEquals(answer.alternatives.drop(1).map { it.text }, screen.alternatives.map(screen::name))
        assertContains(screen.meaning, Wording(context).percent(answer.probability))
        assertNull(screen.note)
        val other = screen.alternatives[0]
        other.performClick()
        assertEquals(listOf(screen.name(other)), screen.marked)
    }

    @Test
    fun `another question gets another answer, and a changed passage no stale mark`() {
        val screen = AskScreen.open(this)
        screen.awaitModel()
        screen.ask(example.questions[0], example.text)
        screen.awaitAnswer()
        screen.ask(example.questions[1])
        val second = expected(example.questions[1], example.text).best!!.text
        await("the second answer") { screen.headline == second }
        assertEquals(listOf(second), screen.marked)
        screen.passage.append(" And so on.")
        assertEquals(emptyList(), screen.marked)
        assertNull(screen.headline)
        passPause()
        assertEquals(expected(example.questions[1], example.text + " And so on.").best!!.text, screen.awaitAnswer())
        screen.ask("")
        assertNull(screen.headline)
        assertEquals(emptyList(), screen.marked)
    }

    @Test
    fun `a long passage is read in parts, with progress, and left for a newer question`() {
        val screen = AskScreen.open(this)
        screen.awaitModel()
        screen.askUntilItReads(example.questions[0], long)
        val bar = screen.activity.findViewById<ProgressBar>(R.id.reading_bar)
        assertTrue(bar.max > 20, "${bar.max} parts")
        assertTrue(bar.progress in 1..bar.max)
        assertContains(screen.activity.text(R.id.reading_text), "of ${bar.max}")
        screen.ask(example.questions[1])
        val answer = expected(example.questions[1], long)
        assertEquals(answer.best!!.text, screen.awaitAnswer())
        assertEquals(listOf(answer.best!!.text), screen.marked)
        assertContains(screen.activity.text(R.id.cost), "Read in ${bar.max} parts")
    }

    @Test
    fun `turning the phone keeps passage, question, answer and mark`() {
        val screen = AskScreen.open(this)
        screen.awaitModel()
        screen.ask(example.questions[0], example.text)
        val answer = screen.awaitAnswer()
        screen.rotate()
        assertEquals(example.text, screen.passage.text.toString())
        assertEquals(answer, screen.headline)
        assertEquals(listOf(answer), screen.marked)
    }

    @Test
    fun `the examples go through questions and passages`() {
        val screen = AskScreen.open(this)
        screen.awaitModel()
        val passages = library.bundledModel(choice)!!.passages
        val seen = ArrayList<Pair<String, String>>()
        repeat(passages.sumOf { it.questions.size }) {
            screen.activity.findViewById<View>(R.id.example).performClick()
            seen += screen.passage.text.toString() to screen.question.text.toString()
        }
        assertEquals(passages.flatMap { passage -> passage.questions.map { passage.text to it } }, seen)
        assertNotEquals(seen[0].first, seen.last().first)
    }

    @Test
    fun `no answer is said as such`() {
        val screen = AskScreen.open(this)
        screen.awaitModel()
        val panel = PassageAnswerPanel(screen.activity, Wording(screen.activity)) {}

        fun show(
            answer: QuestionAnswer,
            canBeUnanswerable: Boolean,
        ) = panel.show(
            AskState(
                choice,
                io.github.alberttf.app.ui.ModelState.None,
                PassageAnswer(answer, 1, 2.0),
                canBeUnanswerable,
                null,
                null,
            ),
        )
        val span = AnswerSpan("Rome", 10, 14, 0.2f)
        show(QuestionAnswer(null, 0.8f, listOf(span), 0.8f), canBeUnanswerable = true)
        assertEquals("No answer in this passage", screen.headline)
        assertEquals("The passage does not seem to say it: nothing in it is likely enough.", screen.meaning)
        assertEquals(listOf("Rome"), screen.alternatives.map(screen::name))
        assertEquals("If it did, most likely", screen.activity.text(R.id.alternatives_title))
        show(QuestionAnswer(span, 0.2f, listOf(span), 0.1f), canBeUnanswerable = true)
        assertEquals("20.0% sure.", screen.meaning)
        assertFalse(screen.activity.isVisible(R.id.alternatives_title))
        show(QuestionAnswer(null, 1f, emptyList(), null), canBeUnanswerable = false)
        assertEquals("There is nothing in it that could be one.", screen.meaning)
    }
}
