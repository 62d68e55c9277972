package io.github.alberttf.app.opened

import android.app.Activity
import android.content.Intent
import android.net.Uri
import android.view.View
import io.github.alberttf.app.R
import io.github.alberttf.app.ask.AskActivity
import io.github.alberttf.app.classify.ClassifyActivity
import io.github.alberttf.app.classify.ClassifyScreen
import io.github.alberttf.app.commands.CommandsActivity
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.library.OpenedModelStore
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.model.ModelFileException.Reason
import io.github.alberttf.app.model.SampleFile
import io.github.alberttf.app.testing.AppTest
import io.github.alberttf.app.testing.Screens
import io.github.alberttf.app.testing.figures
import io.github.alberttf.app.testing.isVisible
import io.github.alberttf.app.testing.text
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.annotation.Config
import java.io.ByteArrayInputStream
import kotlin.random.Random
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** Files that a person opens: good ones, foreign ones, broken ones. */
class OpenedModelTest : AppTest() {
    private val spamFile by lazy { context.assets.open("models/spam.tflite").use { it.readBytes() } }
    private val controller: ActivityController<OpenedModelActivity> =
        Robolectric.buildActivity(OpenedModelActivity::class.java)
    private val activity get() = controller.get()

    /** The person chooses a file of the system's picker. */
    private fun choose(
        content: ByteArray,
        name: String,
    ) {
        activity.findViewById<View>(R.id.open).performClick()
        val request = shadowOf(activity).nextStartedActivityForResult.intent
        assertEquals(Intent.ACTION_OPEN_DOCUMENT, request.action)
        assertTrue(request.hasCategory(Intent.CATEGORY_OPENABLE))
        val uri = Uri.parse("content://documents/$name")
        shadowOf(context.contentResolver).registerInputStream(uri, ByteArrayInputStream(content))
        shadowOf(activity).receiveResult(request, Activity.RESULT_OK, Intent().setData(uri))
        await("the file to be read") { !activity.isVisible(R.id.progress) }
    }

    private fun errorOf(
        content: ByteArray,
        name: String,
    ): String {
        choose(content, name)
        assertTrue(activity.isVisible(R.id.error), "no error for $name")
        return activity.text(R.id.error)
    }

    @Test
    fun `a file describes itself and can be tried`() {
        controller.setup()
        assertFalse(activity.isVisible(R.id.description))
        choose(spamFile, "mine.tflite")
        assertFalse(activity.isVisible(R.id.error))
        assertEquals("mine.tflite", activity.text(R.id.description_title))
        assertEquals("Gives each text one of its labels.", activity.text(R.id.description_about))
        assertEquals("2 labels", activity.text(R.id.description_labels_title))
        assertEquals("ham\u00A0· spam", activity.text(R.id.description_labels))
        val figures = activity.figures(R.id.description_figures)
        assertEquals("SentencePiece, 30,000 pieces", figures["Tokenizer"])
        assertEquals("int8", figures["Weights"])
        assertContains(figures.getValue("TensorFlow Lite"), "or newer")
        activity.findViewById<View>(R.id.try_it).performClick()
        val intent = shadowOf(activity).nextStartedActivity
        assertEquals(ClassifyActivity::class.java.name, intent.component?.className)
        val screen = ClassifyScreen.open(this, intent)
        screen.awaitModel()
        assertEquals("Your model", screen.chosen)
        assertEquals("mine.tflite", screen.activity.text(R.id.model_about))
        screen.type("Call now and win a prize of 1000 pounds!")
        assertEquals(answerOf(spam, "Call now and win a prize of 1000 pounds!").best?.label, screen.awaitAnswer())
    }

    @Test
    @Config(qualifiers = "+zh-rCN")
    fun `a model that reads Chinese has Chinese examples`() {
        val examples = context.resources.getStringArray(R.array.chinese_reviews).toList()
        val known = examples.dropLast(1).flatMap { it.map(Char::toString) }.distinct()
        controller.setup()
        choose(SampleFile.withWordPieces(spamFile, known, listOf("差评", "好评")), "好评.tflite")
        assertEquals("WordPiece，${known.size + 5} 个词片", activity.figures(R.id.description_figures)["分词器"])
        activity.findViewById<View>(R.id.try_it).performClick()
        val screen = ClassifyScreen.open(this, shadowOf(activity).nextStartedActivity)
        screen.awaitModel()
        // The last one holds characters that this vocabulary lacks.
        val shown =
            List(examples.size) {
                screen.activity.findViewById<View>(R.id.example).performClick()
                screen.input.text.toString()
            }
        assertEquals(listOf(examples[0], examples[1], examples[0]), shown)
        passPause()
        screen.awaitAnswer()
        Screens.layOut(screen.activity)
        Screens.checkTexts(screen.activity)
        Screens.save(screen.activity, "chinese-model")
    }

    @Test
    fun `a model that reads English has no Chinese examples`() {
        controller.setup()
        choose(spamFile, "mine.tflite")
        activity.findViewById<View>(R.id.try_it).performClick()
        val screen = ClassifyScreen.open(this, shadowOf(activity).nextStartedActivity)
        screen.awaitModel()
        assertFalse(screen.activity.isVisible(R.id.example))
    }

    @Test
    fun `whatever a file answers has its screen`() {
        controller.setup()
        for ((file, sentence, screen) in listOf(
            Triple("questions", "Answers a question with a part of a passage.", AskActivity::class.java),
            Triple("slots", "Marks parts of a text, each with one of its labels.", CommandsActivity::class.java),
        )) {
            choose(context.assets.open("models/$file.tflite").use { it.readBytes() }, "$file.tflite")
            assertEquals(sentence, activity.text(R.id.description_about))
            activity.findViewById<View>(R.id.try_it).performClick()
            val intent = shadowOf(activity).nextStartedActivity
            assertEquals(screen.name, intent.component?.className)
        }
    }

    @Test
    fun `a foreign file is told from a broken one, and what to do`() {
        controller.setup()
        assertEquals(
            "film.mp4 is not a TensorFlow Lite file. Choose a .tflite file that albert-tf exported.",
            errorOf(Random(1).nextBytes(100_000), "film.mp4"),
        )
        assertContains(errorOf(ByteArray(0), "empty.tflite"), "empty.tflite is not a TensorFlow Lite file.")
        assertContains(
            errorOf(foreign(), "foreign.tflite"),
            "foreign.tflite is a TensorFlow Lite file, but albert-tf did not write it",
        )
        val cut = spamFile.copyOf(spamFile.size - 40_000)
        assertContains(errorOf(cut, "cut.tflite"), "The end of cut.tflite is missing. Copy the file again.")
        val flipped = spamFile.clone().also { it[graphBytes() / 2] = (it[graphBytes() / 2] + 1).toByte() }
        val damaged = errorOf(flipped, "damaged.tflite")
        assertContains(damaged, "damaged.tflite is damaged. Copy the file again.")
        assertContains(damaged, "Details: ")
        assertFalse(activity.isVisible(R.id.try_it))
    }

    /** Where the graph ends, as the file's own description says. */
    private fun graphBytes(): Int {
        val tail = String(spamFile, Charsets.ISO_8859_1)
        return checkNotNull(Regex(""""model_bytes": (\d+)""").find(tail)).groupValues[1].toInt()
    }

    /** A graph alone, of another writer. */
    private fun foreign(): ByteArray =
        String(spamFile.copyOf(graphBytes()), Charsets.ISO_8859_1)
            .replace("albert_tf", "elsewhere")
            .toByteArray(Charsets.ISO_8859_1)

    @Test
    @Config(qualifiers = "+zh-rCN")
    fun `errors speak the person's language`() {
        controller.setup()
        assertEquals(
            "film.mp4 不是 TensorFlow Lite 文件。请选择由 albert-tf 导出的 .tflite 文件。",
            errorOf(Random(1).nextBytes(1000), "film.mp4"),
        )
    }

    @Test
    fun `a broken file leaves the one before in place`() {
        controller.setup()
        choose(spamFile, "mine.tflite")
        errorOf(ByteArray(1000), "broken.tflite")
        assertEquals("mine.tflite", library.opened.name)
        assertTrue(activity.isVisible(R.id.description), "the model that is still in use")
        library.load(ModelChoice.Opened).requireAnswers()
        val left =
            context.noBackupFilesDir
                .walk()
                .filter { it.isFile && it.parentFile?.name != "unpacked" }
                .map { it.name }
                .toSet()
        assertEquals(setOf("opened.tflite", "opened.name"), left, "incoming files are left behind")
    }

    @Test
    fun `turning the phone keeps the message, and the file being read`() {
        controller.setup()
        val message = errorOf(ByteArray(1000), "broken.tflite")
        controller.recreate()
        await("the screen") { activity.isVisible(R.id.error) }
        assertEquals(message, activity.text(R.id.error))
        activity.findViewById<View>(R.id.open).performClick()
        val request = shadowOf(activity).nextStartedActivityForResult.intent
        val uri = Uri.parse("content://documents/mine.tflite")
        shadowOf(context.contentResolver).registerInputStream(uri, ByteArrayInputStream(spamFile))
        shadowOf(activity).receiveResult(request, Activity.RESULT_OK, Intent().setData(uri))
        controller.recreate()
        await("the model") { activity.isVisible(R.id.description) }
        assertEquals("mine.tflite", activity.text(R.id.description_title))
    }

    @Test
    fun `a file that vanished is said`() {
        controller.setup()
        activity.findViewById<View>(R.id.open).performClick()
        val request = shadowOf(activity).nextStartedActivityForResult.intent
        shadowOf(activity).receiveResult(
            request,
            Activity.RESULT_OK,
            Intent().setData(Uri.parse("file:///nowhere/gone.tflite")),
        )
        await("the message") { activity.isVisible(R.id.error) }
        assertContains(activity.text(R.id.error), "gone.tflite could not be read.")
    }

    @Test
    fun `a file larger than allowed is given up early`() {
        val store = OpenedModelStore(context.cacheDir.resolve("small"), mostBytes = 10_000)
        val error = assertFailsWith<ModelFileException> { store.take(ByteArrayInputStream(spamFile), "large.tflite") }
        assertEquals(Reason.TOO_LARGE, error.reason)
        assertEquals(null, store.name)
    }
}
