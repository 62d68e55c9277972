package io.github.alberttf.app.library

import android.content.Context
import android.content.res.AssetManager
import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.model.ModelFileException.Reason
import java.io.File
import java.io.FileNotFoundException

/**
 * The models that the app can run: those of its assets, and the one that the person opened.
 *
 * @param assets of the app.
 * @property opened the person's own.
 * @param unpacked those of the assets, as files.
 */
internal class ModelLibrary(
    private val assets: AssetManager,
    val opened: OpenedModelStore,
    private val unpacked: UnpackedModels,
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

    /** Whether the person opened a file. */
    val hasOpened: Boolean get() = opened.name != null

    /** What can be chosen on a screen. */
    fun choices(screen: Screen): List<ModelChoice> {
        val own = if (opened.screen == screen) listOf(ModelChoice.Opened) else emptyList()
        return bundled.filter { it.screen == screen }.map { ModelChoice.Bundled(it.name) } + own
    }

    /** What the manifest says of a choice; null for the person's own file. */
    fun bundledModel(choice: ModelChoice): BundledModel? =
        (choice as? ModelChoice.Bundled)?.let { bundled.find { model -> model.name == it.name } }

    /** The model that tells what is wanted with the texts in which this choice finds entities; null for none. */
    fun companion(choice: ModelChoice): ModelChoice? = bundledModel(choice)?.companion?.let(ModelChoice::Bundled)

    /**
     * Reads a model. Not for the main thread: a model of the app is unpacked when it is read for the first time.
     *
     * @throws ModelFileException if it is not there, or of no use.
     */
    fun load(choice: ModelChoice): ModelFile =
        when (choice) {
            is ModelChoice.Bundled -> {
                val model = bundledModel(choice) ?: throw missing("${choice.name}.tflite")
                ModelFile.open(unpacked.file(model), model.file)
            }
            ModelChoice.Opened -> opened.load()
        }

    private fun missing(file: String) =
        ModelFileException(Reason.UNREADABLE, file, "it is not among the app's assets; build the app again")

    companion object {
        /** Of the assets that hold the models. */
        const val FOLDER: String = "models"

        /** The library of an app. */
        fun of(context: Context): ModelLibrary {
            val folder = File(context.noBackupFilesDir, "models")
            return ModelLibrary(
                context.assets,
                OpenedModelStore(folder),
                UnpackedModels(context.assets, File(folder, "unpacked")),
            )
        }
    }
}
