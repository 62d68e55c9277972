package io.github.alberttf.app.library

import android.content.Context
import android.content.res.AssetManager
import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.model.ModelFileException.Reason
import java.io.File
import java.io.FileNotFoundException
import java.io.IOException

/**
 * The models that the app can run: those of its assets, and the one that the person opened.
 *
 * @param assets of the app.
 * @property opened the person's own.
 */
internal class ModelLibrary(
    private val assets: AssetManager,
    val opened: OpenedModelStore,
) {
    /** The models of the assets; empty for a build that has none. */
    val bundled: List<BundledModel> by lazy {
        val text =
            try {
                assets.open("$FOLDER/manifest.json").use { it.readBytes().decodeToString() }
            } catch (error: FileNotFoundException) {
                null // built without models, which the screen says
            }
        text?.let(Manifest::parse).orEmpty()
    }

    /** The first choice of a new screen; null if there is no model at all. */
    val default: ModelChoice?
        get() = bundled.firstOrNull()?.let { ModelChoice.Bundled(it.name) } ?: ModelChoice.Opened.takeIf { hasOpened }

    /** Whether the person opened a file. */
    val hasOpened: Boolean get() = opened.name != null

    /** Whether a choice, of an earlier run perhaps, is still there. */
    fun has(choice: ModelChoice): Boolean =
        when (choice) {
            is ModelChoice.Bundled -> bundledModel(choice) != null
            ModelChoice.Opened -> hasOpened
        }

    /** What the manifest says of a choice; null for the person's own file. */
    fun bundledModel(choice: ModelChoice): BundledModel? =
        (choice as? ModelChoice.Bundled)?.let { bundled.find { model -> model.name == it.name } }

    /**
     * Reads a model.
     *
     * @throws ModelFileException if it is not there, or of no use.
     */
    fun load(choice: ModelChoice): ModelFile =
        when (choice) {
            is ModelChoice.Bundled -> loadAsset(bundledModel(choice)?.file ?: "${choice.name}.tflite")
            ModelChoice.Opened -> opened.load()
        }

    /** Maps an asset, which the build stores uncompressed: nothing is copied. */
    private fun loadAsset(file: String): ModelFile =
        try {
            assets.openFd("$FOLDER/$file").use { descriptor ->
                descriptor.createInputStream().use { stream ->
                    ModelFile.open(stream.channel, descriptor.startOffset, descriptor.declaredLength, file)
                }
            }
        } catch (error: IOException) {
            throw ModelFileException(
                Reason.UNREADABLE,
                file,
                "it is not among the app's assets, or compressed there (${error.message}); build the app again",
                error,
            )
        }

    companion object {
        private const val FOLDER = "models"

        /** The library of an app. */
        fun of(context: Context): ModelLibrary =
            ModelLibrary(context.assets, OpenedModelStore(File(context.noBackupFilesDir, "models")))
    }
}
