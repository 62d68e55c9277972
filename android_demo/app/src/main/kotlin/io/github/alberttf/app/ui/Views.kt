package io.github.alberttf.app.ui

import android.app.Activity
import android.text.Editable
import android.text.TextWatcher
import android.view.LayoutInflater
import android.view.View
import android.view.ViewGroup
import android.widget.EditText
import android.widget.LinearLayout
import android.widget.ProgressBar
import android.widget.TextView
import android.widget.Toolbar
import io.github.alberttf.app.R
import kotlin.math.roundToInt

/** Shows a view, or takes it and its place away. */
internal var View.isPresent: Boolean
    get() = visibility == View.VISIBLE
    set(value) {
        visibility = if (value) View.VISIBLE else View.GONE
    }

/** Shows a text, or nothing where there is none. A text that is the same is left alone, for TalkBack's sake. */
internal fun TextView.showText(value: CharSequence?) {
    if (!value.isNullOrEmpty() && value.toString() != text.toString()) text = value
    isPresent = !value.isNullOrEmpty()
}

/** Makes the toolbar of the layout the action bar, with an arrow back unless it is the [isFirst] screen. */
internal fun Activity.useToolbar(isFirst: Boolean = false) {
    setActionBar(findViewById<Toolbar>(R.id.toolbar))
    actionBar?.setDisplayHomeAsUpEnabled(!isFirst)
}

/** Shows names and values, one pair a line, in views that are used again. */
internal fun ViewGroup.showFigures(figures: List<Pair<String, String>>) {
    showRows(figures.size, R.layout.figure) { row, index ->
        val (name, value) = figures[index]
        val nameView = row.findViewById<TextView>(R.id.figure_name)
        val valueView = row.findViewById<TextView>(R.id.figure_value)
        nameView.text = name
        valueView.text = value
        if (resources.configuration.fontScale >= LARGE_FONT) stack(row as LinearLayout, nameView, valueView)
    }
}

/** Puts a value below its name: beside each other, letters of twice the size would leave room for half a word. */
private fun stack(
    row: LinearLayout,
    name: TextView,
    value: TextView,
) {
    row.orientation = LinearLayout.VERTICAL
    val line = LinearLayout.LayoutParams(ViewGroup.LayoutParams.MATCH_PARENT, ViewGroup.LayoutParams.WRAP_CONTENT)
    name.layoutParams = line
    value.layoutParams = LinearLayout.LayoutParams(line)
    value.textAlignment = View.TEXT_ALIGNMENT_VIEW_START
}

private const val LARGE_FONT = 1.4f

/** Fills a list of [count] rows of a [layout]; rows that are there are filled again. */
internal fun ViewGroup.showRows(
    count: Int,
    layout: Int,
    fill: (View, Int) -> Unit,
) {
    while (childCount > count) removeViewAt(childCount - 1)
    val inflater = LayoutInflater.from(context)
    while (childCount < count) addView(inflater.inflate(layout, this, false))
    for (index in 0 until count) fill(getChildAt(index), index)
}

/** Calls [action] whenever a text was changed, by a person or otherwise. */
internal fun EditText.onText(action: (String) -> Unit) {
    addTextChangedListener(
        object : TextWatcher {
            override fun beforeTextChanged(
                text: CharSequence,
                start: Int,
                count: Int,
                after: Int,
            ) = Unit

            override fun onTextChanged(
                text: CharSequence,
                start: Int,
                before: Int,
                count: Int,
            ) = Unit

            override fun afterTextChanged(text: Editable) = action(text.toString())
        },
    )
}

/** Puts a text in place of the one that is there, and the cursor behind it. */
internal fun EditText.replaceText(value: String) {
    setText(value)
    setSelection(length())
}

/** Fills a row of the layout `bar`: a name, its probability, and a bar for it. */
internal fun View.showBar(
    name: String,
    probability: Float,
    wording: Wording,
) {
    val percent = wording.percent(probability)
    findViewById<TextView>(R.id.bar_label).text = name
    findViewById<TextView>(R.id.bar_value).text = percent
    findViewById<ProgressBar>(R.id.bar).progress = (probability * BAR_STEPS).roundToInt()
    contentDescription = context.getString(R.string.bar_spoken, name, percent)
}

private const val BAR_STEPS = 10_000
