package io.github.alberttf.app.opened

import android.content.ContentResolver
import android.database.Cursor
import android.net.Uri
import android.provider.OpenableColumns
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.model.ModelFileException.Reason
import java.io.IOException
import java.io.InputStream

/**
 * A file that the person chose with the system's picker.
 *
 * @param resolver of the app.
 * @param uri of the file.
 */
internal class ChosenDocument(
    private val resolver: ContentResolver,
    private val uri: Uri,
) {
    /** Its name as the picker showed it, or the end of its address. */
    val name: String by lazy { displayName() ?: uri.lastPathSegment?.substringAfterLast('/') ?: uri.toString() }

    /**
     * Its content.
     *
     * @throws ModelFileException if it cannot be opened.
     */
    fun open(): InputStream =
        try {
            resolver.openInputStream(uri) ?: throw IOException("no content")
        } catch (error: IOException) {
            throw unreadable(error)
        } catch (error: SecurityException) {
            throw unreadable(error) // the permission ended, or was never given
        }

    private fun displayName(): String? =
        try {
            resolver.query(uri, arrayOf(OpenableColumns.DISPLAY_NAME), null, null, null)?.use(::firstText)
        } catch (error: SecurityException) {
            null // opening says what is wrong
        } catch (error: IllegalArgumentException) {
            null // a provider that does not know the column
        } catch (error: UnsupportedOperationException) {
            null // or no queries at all
        }

    private fun firstText(cursor: Cursor): String? =
        if (cursor.moveToFirst() && cursor.columnCount > 0) cursor.getString(0) else null

    private fun unreadable(error: Exception) =
        ModelFileException(Reason.UNREADABLE, name, "it cannot be opened: ${error.message}; choose it again", error)
}
