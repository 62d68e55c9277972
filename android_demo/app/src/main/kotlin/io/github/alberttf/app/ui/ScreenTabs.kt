package io.github.alberttf.app.ui

import android.app.Activity
import android.view.View
import android.widget.HorizontalScrollView
import io.github.alberttf.app.R
import io.github.alberttf.app.library.Screen

/** The screens to go to, side by side below the toolbar. */
internal object ScreenTabs {
    private val TABS =
        mapOf(
            Screen.CLASSIFY to R.id.tab_classify,
            Screen.ASK to R.id.tab_ask,
            Screen.COMMANDS to R.id.tab_commands,
        )

    /** Marks the screen that is shown; the others can be touched. */
    fun show(
        activity: Activity,
        shown: Screen,
    ) {
        for ((screen, id) in TABS) {
            val tab = activity.findViewById<View>(id)
            tab.isSelected = screen == shown
            if (screen == shown) {
                tab.post { bringIntoView(tab) } // once it is laid out
            } else {
                tab.setOnClickListener { activity.startActivity(ModelActivity.intent(activity, screen)) }
            }
        }
    }

    /** On a narrow screen with large letters it may lie beyond the edge. */
    private fun bringIntoView(tab: View) {
        val row = tab.parent as View
        val scroller = row.parent as HorizontalScrollView
        if (tab.right > scroller.width) scroller.scrollTo(tab.right + row.paddingRight - scroller.width, 0)
    }
}
