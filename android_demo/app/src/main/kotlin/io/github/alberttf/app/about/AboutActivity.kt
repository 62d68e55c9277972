package io.github.alberttf.app.about

import android.app.Activity
import android.content.pm.PackageInfo
import android.content.pm.PackageManager
import android.os.Bundle
import android.widget.TextView
import io.github.alberttf.app.AlbertApplication
import io.github.alberttf.app.R
import io.github.alberttf.app.ui.useToolbar

/** What the app is, that it asks for no permission, and whose work it holds. */
class AboutActivity : Activity() {
    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.activity_about)
        useToolbar()
        val info = packageManager.getPackageInfo(packageName, PackageManager.GET_PERMISSIONS)
        findViewById<TextView>(R.id.permissions).text = getString(R.string.about_permissions, permissions(info))
        findViewById<TextView>(R.id.licences).text = licences()
        findViewById<TextView>(R.id.version).text = getString(R.string.about_version, info.versionName)
    }

    /** What the installed app really asks for: the screen cannot promise more than is true. */
    private fun permissions(info: PackageInfo): String =
        info.requestedPermissions
            ?.joinToString()
            .orEmpty()
            .ifEmpty { getString(R.string.about_no_permissions) }

    private fun licences(): String {
        val data =
            AlbertApplication
                .of(this)
                .library.bundled
                .map { it.attribution }
        val lines = listOf(getString(R.string.about_licences))
        return (if (data.isEmpty()) lines else lines + getString(R.string.about_data) + data).joinToString("\n")
    }
}
