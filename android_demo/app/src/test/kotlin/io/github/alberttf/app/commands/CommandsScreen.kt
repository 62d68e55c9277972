package io.github.alberttf.app.commands

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

/** The screen for commands as a person sees and uses it. */
internal class CommandsScreen(
    private val test: AppTest,
    private val controller: ActivityController<CommandsActivity>,
) {
    init {
        test.atEnd(::close)
    }

    val activity: CommandsActivity get() = controller.get()
    val input: EditText get() = activity.findViewById(R.id.input)
    val intent: String? get() = if (activity.isVisible(R.id.headline)) activity.text(R.id.headline) else null
    val hasAnswer: Boolean get() = activity.isVisible(R.id.answer)

    /** The parts of the sentence that are marked. */
    val marked: List<String> get() = TextMarks(input).shown.map { input.text.substring(it) }

    /** Label and text of each entity. */
    val entities: List<Pair<String, String>>
        get() =
            activity.findViewById<ViewGroup>(R.id.entities).let { group ->
                List(group.childCount) { group.getChildAt(it).run { label() to part() } }
            }

    private fun View.label() = findViewById<TextView>(R.id.entity_label).text.toString()

    private fun View.part() = findViewById<TextView>(R.id.entity_text).text.toString()

    fun awaitModel() = test.await("the model") { activity.text(R.id.model_facts).contains("MB") }

    fun type(text: String) {
        input.setText(text)
        input.setSelection(input.length())
        test.passPause()
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
        ): CommandsScreen =
            CommandsScreen(test, Robolectric.buildActivity(CommandsActivity::class.java, intent).setup())
    }
}
