package io.github.alberttf.app.classify

import android.content.Intent
import android.os.Bundle
import android.os.Parcel
import android.view.View
import android.view.ViewGroup
import android.widget.EditText
import android.widget.ProgressBar
import android.widget.RadioGroup
import android.widget.SeekBar
import android.widget.TextView
import io.github.alberttf.app.R
import io.github.alberttf.app.testing.AppTest
import io.github.alberttf.app.testing.isVisible
import io.github.alberttf.app.testing.text
import org.robolectric.Robolectric
import org.robolectric.android.controller.ActivityController

/** The classify screen as a person sees and uses it. */
internal class ClassifyScreen(
    private val test: AppTest,
    private val controller: ActivityController<ClassifyActivity>,
) {
    init {
        test.atEnd(::close)
    }

    val activity: ClassifyActivity get() = controller.get()
    val input: EditText get() = activity.findViewById(R.id.input)
    val headline: String? get() = if (activity.isVisible(R.id.headline)) activity.text(R.id.headline) else null
    val note: String? get() = if (activity.isVisible(R.id.note)) activity.text(R.id.note) else null
    val error: String? get() = if (activity.isVisible(R.id.error)) activity.text(R.id.error) else null
    val tokens: String
        get() =
            activity
                .findViewById<View>(R.id.tokens)
                .contentDescription
                ?.toString()
                .orEmpty()
    val slider: SeekBar get() = activity.findViewById(R.id.patience)

    /** Label, percentage and length of each bar. */
    val bars: List<Triple<String, String, Int>>
        get() =
            activity.findViewById<ViewGroup>(R.id.bars).let { group ->
                List(group.childCount) { index ->
                    val row = group.getChildAt(index)
                    Triple(
                        row.findViewById<TextView>(R.id.bar_label).text.toString(),
                        row.findViewById<TextView>(R.id.bar_value).text.toString(),
                        row.findViewById<ProgressBar>(R.id.bar).progress,
                    )
                }
            }

    /** The name of the model that is marked. */
    val chosen: String?
        get() =
            activity.findViewById<RadioGroup>(R.id.models).let { group ->
                group.findViewById<TextView>(group.checkedRadioButtonId)?.text?.toString()
            }

    /** What can be chosen. */
    val models: List<String>
        get() =
            activity.findViewById<RadioGroup>(R.id.models).let { group ->
                List(group.childCount) { (group.getChildAt(it) as TextView).text.toString() }
            }

    /** The model's figures, once it is loaded. */
    fun awaitModel() = test.await("the model") { activity.text(R.id.model_facts).contains("MB") }

    /** Types as a person does who stops then. */
    fun type(text: String) {
        input.setText(text)
        input.setSelection(input.length())
        test.passPause()
    }

    /** The headline, once there is one. */
    fun awaitAnswer(): String {
        test.await("an answer to “${input.text.take(40)}”") { headline != null || error != null }
        return checkNotNull(headline) { "instead of an answer: $error" }
    }

    /** Chooses a model by its name. */
    fun choose(name: String) {
        val group = activity.findViewById<RadioGroup>(R.id.models)
        group.getChildAt(models.indexOf(name)).performClick()
    }

    /** Turns the phone. */
    fun rotate() {
        controller.recreate()
    }

    /** Android ends the process, keeping only what the screen saved; the person comes back. */
    fun dieAndReturn(): ClassifyScreen {
        val saved = Bundle()
        controller
            .saveInstanceState(saved)
            .pause()
            .stop()
            .destroy()
        // What is kept passes through bytes, as between processes.
        val parcel = Parcel.obtain()
        parcel.writeBundle(saved)
        val bytes = parcel.marshall()
        parcel.recycle()
        check(bytes.size < MOST_SAVED_BYTES) { "${bytes.size} bytes are saved, more than Android takes" }
        val copy = Parcel.obtain()
        copy.unmarshall(bytes, 0, bytes.size)
        copy.setDataPosition(0)
        val restored = checkNotNull(copy.readBundle(ClassifyActivity::class.java.classLoader))
        val again = Robolectric.buildActivity(ClassifyActivity::class.java, controller.intent).setup(restored)
        return ClassifyScreen(test, again)
    }

    /** Another intent reaches the screen. */
    fun receive(intent: Intent) {
        controller.newIntent(intent)
    }

    /** The person leaves. */
    fun close() {
        if (!activity.isDestroyed) controller.pause().stop().destroy()
    }

    companion object {
        private const val MOST_SAVED_BYTES = 900_000

        /** Opens the screen. */
        fun open(
            test: AppTest,
            intent: Intent = Intent(Intent.ACTION_MAIN),
        ): ClassifyScreen =
            ClassifyScreen(test, Robolectric.buildActivity(ClassifyActivity::class.java, intent).setup())
    }
}
