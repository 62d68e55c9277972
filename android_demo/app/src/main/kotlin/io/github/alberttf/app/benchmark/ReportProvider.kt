package io.github.alberttf.app.benchmark

import android.content.ContentProvider
import android.content.ContentValues
import android.content.Context
import android.database.Cursor
import android.database.MatrixCursor
import android.net.Uri
import android.os.ParcelFileDescriptor
import android.provider.OpenableColumns
import java.io.File
import java.io.FileNotFoundException

/**
 * Lets the app that the person shares the measurements with read them: one csv file, to read only, and only while that
 * app's permission for it lasts.
 */
class ReportProvider : ContentProvider() {
    override fun onCreate(): Boolean = true

    override fun getType(uri: Uri): String = TYPE

    override fun openFile(
        uri: Uri,
        mode: String,
    ): ParcelFileDescriptor {
        if (mode != "r") throw FileNotFoundException("$uri is opened with mode $mode; expected r: it can only be read")
        return ParcelFileDescriptor.open(find(uri), ParcelFileDescriptor.MODE_READ_ONLY)
    }

    override fun query(
        uri: Uri,
        projection: Array<String>?,
        selection: String?,
        selectionArgs: Array<String>?,
        sortOrder: String?,
    ): Cursor {
        val file = find(uri)
        val values = mapOf(OpenableColumns.DISPLAY_NAME to file.name, OpenableColumns.SIZE to file.length())
        val columns = projection?.filter { it in values } ?: values.keys
        return MatrixCursor(columns.toTypedArray(), 1).apply { addRow(columns.map(values::get)) }
    }

    override fun insert(
        uri: Uri,
        values: ContentValues?,
    ): Uri? = throw UnsupportedOperationException(READ_ONLY)

    override fun update(
        uri: Uri,
        values: ContentValues?,
        selection: String?,
        selectionArgs: Array<String>?,
    ): Int = throw UnsupportedOperationException(READ_ONLY)

    override fun delete(
        uri: Uri,
        selection: String?,
        selectionArgs: Array<String>?,
    ): Int = throw UnsupportedOperationException(READ_ONLY)

    private fun find(uri: Uri): File {
        val file = file(requireNotNull(context))
        // There is one address only: no path of a caller's ever becomes a path of a file.
        if (uri != URI || !file.isFile) throw FileNotFoundException("there is no $uri; measure and share again")
        return file
    }

    internal companion object {
        const val TYPE = "text/csv"
        private const val READ_ONLY = "reports can only be read"
        private const val NAME = "albert-latency.csv"

        /** The address of the report. */
        val URI: Uri = Uri.parse("content://io.github.alberttf.app.reports/$NAME")

        /** Keeps a report, in place of the one before. */
        fun write(
            context: Context,
            csv: String,
        ) {
            file(context).apply { parentFile?.mkdirs() }.writeText(csv)
        }

        private fun file(context: Context) = File(File(context.cacheDir, "reports"), NAME)
    }
}
