package io.github.alberttf.app.library

import android.content.res.AssetManager
import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.model.ModelFileException.Reason
import java.io.File
import java.io.IOException

/**
 * The models of the app's assets as files, which are mapped into memory. The assets are compressed, a fifth smaller than
 * the files: each is unpacked when it is read for the first time.
 *
 * @param assets of the app.
 * @param folder for the files.
 */
internal class UnpackedModels(
    private val assets: AssetManager,
    private val folder: File,
) {
    /**
     * The file of a model, named by its content: that of an earlier version of the app is never taken for it, and goes.
     *
     * @throws ModelFileException if it cannot be unpacked.
     */
    @Synchronized
    fun file(model: BundledModel): File {
        val file = File(folder, "${model.name}.${model.sha256}.tflite")
        if (file.length() == model.sizeBytes) return file
        try {
            folder.mkdirs()
            val earlier = folder.listFiles { other -> other.name.startsWith("${model.name}.") }
            earlier?.forEach(File::delete)
            val incoming = File(folder, "${model.name}.incoming")
            assets.open("${ModelLibrary.FOLDER}/${model.file}").use { asset ->
                incoming.outputStream().use(asset::copyTo)
            }
            if (!incoming.renameTo(file)) throw IOException("cannot move $incoming to $file")
        } catch (error: IOException) {
            throw unreadable(model, "${error.message}; free some space on the phone, or install the app again", error)
        }
        if (file.length() != model.sizeBytes) {
            throw unreadable(model, "it has ${file.length()} bytes, expected ${model.sizeBytes}; build the app again")
        }
        return file
    }

    private fun unreadable(
        model: BundledModel,
        problem: String,
        cause: Throwable? = null,
    ) = ModelFileException(Reason.UNREADABLE, model.file, "it cannot be unpacked: $problem", cause)
}
