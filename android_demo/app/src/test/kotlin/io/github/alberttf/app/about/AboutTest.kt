package io.github.alberttf.app.about

import android.content.pm.PackageManager
import io.github.alberttf.app.R
import io.github.alberttf.app.testing.AppTest
import io.github.alberttf.app.testing.text
import org.junit.Test
import org.robolectric.Robolectric
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** What the app promises, and what its manifest says. */
class AboutTest : AppTest() {
    @Test
    fun `the app asks for no permission, and says so`() {
        val info = context.packageManager.getPackageInfo(context.packageName, PackageManager.GET_PERMISSIONS)
        assertTrue(info.requestedPermissions.isNullOrEmpty(), "requested: ${info.requestedPermissions?.toList()}")
        val activity = Robolectric.buildActivity(AboutActivity::class.java).setup().get()
        assertEquals("Permissions requested: none", activity.text(R.id.permissions))
        assertEquals("Version 0.1.0", activity.text(R.id.version))
    }

    @Test
    fun `the data that the models were trained on are credited`() {
        val activity = Robolectric.buildActivity(AboutActivity::class.java).setup().get()
        for (model in library.bundled) assertContains(activity.text(R.id.licences), model.attribution)
    }
}
