package io.github.alberttf.app.ui

import android.os.Handler
import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.ModelFileException
import java.util.concurrent.Executor

/** How far a chosen model is. */
internal sealed interface ModelState {
    /** There is nothing to choose. */
    data object None : ModelState

    /** It is being read. */
    data object Loading : ModelState

    /** It answers. */
    class Ready(
        val model: ModelFile,
    ) : ModelState

    /** It cannot be used. */
    class Failed(
        val error: ModelFileException,
    ) : ModelState
}

/**
 * The engine in use, loaded and closed off the main thread. For the main thread only.
 *
 * @param main of the thread.
 * @param background for what takes long.
 * @param modelOf tells an engine's model.
 * @param onChange is told when there is another state.
 */
internal class EngineHolder<E : AutoCloseable>(
    private val main: Handler,
    private val background: Executor,
    private val modelOf: (E) -> ModelFile,
    private val onChange: () -> Unit,
) : AutoCloseable {
    /** Grows with every choice: an engine that was chosen before, and is ready only now, is closed unseen. */
    private var loads = 0

    /** How far it is. */
    var state: ModelState = ModelState.None
        private set

    /** The engine; null while there is none. */
    var engine: E? = null
        private set

    /** Uses the engine that [open] makes, in place of the one before; with null none. */
    fun load(open: (() -> E)?) {
        close()
        state = if (open == null) ModelState.None else ModelState.Loading
        onChange()
        if (open == null) return
        val load = loads
        background.execute {
            val loaded = runCatching(open)
            main.post { if (load == loads) ready(loaded) else loaded.onSuccess(::closeLater) }
        }
    }

    /** Frees the engine. */
    override fun close() {
        loads++
        engine?.let(::closeLater)
        engine = null
    }

    private fun ready(loaded: Result<E>) {
        val error = loaded.exceptionOrNull()
        if (error != null && error !is ModelFileException) throw error // a mistake of the app's
        engine = loaded.getOrNull()
        state =
            if (error is ModelFileException) {
                ModelState.Failed(error)
            } else {
                ModelState.Ready(modelOf(loaded.getOrThrow()))
            }
        onChange()
    }

    /** Closing waits for what is being answered. */
    private fun closeLater(engine: E) = background.execute(engine::close)
}
