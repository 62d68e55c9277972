package io.github.alberttf.app.classify

import android.content.Intent
import android.os.Bundle
import android.text.Editable
import android.text.TextWatcher
import android.view.Menu
import android.view.MenuItem
import android.view.View
import android.widget.EditText
import android.widget.TextView
import io.github.alberttf.app.AlbertApplication
import io.github.alberttf.app.R
import io.github.alberttf.app.benchmark.BenchmarkActivity
import io.github.alberttf.app.library.OwnExamples
import io.github.alberttf.app.library.Screen
import io.github.alberttf.app.ui.ExampleButton
import io.github.alberttf.app.ui.LengthLimit
import io.github.alberttf.app.ui.ModelActivity
import io.github.alberttf.app.ui.ModelPanel
import io.github.alberttf.app.ui.ModelState
import io.github.alberttf.app.ui.replaceText
import io.github.alberttf.app.ui.showText

/** The first screen: answers a text while it is typed, and texts that other apps share. */
class ClassifyActivity : ModelActivity() {
    override val screen = Screen.CLASSIFY
    override lateinit var session: ClassifySession
        private set
    private lateinit var models: ModelPanel
    private lateinit var answers: AnswerPanel
    private lateinit var earlyExit: EarlyExitPanel
    private lateinit var details: DetailsPanel
    private lateinit var input: EditText
    private lateinit var note: TextView
    private lateinit var examples: ExampleButton

    /** What to tell of the text itself, such as that its end was cut; null: nothing. */
    private var remark: String? = null

    /** Whether the change of the text that is under way was cut. */
    private var isCutting = false

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        start(R.layout.activity_classify)
        val retained = lastNonConfigurationInstance as ClassifySession?
        session = retained ?: ClassifySession(library, AlbertApplication.of(this).background)
        findViews()
        if (retained == null) {
            session.patience = savedInstanceState?.getInt(PATIENCE) ?: 0
            session.choose(firstChoice(savedInstanceState))
        }
        session.listener = ::show
        if (savedInstanceState == null) take(intent)
    }

    override fun onRestoreInstanceState(savedInstanceState: Bundle) {
        super.onRestoreInstanceState(savedInstanceState)
        // Restoring fills the field; the listener may have been told before, or not at all for an equal text.
        session.ask(input.text.toString())
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        take(intent)
    }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        outState.putInt(PATIENCE, session.patience)
    }

    override fun onCreateOptionsMenu(menu: Menu): Boolean {
        menuInflater.inflate(R.menu.classify, menu)
        return super.onCreateOptionsMenu(menu)
    }

    override fun onOptionsItemSelected(item: MenuItem): Boolean {
        if (item.itemId != R.id.benchmark) return super.onOptionsItemSelected(item)
        session.choice?.let { startActivity(BenchmarkActivity.intent(this, it)) }
        return true
    }

    private fun findViews() {
        models = ModelPanel(this, wording, library, screen, ::choose)
        answers = AnswerPanel(this, wording)
        earlyExit = EarlyExitPanel(this, wording) { session.patience = it }
        details = DetailsPanel(this, wording)
        note = findViewById(R.id.note)
        input = findViewById(R.id.input)
        input.filters = arrayOf(LengthLimit(MOST_CHARACTERS, ::tellCut))
        input.addTextChangedListener(
            object : TextWatcher {
                override fun beforeTextChanged(
                    text: CharSequence,
                    start: Int,
                    count: Int,
                    after: Int,
                ) {
                    if (!isCutting) remark = null
                    isCutting = false
                }

                override fun onTextChanged(
                    text: CharSequence,
                    start: Int,
                    before: Int,
                    count: Int,
                ) = Unit

                override fun afterTextChanged(text: Editable) = session.ask(text.toString())
            },
        )
        findViewById<View>(R.id.clear).setOnClickListener { input.setText("") }
        val own = OwnExamples(resources, R.array.chinese_reviews)
        examples = ExampleButton(findViewById(R.id.example), input, library, own)
    }

    private fun take(intent: Intent) {
        if (!SharedText.isIn(intent)) return
        val text = SharedText.of(intent)
        if (text == null) remark = getString(R.string.nothing_shared) else input.replaceText(text)
        show(session.state)
    }

    private fun tellCut() {
        remark = getString(R.string.text_cut, wording.count(MOST_CHARACTERS))
        isCutting = true
        // A field that is full does not change, and so asks for no answer that would show the remark.
        input.post {
            isCutting = false
            show(session.state)
        }
    }

    private fun show(state: ClassifyState) {
        val model = (state.model as? ModelState.Ready)?.model
        models.show(state.choice, state.model, state.failure)
        examples.show(state.choice, state.model)
        answers.show(state.answer, model?.task)
        earlyExit.show(model, session.patience)
        details.show(state.answer, model)
        note.showText(note(state))
    }

    private fun note(state: ClassifyState): String? {
        val answer = state.answer
        val cut =
            answer?.takeIf { it.isTruncated }?.let {
                getString(
                    R.string.tokens_cut,
                    wording.count(it.tokens.size),
                )
            }
        val notes = listOfNotNull(remark, cut)
        if (notes.isNotEmpty()) return notes.joinToString("\n")
        return if (answer == null && state.model is ModelState.Ready) getString(R.string.answer_here) else null
    }

    private companion object {
        const val PATIENCE = "patience"
    }
}
