package io.github.alberttf.app.ui

import android.app.Activity
import android.content.Context
import android.content.Intent
import android.os.Bundle
import android.view.Menu
import android.view.MenuItem
import io.github.alberttf.app.AlbertApplication
import io.github.alberttf.app.R
import io.github.alberttf.app.about.AboutActivity
import io.github.alberttf.app.ask.AskActivity
import io.github.alberttf.app.classify.ClassifyActivity
import io.github.alberttf.app.commands.CommandsActivity
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.library.ModelLibrary
import io.github.alberttf.app.library.Screen
import io.github.alberttf.app.opened.OpenedModelActivity

/** What a screen with a model asked and was answered. It outlives the screen when the phone is turned. */
internal interface ModelSession : AutoCloseable {
    /** Which model is in use. */
    val choice: ModelChoice?

    /** Uses a model, which is read again even if it is the one in use: the person's own file may be another now. */
    fun choose(newChoice: ModelChoice?)

    /** The screen goes away, to come back perhaps. */
    fun detach()
}

/** A screen on which a model answers. */
abstract class ModelActivity : Activity() {
    internal val library: ModelLibrary get() = AlbertApplication.of(this).library
    internal val wording: Wording by lazy { Wording(this) }

    internal abstract val screen: Screen
    internal abstract val session: ModelSession

    /** Shows a layout with the bars of all such screens. */
    internal fun start(layout: Int) {
        setContentView(layout)
        setTitle(R.string.app_name)
        useToolbar(isFirst = true)
        ScreenTabs.show(this, screen)
    }

    /** The model to begin with: the one that was asked for or saved, if it is there, or the first. */
    internal fun firstChoice(saved: Bundle?): ModelChoice? {
        val choices = library.choices(screen)
        return sequenceOf(intent.getStringExtra(CHOICE), saved?.getString(CHOICE))
            .mapNotNull(ModelChoice::of)
            .firstOrNull(choices::contains)
            ?: choices.firstOrNull()
    }

    /** The person chooses a model. */
    internal fun choose(choice: ModelChoice) {
        if (choice != session.choice) session.choose(choice)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        setIntent(intent)
        ModelChoice.of(intent.getStringExtra(CHOICE))?.let(session::choose)
    }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        outState.putString(CHOICE, session.choice?.key)
    }

    override fun onRetainNonConfigurationInstance(): Any = session

    override fun onDestroy() {
        session.detach()
        if (!isChangingConfigurations) session.close()
        super.onDestroy()
    }

    override fun onCreateOptionsMenu(menu: Menu): Boolean {
        menuInflater.inflate(R.menu.models, menu)
        return true
    }

    override fun onOptionsItemSelected(item: MenuItem): Boolean {
        when (item.itemId) {
            R.id.open_model -> startActivity(Intent(this, OpenedModelActivity::class.java))
            R.id.about -> startActivity(Intent(this, AboutActivity::class.java))
            else -> return super.onOptionsItemSelected(item)
        }
        return true
    }

    internal companion object {
        /** Longest text, in UTF-16 units: Android stops apps that save a megabyte or more. */
        const val MOST_CHARACTERS: Int = 200_000
        private const val CHOICE = "io.github.alberttf.app.choice"

        /** Opens a screen as it was left. */
        fun intent(
            context: Context,
            screen: Screen,
        ): Intent =
            Intent(context, activityOf(screen))
                .addFlags(Intent.FLAG_ACTIVITY_REORDER_TO_FRONT or Intent.FLAG_ACTIVITY_SINGLE_TOP)

        /** Opens a screen with a model. */
        fun intent(
            context: Context,
            screen: Screen,
            choice: ModelChoice,
        ): Intent =
            Intent(context, activityOf(screen))
                .putExtra(CHOICE, choice.key)
                .addFlags(Intent.FLAG_ACTIVITY_CLEAR_TOP or Intent.FLAG_ACTIVITY_SINGLE_TOP)

        private fun activityOf(screen: Screen) =
            when (screen) {
                Screen.CLASSIFY -> ClassifyActivity::class.java
                Screen.ASK -> AskActivity::class.java
                Screen.COMMANDS -> CommandsActivity::class.java
            }
    }
}
