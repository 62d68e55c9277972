package io.github.alberttf.app.testing

import android.app.Activity
import android.graphics.Bitmap
import android.graphics.Canvas
import android.view.View
import android.view.ViewGroup
import android.widget.EditText
import android.widget.HorizontalScrollView
import android.widget.ScrollView
import android.widget.TextView
import java.io.File
import kotlin.test.assertTrue

/** Pictures of screens, and what must hold on all of them. */
internal object Screens {
    private const val QUALITY = 100

    /** Writes what a person sees, as PNG. */
    fun save(
        activity: Activity,
        name: String,
    ) {
        val view = activity.window.decorView
        val bitmap = Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888)
        view.draw(Canvas(bitmap))
        val file = File(System.getProperty("app.screens"), "$name.png")
        file.parentFile?.mkdirs()
        file.outputStream().use { bitmap.compress(Bitmap.CompressFormat.PNG, QUALITY, it) }
        assertTrue(file.length() > 0)
        assertTrue(colours(bitmap) > MOST_OF_AN_EMPTY_SCREEN, "$name shows nothing")
    }

    /** Scrolls to the end, for a picture of what is below. */
    fun scrollToEnd(activity: Activity) {
        val scroll =
            activity.window.decorView
                .visible()
                .filterIsInstance<ScrollView>()
                .first()
        scroll.scrollTo(0, scroll.getChildAt(0).height)
    }

    /** Every text is whole: no line is cut, none runs out of its view, no view out of its parent. */
    fun checkTexts(activity: Activity) {
        val root = activity.window.decorView
        for (view in root.visible().filterIsInstance<TextView>()) {
            if (view.text.isEmpty() || view is EditText) continue
            val layout = view.layout ?: continue
            val what = "“${view.text}” (${view.width} x ${view.height})"
            val room = view.height - view.compoundPaddingTop - view.compoundPaddingBottom
            assertTrue(layout.height <= room + 1, "$what needs a height of ${layout.height}, and has $room")
            for (line in 0 until layout.lineCount) {
                val end = layout.getLineEnd(line)
                val isSplit = end in 1 until view.text.length && isLatin(view.text[end - 1]) && isLatin(view.text[end])
                assertTrue(!isSplit, "$what: line $line ends within a word")
                assertTrue(layout.getEllipsisCount(line) == 0, "$what is cut short")
                val width = view.width - view.compoundPaddingLeft - view.compoundPaddingRight
                assertTrue(layout.getLineMax(line) <= width + 1, "$what: line $line is wider than $width")
            }
        }
        for (view in root.visible()) {
            val parent = view.parent as? ViewGroup ?: continue
            if (parent is HorizontalScrollView || parent is ScrollView) continue
            assertTrue(view.right <= parent.width && view.left >= 0, "$view stands out of $parent")
        }
    }

    private fun isLatin(character: Char) = character in 'a'..'z' || character in 'A'..'Z'

    private fun colours(bitmap: Bitmap): Int {
        val pixels = IntArray(bitmap.width * bitmap.height)
        bitmap.getPixels(pixels, 0, bitmap.width, 0, 0, bitmap.width, bitmap.height)
        return pixels.toSet().size
    }

    private const val MOST_OF_AN_EMPTY_SCREEN = 10

    /** Lays out a screen again after changes, as the next frame would. */
    fun layOut(activity: Activity) {
        val view: View = activity.window.decorView
        view.measure(
            View.MeasureSpec.makeMeasureSpec(view.width, View.MeasureSpec.EXACTLY),
            View.MeasureSpec.makeMeasureSpec(view.height, View.MeasureSpec.EXACTLY),
        )
        view.layout(0, 0, view.width, view.height)
    }
}
