package io.github.alberttf.app.commands

import io.github.alberttf.app.model.EntityAnswer
import io.github.alberttf.app.model.EntityEngine
import io.github.alberttf.app.model.TextAnswer
import io.github.alberttf.app.model.TextEngine

/**
 * What a command is read with: a model that finds its entities, and one that tells what is wanted.
 *
 * @property entities of the one.
 * @param intents of the other; null where there is none, as beside a file that the person opened.
 */
internal class CommandEngines(
    val entities: EntityEngine,
    private val intents: TextEngine?,
) : AutoCloseable {
    /**
     * Reads a command later, and returns at once; a text that still waits when the next one comes is dropped.
     *
     * @param receiver gets the answer, or what went wrong, on a thread of an engine's.
     */
    fun submit(
        text: String,
        receiver: (Result<CommandAnswer>) -> Unit,
    ) {
        if (intents == null) return entities.submit(text) { found -> receiver(found.map { CommandAnswer(null, it) }) }
        intents.submit(text) { intent ->
            intent.onFailure { receiver(Result.failure(it)) }.onSuccess { wanted ->
                entities.submit(text) { found -> receiver(found.map { CommandAnswer(wanted, it) }) }
            }
        }
    }

    /** Drops what is waiting. */
    fun cancelWaiting() {
        intents?.cancelWaiting()
        entities.cancelWaiting()
    }

    /** Closes the one first that asks the other. */
    override fun close() {
        intents?.close()
        entities.close()
    }
}

/**
 * What a command wants, and of what.
 *
 * @property intent what is wanted; null where no model tells it.
 * @property found the entities.
 */
internal class CommandAnswer(
    val intent: TextAnswer?,
    val found: EntityAnswer,
) {
    /** How long both took. */
    val milliseconds: Double get() = found.milliseconds + (intent?.milliseconds ?: 0.0)
}
