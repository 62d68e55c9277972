package io.github.alberttf.app.testing

import android.app.Activity
import android.content.Context
import android.os.Looper
import android.view.View
import android.view.ViewGroup
import android.widget.TextView
import io.github.alberttf.app.AlbertApplication
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.library.ModelLibrary
import io.github.alberttf.app.model.TextAnswer
import io.github.alberttf.app.model.TextEngine
import io.github.alberttf.app.ui.LiveAnswers
import org.junit.After
import org.junit.runner.RunWith
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import java.time.Duration

/** A test of real activities, with the models of the app's assets. */
@RunWith(AppRunner::class)
@Config(qualifiers = "w411dp-h860dp-xhdpi")
abstract class AppTest {
    internal val app: AlbertApplication get() = RuntimeEnvironment.getApplication() as AlbertApplication
    internal val context: Context get() = app
    internal val library: ModelLibrary get() = app.library
    internal val sentiment = ModelChoice.Bundled("sentiment")
    internal val spam = ModelChoice.Bundled("spam")
    internal val banking = ModelChoice.Bundled("banking77")

    private val endings = ArrayList<() -> Unit>()

    /** What the test opened is closed after it, so that no engine stays behind. */
    fun atEnd(action: () -> Unit) {
        endings += action
    }

    @After
    fun end() = endings.forEach { it() }

    /** What the main thread has to do until now is done, and for so long after. */
    fun pass(milliseconds: Long) = shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(milliseconds))

    /** Waits for other threads; the clock of the main thread stands still meanwhile. */
    fun await(
        what: String,
        isSo: () -> Boolean,
    ) {
        val end = System.nanoTime() + PATIENCE_NANOS
        shadowOf(Looper.getMainLooper()).idle()
        while (!isSo()) {
            check(System.nanoTime() < end) { "waited in vain: $what" }
            Thread.sleep(POLL_MILLIS)
            shadowOf(Looper.getMainLooper()).idle()
        }
    }

    /** Waits for what may be over soon: looks after each single thing that the main thread does, pauses left out. */
    fun awaitMoment(
        what: String,
        isSo: () -> Boolean,
    ) {
        val end = System.nanoTime() + PATIENCE_NANOS
        val looper = shadowOf(Looper.getMainLooper())
        while (!isSo()) {
            check(System.nanoTime() < end) { "waited in vain: $what" }
            if (looper.isIdle) Thread.sleep(POLL_MILLIS)
            looper.runOneTask()
        }
    }

    /** The pause after the last key, and what comes of it. */
    fun passPause() = pass(LiveAnswers.PAUSE_MILLIS)

    /** What the model itself answers, without any screen. */
    internal fun answerOf(
        choice: ModelChoice,
        text: String,
    ): TextAnswer = TextEngine(library.load(choice)).use { it.answer(text) }

    private companion object {
        const val PATIENCE_NANOS = 120_000_000_000
        const val POLL_MILLIS = 5L
    }
}

/** A text view by its id. */
internal fun Activity.text(id: Int): String = findViewById<TextView>(id).text.toString()

/** Whether a view and all around it are visible. */
internal fun Activity.isVisible(id: Int): Boolean =
    generateSequence(findViewById<View>(id)) { it.parent as? View }.all { it.visibility == View.VISIBLE }

/** All views below one, and itself. */
internal fun View.all(): Sequence<View> =
    sequence {
        yield(this@all)
        if (this@all is ViewGroup) for (index in 0 until childCount) yieldAll(getChildAt(index).all())
    }

/** All views that a person sees, scrolled or not. */
internal fun View.visible(): Sequence<View> =
    sequence {
        if (visibility != View.VISIBLE) return@sequence
        yield(this@visible)
        if (this@visible is ViewGroup) for (index in 0 until childCount) yieldAll(getChildAt(index).visible())
    }

/** Names and values that stand side by side. */
internal fun Activity.figures(id: Int): Map<String, String> =
    findViewById<ViewGroup>(id).let { group ->
        (0 until group.childCount).associate { index ->
            val texts =
                group
                    .getChildAt(index)
                    .all()
                    .filterIsInstance<TextView>()
                    .map { it.text.toString() }
                    .toList()
            texts[0] to texts[1]
        }
    }
