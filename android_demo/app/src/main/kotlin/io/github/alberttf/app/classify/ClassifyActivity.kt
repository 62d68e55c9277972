package io.github.alberttf.app.classify

import android.app.Activity
import android.content.Context
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
import io.github.alberttf.app.about.AboutActivity
import io.github.alberttf.app.benchmark.BenchmarkActivity
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.opened.OpenedModelActivity
import io.github.alberttf.app.ui.Wording
import io.github.alberttf.app.ui.isPresent
import io.github.alberttf.app.ui.showText
import io.github.alberttf.app.ui.useToolbar

/** The first screen: answers a text while it is typed, and texts that other apps share. */
class ClassifyActivity : Activity() {
    private val library get() = AlbertApplication.of(this).library
    private lateinit var session: ClassifySession
    private lateinit var wording: Wording
    private lateinit var chooser: ModelChooser
    private lateinit var answers: AnswerPanel
    private lateinit var earlyExit: EarlyExitPanel
    private lateinit var details: DetailsPanel
    private lateinit var input: EditText
    private lateinit var note: TextView

    /** What to tell of the text itself, such as that its end was cut; null: nothing. */
    private var remark: String? = null

    /** Whether the change of the text that is under way was cut. */
    private var isCutting = false

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.activity_classify)
        setTitle(R.string.classify_title)
        useToolbar(isFirst = true)
        wording = Wording(this)
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
        setIntent(intent)
        take(intent)
        ModelChoice.of(intent.getStringExtra(CHOICE))?.let(session::choose)
    }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        outState.putString(CHOICE, session.state.choice?.key)
        outState.putInt(PATIENCE, session.patience)
    }

    override fun onRetainNonConfigurationInstance(): Any = session

    override fun onDestroy() {
        session.listener = null
        if (!isChangingConfigurations) session.close()
        super.onDestroy()
    }

    override fun onCreateOptionsMenu(menu: Menu): Boolean {
        menuInflater.inflate(R.menu.classify, menu)
        return true
    }

    override fun onOptionsItemSelected(item: MenuItem): Boolean {
        when (item.itemId) {
            R.id.open_model -> startActivity(Intent(this, OpenedModelActivity::class.java))
            R.id.benchmark -> startActivity(BenchmarkActivity.intent(this, session.state.choice ?: return true))
            R.id.about -> startActivity(Intent(this, AboutActivity::class.java))
            else -> return super.onOptionsItemSelected(item)
        }
        return true
    }

    private fun findViews() {
        chooser = ModelChooser(this, wording, library, ::choose)
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
        findViewById<View>(R.id.example).setOnClickListener { showExample() }
    }

    private fun firstChoice(saved: Bundle?): ModelChoice? =
        sequenceOf(intent.getStringExtra(CHOICE), saved?.getString(CHOICE))
            .mapNotNull(ModelChoice::of)
            .firstOrNull(library::has)
            ?: library.default

    private fun choose(choice: ModelChoice) {
        if (choice != session.state.choice) session.choose(choice)
    }

    private fun take(intent: Intent) {
        if (!SharedText.isIn(intent)) return
        val text = SharedText.of(intent)
        if (text == null) remark = getString(R.string.nothing_shared) else replaceText(text)
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

    private fun replaceText(text: String) {
        input.setText(text)
        input.setSelection(input.length())
    }

    private fun showExample() {
        val examples = library.bundledModel(session.state.choice ?: return)?.examples.orEmpty()
        if (examples.isNotEmpty()) replaceText(examples[(examples.indexOf(input.text.toString()) + 1) % examples.size])
    }

    private fun show(state: ClassifyState) {
        val model = (state.model as? ModelState.Ready)?.model
        chooser.show(state.choice)
        showModel(state)
        answers.show(state.answer, model?.task)
        earlyExit.show(model, session.patience)
        details.show(state.answer, model)
        findViewById<TextView>(R.id.error).showText(error(state))
        note.showText(note(state))
    }

    private fun showModel(state: ClassifyState) {
        val bundled = state.choice?.let(library::bundledModel)
        findViewById<View>(R.id.example).isPresent = !bundled?.examples.isNullOrEmpty()
        findViewById<View>(R.id.model_card).isPresent = state.choice != null && state.model !is ModelState.Failed
        findViewById<TextView>(R.id.model_about).text = bundled?.about?.of(wording.locale) ?: library.opened.name
        findViewById<TextView>(R.id.model_facts).text =
            (state.model as? ModelState.Ready)?.let { wording.facts(it.model) } ?: getString(R.string.model_loading)
    }

    private fun error(state: ClassifyState): String? =
        when (state.model) {
            is ModelState.None -> getString(R.string.no_models)
            is ModelState.Failed -> wording.error(state.model.error)
            else -> state.failure?.let { getString(R.string.engine_failed, it.message ?: it.toString()) }
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

    internal companion object {
        /** Longest text, in UTF-16 units: Android stops apps that save a megabyte or more. */
        const val MOST_CHARACTERS = 200_000
        private const val CHOICE = "io.github.alberttf.app.choice"
        private const val PATIENCE = "patience"

        /** Opens the screen with a model. */
        fun intent(
            context: Context,
            choice: ModelChoice,
        ): Intent =
            Intent(context, ClassifyActivity::class.java)
                .putExtra(CHOICE, choice.key)
                .addFlags(Intent.FLAG_ACTIVITY_CLEAR_TOP or Intent.FLAG_ACTIVITY_SINGLE_TOP)
    }
}
