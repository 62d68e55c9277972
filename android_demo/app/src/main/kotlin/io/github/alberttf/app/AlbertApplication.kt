package io.github.alberttf.app

import android.app.Application
import android.content.Context
import io.github.alberttf.app.library.ModelLibrary
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors

/** What all screens share: the models, and a thread for what must not hold up the main one. */
class AlbertApplication : Application() {
    /** The models of the app, and the one that the person opened. */
    internal val library: ModelLibrary by lazy { ModelLibrary.of(this) }

    /** Loads, copies and closes models, one after the other. */
    internal val background: ExecutorService =
        Executors.newSingleThreadExecutor { work -> Thread(work, "albert-background") }

    internal companion object {
        fun of(context: Context): AlbertApplication = context.applicationContext as AlbertApplication
    }
}
