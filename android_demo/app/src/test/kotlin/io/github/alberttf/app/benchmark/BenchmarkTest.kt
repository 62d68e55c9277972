package io.github.alberttf.app.benchmark

import android.content.Intent
import android.net.Uri
import android.os.ParcelFileDescriptor
import android.provider.OpenableColumns
import android.view.View
import io.github.alberttf.app.R
import io.github.alberttf.app.testing.AppTest
import io.github.alberttf.app.testing.figures
import io.github.alberttf.app.testing.isVisible
import io.github.alberttf.app.testing.text
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import java.io.FileNotFoundException
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** The benchmark screen, with a real model. */
class BenchmarkTest : AppTest() {
    private val controller =
        Robolectric.buildActivity(BenchmarkActivity::class.java, BenchmarkActivity.intent(app, sentiment))
    private val activity get() = controller.get()

    private fun press(id: Int) = activity.findViewById<View>(id).performClick()

    private fun measureAll() {
        press(R.id.start)
        await("the measurements") { activity.text(R.id.status) == "Done." }
    }

    @Test
    fun `all lengths are measured and shared as csv`() {
        controller.setup()
        assertFalse(activity.isVisible(R.id.share))
        measureAll()
        val longest = library.load(sentiment).sequenceLength
        val lengths = LatencyBenchmark(longest) { error("not run") }.lengths
        assertEquals(lengths.map { "$it tokens" }, activity.figures(R.id.rows).keys.toList())
        press(R.id.share)
        val chooser = shadowOf(activity).nextStartedActivity
        assertEquals(Intent.ACTION_CHOOSER, chooser.action)
        @Suppress("DEPRECATION") // the typed getter came with Android 13
        val send = checkNotNull(chooser.getParcelableExtra<Intent>(Intent.EXTRA_INTENT))
        assertEquals("text/csv", send.type)
        assertTrue(send.flags and Intent.FLAG_GRANT_READ_URI_PERMISSION != 0)
        assertEquals(ReportProvider.URI, send.clipData?.getItemAt(0)?.uri)
        val csv = read(ReportProvider.URI)
        assertEquals(csv, send.getStringExtra(Intent.EXTRA_TEXT))
        val lines = csv.trim().split("\r\n").map { it.split(",") }
        assertEquals(
            listOf("model", "tokens", "runs", "median_ms", "p90_ms", "fastest_ms", "device", "android", "app"),
            lines[0],
        )
        assertEquals(lengths.map { it.toString() }, lines.drop(1).map { it[1] })
        for (line in lines.drop(1)) {
            val (median, ninetieth, fastest) = line.subList(3, 6).map { it.toDouble() }
            assertTrue(fastest > 0 && fastest <= median && median <= ninetieth, "$line")
        }
    }

    @Test
    fun `it stops when asked, with what was measured`() {
        controller.setup()
        press(R.id.start)
        await("the first length") { activity.isVisible(R.id.results) }
        press(R.id.start) // which says Stop meanwhile
        await("the end") { activity.text(R.id.start) == "Start" }
        assertContains(setOf("Stopped.", "Done."), activity.text(R.id.status))
        assertTrue(activity.isVisible(R.id.share))
    }

    @Test
    fun `turning the phone keeps the results`() {
        controller.setup()
        press(R.id.start)
        controller.recreate()
        await("the measurements") { activity.text(R.id.status) == "Done." }
        val rows = activity.figures(R.id.rows)
        controller.recreate()
        assertEquals(rows, activity.figures(R.id.rows))
        assertTrue(activity.isVisible(R.id.share))
    }

    @Test
    fun `the provider gives the report, to read only, and nothing else`() {
        ReportProvider.write(context, "a,b\r\n")
        assertEquals("a,b\r\n", read(ReportProvider.URI))
        context.contentResolver.query(ReportProvider.URI, null, null, null, null)!!.use { cursor ->
            assertTrue(cursor.moveToFirst())
            assertEquals(
                "albert-latency.csv",
                cursor.getString(cursor.getColumnIndexOrThrow(OpenableColumns.DISPLAY_NAME)),
            )
            assertEquals(5, cursor.getLong(cursor.getColumnIndexOrThrow(OpenableColumns.SIZE)))
        }
        assertFailsWith<FileNotFoundException> { provider().openFile(ReportProvider.URI, "rw") }
        val elsewhere = Uri.parse("content://io.github.alberttf.app.reports/../shared_prefs/x.xml")
        assertFailsWith<FileNotFoundException> { provider().openFile(elsewhere, "r") }
        assertFailsWith<UnsupportedOperationException> { provider().delete(ReportProvider.URI, null, null) }
    }

    private fun provider() = Robolectric.setupContentProvider(ReportProvider::class.java)

    private fun read(uri: Uri): String =
        ParcelFileDescriptor.AutoCloseInputStream(provider().openFile(uri, "r")).use { it.readBytes().decodeToString() }
}
