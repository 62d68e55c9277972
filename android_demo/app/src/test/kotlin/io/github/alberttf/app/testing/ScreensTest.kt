package io.github.alberttf.app.testing

import android.app.Activity
import android.content.Intent
import android.graphics.Rect
import android.net.Uri
import android.view.View
import android.widget.RadioGroup
import io.github.alberttf.app.R
import io.github.alberttf.app.about.AboutActivity
import io.github.alberttf.app.ask.AskScreen
import io.github.alberttf.app.benchmark.BenchmarkActivity
import io.github.alberttf.app.classify.ClassifyScreen
import io.github.alberttf.app.commands.CommandsScreen
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.opened.OpenedModelActivity
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import java.io.ByteArrayInputStream
import kotlin.test.assertTrue

/** Every screen by day and by night, in Chinese, and with the largest font: drawn, and no text cut. */
class ScreensTest : AppTest() {
    @Test
    @Config(qualifiers = "+notnight")
    fun light() = drawAll("light")

    @Test
    @Config(qualifiers = "+night")
    fun dark() = drawAll("dark")

    @Test
    @Config(qualifiers = "+zh-rCN")
    fun chinese() = drawAll("chinese")

    @Test
    @Config(qualifiers = "w320dp-h640dp-xhdpi")
    fun `large font on a small phone`() {
        RuntimeEnvironment.setFontScale(LARGEST_FONT)
        drawAll("large-font")
    }

    @Test
    @Config(qualifiers = "w860dp-h411dp-land-xhdpi")
    fun landscape() {
        classify("landscape")
    }

    private fun drawAll(suffix: String) {
        classify(suffix)
        queries(suffix)
        ask(suffix)
        commands(suffix)
        opened(suffix)
        draw(Robolectric.buildActivity(AboutActivity::class.java).setup().get(), "about-$suffix")
        benchmark(suffix)
    }

    private fun classify(suffix: String) {
        val screen = ClassifyScreen.open(this)
        draw(screen.activity, "start-$suffix")
        screen.awaitModel()
        screen.type(library.bundledModel(sentiment)!!.examples[0])
        screen.awaitAnswer()
        draw(screen.activity, "classify-$suffix")
        Screens.scrollToEnd(screen.activity)
        draw(screen.activity, "details-$suffix")
        screen.close()
    }

    private fun queries(suffix: String) {
        val screen = ClassifyScreen.open(this)
        screen.awaitModel()
        screen.choose(screen.models[2])
        screen.type(library.bundledModel(banking)!!.examples[0])
        screen.awaitModel()
        await("the bars of the bank's queries") { screen.bars.size > 2 }
        checkIsOnScreen(screen.activity.findViewById<RadioGroup>(R.id.models).getChildAt(2))
        draw(screen.activity, "queries-$suffix")
        screen.close()
    }

    private fun ask(suffix: String) {
        val screen = AskScreen.open(this)
        screen.awaitModel()
        val example = library.bundledModel(ModelChoice.Bundled("questions"))!!.passages[0]
        screen.ask(example.questions[1], example.text)
        screen.awaitAnswer()
        draw(screen.activity, "ask-$suffix")
        Screens.scrollToEnd(screen.activity)
        draw(screen.activity, "ask-alternatives-$suffix")
        val long = example.text + " It rained on the second day, and nobody came.".repeat(400)
        screen.askUntilItReads(example.questions[0], long)
        draw(screen.activity, "ask-reading-$suffix")
        screen.close()
    }

    private fun commands(suffix: String) {
        val screen = CommandsScreen.open(this)
        screen.awaitModel()
        screen.type(library.bundledModel(ModelChoice.Bundled("slots"))!!.examples[1])
        await("the entities") { screen.hasAnswer }
        draw(screen.activity, "commands-$suffix")
        checkIsOnScreen(screen.activity.findViewById(R.id.tab_commands))
        screen.close()
    }

    private fun checkIsOnScreen(view: View) {
        pass(LONGEST_ANIMATION)
        val seen = Rect()
        assertTrue(view.getGlobalVisibleRect(seen) && seen.width() == view.width, "only $seen of $view is to be seen")
    }

    private fun opened(suffix: String) {
        val controller = Robolectric.buildActivity(OpenedModelActivity::class.java).setup()
        val activity = controller.get()
        choose(activity, ByteArray(1000), "holiday.jpg")
        draw(activity, "foreign-file-$suffix")
        choose(activity, context.assets.open("models/spam.tflite").use { it.readBytes() }, "spam.tflite")
        draw(activity, "your-model-$suffix")
        controller.pause().stop().destroy()
    }

    private fun choose(
        activity: OpenedModelActivity,
        content: ByteArray,
        name: String,
    ) {
        activity.findViewById<View>(R.id.open).performClick()
        val request = shadowOf(activity).nextStartedActivityForResult.intent
        val uri = Uri.parse("content://documents/$name")
        shadowOf(context.contentResolver).registerInputStream(uri, ByteArrayInputStream(content))
        shadowOf(activity).receiveResult(request, Activity.RESULT_OK, Intent().setData(uri))
        await("the file to be read") { !activity.isVisible(R.id.progress) }
    }

    private fun benchmark(suffix: String) {
        val controller =
            Robolectric.buildActivity(
                BenchmarkActivity::class.java,
                BenchmarkActivity.intent(app, sentiment),
            )
        val activity = controller.setup().get()
        activity.findViewById<View>(R.id.start).performClick()
        await("the measurements") { activity.isVisible(R.id.share) }
        draw(activity, "benchmark-$suffix")
        controller.pause().stop().destroy()
    }

    private fun draw(
        activity: Activity,
        name: String,
    ) {
        pass(LONGEST_ANIMATION)
        Screens.layOut(activity)
        Screens.checkTexts(activity)
        Screens.save(activity, name)
    }

    private companion object {
        const val LARGEST_FONT = 2f
        const val LONGEST_ANIMATION = 1000L
    }
}
