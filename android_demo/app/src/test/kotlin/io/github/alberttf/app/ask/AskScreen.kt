package io.github.alberttf.app.ask

import android.content.Intent
import android.view.View
import android.view.ViewGroup
import android.widget.EditText
import android.widget.TextView
import io.github.alberttf.app.R
import io.github.alberttf.app.testing.AppTest
import io.github.alberttf.app.testing.isVisible
import io.github.alberttf.app.testing.text
import io.github.alberttf.app.ui.TextMarks
import org.robolectric.Robolectric
import org.robolectric.android.controller.ActivityController

/** The screen for questions as a person sees and uses it. */
internal class AskScreen(
    private val test: AppTest,
    private val controller: ActivityController<AskActivity>,
) {
    init {
        test.atEnd(::close)
    }

    val activity: AskActivity get() = controller.get()
    val passage: EditText get() = activity.findViewById(R.id.passage)
    val question: EditText get() = activity.findViewById(R.id.question)
    val headline: String? get() = if (activity.isVisible(R.id.headline)) activity.text(R.id.headline) else null
    val error: String? get() = if (activity.isVisible(R.id.error)) activity.text(R.id.error) else null
    val note: String? get() = if (activity.isVisible(R.id.note)) activity.text(R.id.note) else null
    val meaning: String get() = activity.text(R.id.meaning)

    /** The parts of the passage that are marked. */
    val marked: List<String> get() = TextMarks(passage).shown.map { passage.text.substring(it) }

    /** What the answer may also be. */
    val alternatives: List<View>
        get() = activity.findViewById<ViewGroup>(R.id.bars).let { group -> List(group.childCount, group::getChildAt) }

    fun name(alternative: View): String = alternative.findViewById<TextView>(R.id.bar_label).text.toString()

    fun awaitModel() = test.await("the model") { activity.text(R.id.model_facts).contains("MB") || error != null }

    fun ask(
        newQuestion: String,
        newPassage: String = passage.text.toString(),
    ) {
        write(newQuestion, newPassage)
        test.passPause()
    }

    /** Asks, and is back while the passage is read in parts. */
    fun askUntilItReads(
        newQuestion: String,
        newPassage: String,
    ) {
        write(newQuestion, newPassage)
        test.awaitMoment("progress") { activity.isVisible(R.id.reading) }
    }

    private fun write(
        newQuestion: String,
        newPassage: String,
    ) {
        if (newPassage != passage.text.toString()) passage.setText(newPassage)
        question.setText(newQuestion)
    }

    /** The headline, once the answer is there. */
    fun awaitAnswer(): String {
        test.await("an answer to “${question.text}”") {
            error != null || (headline != null && !activity.isVisible(R.id.reading))
        }
        return checkNotNull(headline) { "instead of an answer: $error" }
    }

    fun rotate() {
        controller.recreate()
    }

    fun close() {
        if (!activity.isDestroyed) controller.pause().stop().destroy()
    }

    companion object {
        fun open(
            test: AppTest,
            intent: Intent = Intent(Intent.ACTION_MAIN),
        ): AskScreen = AskScreen(test, Robolectric.buildActivity(AskActivity::class.java, intent).setup())
    }
}
