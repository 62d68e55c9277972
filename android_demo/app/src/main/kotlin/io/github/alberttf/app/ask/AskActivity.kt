package io.github.alberttf.app.ask

import android.os.Bundle
import android.view.View
import android.widget.EditText
import android.widget.TextView
import io.github.alberttf.app.AlbertApplication
import io.github.alberttf.app.R
import io.github.alberttf.app.library.Passage
import io.github.alberttf.app.library.Screen
import io.github.alberttf.app.ui.LengthLimit
import io.github.alberttf.app.ui.ModelActivity
import io.github.alberttf.app.ui.ModelPanel
import io.github.alberttf.app.ui.ModelState
import io.github.alberttf.app.ui.TextMarks
import io.github.alberttf.app.ui.isPresent
import io.github.alberttf.app.ui.onText
import io.github.alberttf.app.ui.replaceText
import io.github.alberttf.app.ui.showText

/** “Ask”: answers a question with a stretch of a passage, which is marked there. */
class AskActivity : ModelActivity() {
    override val screen = Screen.ASK
    override lateinit var session: AskSession
        private set
    private lateinit var models: ModelPanel
    private lateinit var answers: PassageAnswerPanel
    private lateinit var passage: EditText
    private lateinit var question: EditText
    private lateinit var marks: TextMarks

    /** Whether the passage was longer than can be kept. */
    private var isCut = false

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        start(R.layout.activity_ask)
        val retained = lastNonConfigurationInstance as AskSession?
        session = retained ?: AskSession(library, AlbertApplication.of(this).background)
        findViews()
        if (retained == null) session.choose(firstChoice(savedInstanceState))
        session.listener = ::show
    }

    override fun onRestoreInstanceState(savedInstanceState: Bundle) {
        super.onRestoreInstanceState(savedInstanceState)
        listen()
        show(session.state) // marks belong to the fields of this screen
    }

    override fun onPostCreate(savedInstanceState: Bundle?) {
        super.onPostCreate(savedInstanceState)
        if (savedInstanceState == null) listen()
    }

    private fun findViews() {
        models = ModelPanel(this, wording, library, screen, ::choose)
        answers = PassageAnswerPanel(this, wording, ::mark)
        passage = findViewById(R.id.passage)
        question = findViewById(R.id.question)
        marks = TextMarks(passage)
        passage.filters = arrayOf(LengthLimit(MOST_CHARACTERS) { isCut = true })
        question.filters = arrayOf(LengthLimit(MOST_OF_A_QUESTION) {})
        findViewById<View>(R.id.clear).setOnClickListener {
            question.setText("")
            passage.setText("")
        }
        findViewById<View>(R.id.example).setOnClickListener { showExample() }
    }

    /** Only once the fields are filled again: a half-restored screen would ask with an empty passage. */
    private fun listen() {
        passage.onText {
            marks.clear()
            if (it.length < MOST_CHARACTERS) isCut = false
            ask()
        }
        question.onText { ask() }
        ask()
    }

    private fun ask() = session.ask(question.text.toString(), passage.text.toString())

    /** The next question on the passage of an example, or the first of the next passage. */
    private fun showExample() {
        val examples =
            session.choice
                ?.let(library::bundledModel)
                ?.passages
                .orEmpty()
        if (examples.isEmpty()) return
        val at = examples.indexOfFirst { it.text == passage.text.toString() }
        val next = examples.getOrNull(at)?.let { it.questions.indexOf(question.text.toString()) + 1 } ?: 0
        if (at >= 0 && next < examples[at].questions.size) {
            question.replaceText(examples[at].questions[next])
        } else {
            fill(examples[(at + 1) % examples.size])
        }
    }

    private fun fill(example: Passage) {
        question.replaceText(example.questions[0])
        passage.setText(example.text)
    }

    private fun show(state: AskState) {
        models.show(state.choice, state.model, state.failure)
        val bundled = state.choice?.let(library::bundledModel)
        findViewById<View>(R.id.example).isPresent = !bundled?.passages.isNullOrEmpty()
        answers.show(state)
        val best = state.answer?.answer?.best
        if (best == null) marks.clear() else mark(best.start until best.end)
        findViewById<TextView>(R.id.note).showText(note(state))
    }

    private fun mark(characters: IntRange) {
        if (characters.last >= passage.length()) return // of a passage that is not there any more
        marks.show(listOf(characters to 0))
        if (!passage.hasFocus()) passage.bringPointIntoView(characters.first)
    }

    private fun note(state: AskState): String? {
        val cut = if (isCut) getString(R.string.text_cut, wording.count(MOST_CHARACTERS)) else null
        val isIdle = state.answer == null && state.progress == null && state.model is ModelState.Ready
        val isEmpty = passage.text.isBlank() || question.text.isBlank()
        return cut ?: if (isIdle && isEmpty) getString(R.string.ask_here) else null
    }

    private companion object {
        const val MOST_OF_A_QUESTION = 2_000
    }
}
