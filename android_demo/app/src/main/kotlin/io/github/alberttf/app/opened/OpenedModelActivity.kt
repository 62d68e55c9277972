package io.github.alberttf.app.opened

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.view.View
import android.widget.TextView
import io.github.alberttf.app.AlbertApplication
import io.github.alberttf.app.R
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.ui.BackgroundTask
import io.github.alberttf.app.ui.ModelActivity
import io.github.alberttf.app.ui.Wording
import io.github.alberttf.app.ui.isPresent
import io.github.alberttf.app.ui.showText
import io.github.alberttf.app.ui.useToolbar

/** “Your model”: opens a file that the person chooses, and shows what it says of itself. */
class OpenedModelActivity : Activity() {
    private val library get() = AlbertApplication.of(this).library
    private lateinit var wording: Wording
    private lateinit var description: DescriptionCard

    /** Reads a file; null while nothing is read. */
    private var task: BackgroundTask<ModelFile>? = null

    /** What is wrong with the file chosen last; null for nothing. */
    private var error: String? = null

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.activity_opened_model)
        useToolbar()
        wording = Wording(this)
        description = DescriptionCard(this, wording)
        findViewById<View>(R.id.open).setOnClickListener { choose() }
        findViewById<View>(R.id.try_it).setOnClickListener {
            val screen = library.opened.screen ?: return@setOnClickListener
            startActivity(ModelActivity.intent(this, screen, ModelChoice.Opened))
        }
        error = savedInstanceState?.getString(ERROR)
        @Suppress("UNCHECKED_CAST") // what onRetainNonConfigurationInstance returned
        val running = lastNonConfigurationInstance as BackgroundTask<ModelFile>?
        when {
            running != null -> follow(running)
            library.hasOpened -> follow(newTask { library.load(ModelChoice.Opened) })
            else -> show(null)
        }
    }

    override fun onRetainNonConfigurationInstance(): Any? = task?.also { it.receiver = null }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        outState.putString(ERROR, error)
    }

    override fun onDestroy() {
        task?.receiver = null
        super.onDestroy()
    }

    @Deprecated("The replacement is in AndroidX, which this app does without.")
    override fun onActivityResult(
        requestCode: Int,
        resultCode: Int,
        data: Intent?,
    ) {
        val uri = data?.data
        if (requestCode == CHOOSE && resultCode == RESULT_OK && uri != null) read(uri)
    }

    private fun choose() {
        // Providers tell no type of their own for .tflite files: any file may be chosen, and is looked at.
        val intent = Intent(Intent.ACTION_OPEN_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE).setType("*/*")
        try {
            startActivityForResult(intent, CHOOSE)
        } catch (missing: ActivityNotFoundException) {
            showError(getString(R.string.opened_no_picker))
        }
    }

    private fun read(uri: Uri) {
        val document = ChosenDocument(contentResolver, uri)
        val store = library.opened
        showError(null)
        follow(newTask { document.open().use { store.take(it, document.name) } })
    }

    private fun newTask(work: () -> ModelFile) = BackgroundTask(AlbertApplication.of(this).background, work)

    private fun follow(newTask: BackgroundTask<ModelFile>) {
        task?.receiver = null
        task = newTask
        findViewById<View>(R.id.progress).isPresent = true
        newTask.receiver = ::finish
    }

    private fun finish(result: Result<ModelFile>) {
        task = null
        result.onSuccess(::show).onFailure { failure ->
            if (failure !is ModelFileException) throw failure // a mistake of the app's
            findViewById<View>(R.id.progress).isPresent = false
            showError(wording.error(failure))
        }
        if (result.isSuccess) showError(error)
    }

    private fun showError(message: String?) {
        error = message
        findViewById<TextView>(R.id.error).showText(message)
    }

    private fun show(model: ModelFile?) {
        findViewById<View>(R.id.progress).isPresent = false
        findViewById<View>(R.id.try_it).isPresent = model != null
        description.show(model)
        findViewById<TextView>(R.id.error).showText(error)
    }

    private companion object {
        const val CHOOSE = 1
        const val ERROR = "error"
    }
}
