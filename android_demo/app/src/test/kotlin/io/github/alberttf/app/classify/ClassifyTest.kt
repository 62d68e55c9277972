package io.github.alberttf.app.classify

import android.text.format.Formatter
import android.view.View
import android.view.ViewGroup
import android.widget.RadioButton
import io.github.alberttf.app.R
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.library.Screen
import io.github.alberttf.app.model.TextAnswer
import io.github.alberttf.app.testing.AppTest
import io.github.alberttf.app.testing.figures
import io.github.alberttf.app.testing.isVisible
import io.github.alberttf.app.testing.text
import io.github.alberttf.app.ui.LiveAnswers
import io.github.alberttf.app.ui.ModelActivity
import io.github.alberttf.app.ui.Wording
import org.junit.Test
import org.robolectric.Shadows.shadowOf
import java.util.Locale
import kotlin.math.roundToInt
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** What a person sees who types. */
class ClassifyTest : AppTest() {
    private val good = "The food was wonderful, and the staff were kind."

    /** The bars that an answer calls for, worked out without the screen. */
    private fun barsOf(answer: TextAnswer) =
        answer.scores.sortedByDescending { it.probability }.take(5).map {
            val wording = Wording(context)
            Triple(
                wording.label(it.label),
                wording.percent(it.probability),
                (it.probability * 10_000).roundToInt(),
            )
        }

    @Test
    fun `a typed text is answered within the pause`() {
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        assertEquals(context.getString(R.string.answer_here), screen.note)
        screen.input.setText(good)
        pass(LiveAnswers.PAUSE_MILLIS - 20)
        assertNull(screen.headline, "it must not answer at every key")
        pass(20)
        val expected = answerOf(sentiment, good)
        assertEquals(expected.best?.label, screen.awaitAnswer())
        assertEquals(barsOf(expected), screen.bars)
        assertNull(screen.note)
        assertNull(screen.error)
    }

    @Test
    fun `what stands behind the answer is shown`() {
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        screen.type(good)
        screen.awaitAnswer()
        val expected = answerOf(sentiment, good)
        assertEquals("${expected.tokens.size} tokens", screen.activity.text(R.id.tokens_title))
        assertEquals("[CLS] the food was wonderful , and the staff were kind . [SEP]", screen.tokens)
        val figures = screen.activity.figures(R.id.figures)
        val model = library.load(sentiment)
        assertContains(figures.getValue("Latency"), Regex("""^\d+(\.\d+)? ms$"""))
        assertEquals("${model.description.numLayers} of ${model.description.numLayers}", figures["Layers used"])
        assertEquals(Formatter.formatShortFileSize(context, model.sizeBytes), figures["Model file"])
        assertContains(figures.getValue("Memory of the app"), Regex("""^\d+(\.\d+)? [MG]B$"""))
    }

    @Test
    fun `a bar is read out as one sentence`() {
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        screen.type(good)
        screen.awaitAnswer()
        val (label, percent) = screen.bars.first()
        val row = screen.activity.findViewById<ViewGroup>(R.id.bars).getChildAt(0)
        assertEquals("$label: $percent", row.contentDescription)
    }

    @Test
    fun `an emptied field has no answer`() {
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        screen.type(good)
        screen.awaitAnswer()
        screen.activity.findViewById<View>(R.id.clear).performClick()
        assertEquals("", screen.input.text.toString())
        assertNull(screen.headline)
        assertFalse(screen.activity.isVisible(R.id.details))
        assertEquals(context.getString(R.string.answer_here), screen.note)
        pass(1000)
        assertNull(screen.headline, "the answer to the text before must not come back")
    }

    @Test
    fun `another model answers the same text`() {
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        val titles = library.bundled.filter { it.screen == Screen.CLASSIFY }.map { it.title.of(Locale.ENGLISH) }
        assertEquals(titles, screen.models)
        assertEquals("Sentiment", screen.chosen)
        screen.type("My card has not arrived")
        screen.awaitAnswer()
        screen.choose("Bank queries")
        await("the other model") { screen.activity.text(R.id.model_facts).startsWith("77") }
        screen.awaitAnswer()
        val expected = answerOf(banking, "My card has not arrived")
        assertEquals(barsOf(expected), screen.bars)
        assertEquals("and 72 more labels, less likely", screen.activity.text(R.id.more_labels))
        assertEquals("Bank queries", screen.chosen)
        assertFalse(screen.activity.isVisible(R.id.early_exit), "this model has no early exits")
    }

    @Test
    fun `examples of the model fill the field in turn`() {
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        val examples = library.bundledModel(sentiment)!!.examples
        for (example in examples + examples.first()) {
            screen.activity.findViewById<View>(R.id.example).performClick()
            assertEquals(example, screen.input.text.toString())
        }
        passPause()
        assertEquals(answerOf(sentiment, examples.first()).best?.label, screen.awaitAnswer())
    }

    @Test
    fun `the early exit runs fewer layers`() {
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        screen.type(good)
        screen.awaitAnswer()
        val layers = library.load(sentiment).description.numLayers
        assertTrue(screen.activity.isVisible(R.id.early_exit))
        assertEquals("Runs all $layers layers.", screen.activity.text(R.id.early_exit_meaning))
        drag(screen, 0)
        assertEquals(
            "Stops as soon as the answer has stood for 1 more layer.",
            screen.activity.text(R.id.early_exit_meaning),
        )
        await("an answer with fewer layers") {
            screen.activity.figures(R.id.figures)["Layers used"] != "$layers of $layers"
        }
        val used = screen.activity.figures(R.id.figures).getValue("Layers used")
        assertTrue(used.substringBefore(" ").toInt() in 2 until layers, used)
        drag(screen, screen.slider.max)
        await("all layers again") { screen.activity.figures(R.id.figures)["Layers used"] == "$layers of $layers" }
    }

    /** Moves the slider as a finger does. */
    private fun drag(
        screen: ClassifyScreen,
        place: Int,
    ) {
        screen.slider.progress = place
        shadowOf(screen.slider)
            .onSeekBarChangeListener
            .onProgressChanged(screen.slider, place, true)
    }

    @Test
    fun `of 200 fast keystrokes only the last answer stays`() {
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        val headlines = ArrayList<String>()
        val text = "I would not call it bad, but after a week of use it is a waste of money. ".repeat(3).take(200)
        for (end in 1..text.length) {
            screen.input.setText(text.take(end))
            // Some keys come after the pause, most before it; answers of the engine come when they come.
            pass(if (end % 10 == 0) LiveAnswers.PAUSE_MILLIS + 10 else 15)
            if (end % 50 == 0) screen.awaitAnswer() // the engine may be slower than the clock of the test
            screen.headline?.let(headlines::add)
        }
        passPause()
        val expected = answerOf(sentiment, text)
        await("the answer to the whole text") { screen.tokens.endsWith(spokenEnd(expected)) }
        assertEquals(barsOf(expected), screen.bars)
        val shown = screen.bars
        repeat(20) {
            Thread.sleep(10)
            pass(50)
            assertEquals(shown, screen.bars, "an answer to an earlier text came late")
        }
        assertTrue(headlines.isNotEmpty(), "nothing was answered while typing went on")
    }

    private fun spokenEnd(answer: TextAnswer) =
        answer.tokens.takeLast(12).joinToString(" ") { it.piece.replace("▁", "").ifEmpty { "▁" } }

    @Test
    fun `a passage of 100,000 characters is answered`() {
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        val passage = "It was the best of times, it was the worst of times. ".repeat(2000).take(100_000)
        screen.type(passage)
        assertEquals(answerOf(sentiment, passage).best?.label, screen.awaitAnswer())
        val longest = library.load(sentiment).sequenceLength
        assertEquals("Only the first $longest tokens were read: the model takes no more.", screen.note)
        assertEquals("$longest tokens", screen.activity.text(R.id.tokens_title))
        assertEquals(100_000, screen.input.length())
        // All of it survives, too.
        assertEquals(
            passage,
            screen
                .dieAndReturn()
                .input.text
                .toString(),
        )
    }

    @Test
    fun `a text that Android could not save is cut, and the person told`() {
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        screen.type("a ".repeat(150_000))
        screen.awaitAnswer()
        assertEquals(ModelActivity.MOST_CHARACTERS, screen.input.length())
        assertContains(screen.note.orEmpty(), "longer than 200,000 characters")
        screen.dieAndReturn()
    }

    @Test
    fun `everything that can be touched is named and large enough`() {
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        val least = (48 * screen.activity.resources.displayMetrics.density).toInt()
        val models = screen.activity.findViewById<ViewGroup>(R.id.models)
        val touched = listOf(R.id.example, R.id.clear, R.id.input).map { screen.activity.findViewById<View>(it) }
        for (view in touched + List(models.childCount) { models.getChildAt(it) as RadioButton }) {
            assertTrue(view.height >= least, "$view is ${view.height} pixels high, less than $least")
        }
        assertNotEquals("", screen.slider.contentDescription.toString())
        assertEquals(null, ModelChoice.of("no such key"))
    }
}
