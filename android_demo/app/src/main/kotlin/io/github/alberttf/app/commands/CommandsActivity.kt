package io.github.alberttf.app.commands

import android.os.Bundle
import android.view.View
import android.widget.EditText
import android.widget.TextView
import io.github.alberttf.app.AlbertApplication
import io.github.alberttf.app.R
import io.github.alberttf.app.library.OwnExamples
import io.github.alberttf.app.library.Screen
import io.github.alberttf.app.ui.ExampleButton
import io.github.alberttf.app.ui.LengthLimit
import io.github.alberttf.app.ui.ModelActivity
import io.github.alberttf.app.ui.ModelPanel
import io.github.alberttf.app.ui.ModelState
import io.github.alberttf.app.ui.TextMarks
import io.github.alberttf.app.ui.onText
import io.github.alberttf.app.ui.showText

/** “Commands”: what a sentence wants, and its entities, which are marked in it while it is typed. */
class CommandsActivity : ModelActivity() {
    override val screen = Screen.COMMANDS
    override lateinit var session: CommandsSession
        private set
    private lateinit var models: ModelPanel
    private lateinit var answers: CommandPanel
    private lateinit var input: EditText
    private lateinit var marks: TextMarks
    private lateinit var examples: ExampleButton

    /** Whether the text was longer than can be kept. */
    private var isCut = false

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        start(R.layout.activity_commands)
        val retained = lastNonConfigurationInstance as CommandsSession?
        session = retained ?: CommandsSession(library, AlbertApplication.of(this).background)
        findViews()
        if (retained == null) session.choose(firstChoice(savedInstanceState))
        session.listener = ::show
    }

    override fun onRestoreInstanceState(savedInstanceState: Bundle) {
        super.onRestoreInstanceState(savedInstanceState)
        // Restoring fills the field; the listener may have been told before, or not at all for an equal text.
        session.ask(input.text.toString())
        show(session.state) // marks belong to the field of this screen
    }

    private fun findViews() {
        models = ModelPanel(this, wording, library, screen, ::choose)
        answers = CommandPanel(this, wording)
        input = findViewById(R.id.input)
        marks = TextMarks(input)
        input.filters = arrayOf(LengthLimit(MOST_CHARACTERS) { isCut = true })
        input.onText {
            if (it.length < MOST_CHARACTERS) isCut = false
            session.ask(it)
        }
        findViewById<View>(R.id.clear).setOnClickListener { input.setText("") }
        val own = OwnExamples(resources, R.array.chinese_commands)
        examples = ExampleButton(findViewById(R.id.example), input, library, own)
    }

    private fun show(state: CommandsState) {
        models.show(state.choice, state.model, state.failure)
        examples.show(state.choice, state.model)
        answers.show(state.answer)
        // While a person types on, marks move with their words until the next answer.
        val found = state.answer?.found?.entities
        if (found == null) {
            marks.clear()
        } else if (state.text == input.text.toString()) {
            val colors = MarkColors(found)
            marks.show(found.map { (it.start until it.end) to colors.of(it) })
        }
        findViewById<TextView>(R.id.note).showText(note(state))
    }

    private fun note(state: CommandsState): String? =
        when {
            isCut -> getString(R.string.text_cut, wording.count(MOST_CHARACTERS))
            state.answer == null && state.model is ModelState.Ready -> getString(R.string.answer_here)
            else -> null
        }
}
