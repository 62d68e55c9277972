package io.github.alberttf.app.model

import java.util.concurrent.Callable
import java.util.concurrent.ExecutionException
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.ThreadPoolExecutor
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicReference

/**
 * One thread, to which work is confined.
 *
 * @param name of the thread.
 */
internal class EngineThread(
    name: String,
) {
    @Volatile private var thread: Thread? = null

    private val executor =
        ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, LinkedBlockingQueue()) { work ->
            Thread(work, name).also { thread = it }
        }

    /** The work that has been asked for last and has not begun. */
    private val waiting = AtomicReference<(() -> Unit)?>()

    /**
     * Does work, and waits for it.
     *
     * @throws IllegalStateException if the thread has ended.
     */
    fun <T> call(work: () -> T): T {
        if (Thread.currentThread() === thread) return work() // waiting for itself would never end
        try {
            return open { executor.submit(Callable { work() }) }.get()
        } catch (error: ExecutionException) {
            throw error.cause ?: error
        }
    }

    /**
     * Does work later, unless other work is posted before this has begun.
     *
     * @throws IllegalStateException if the thread has ended.
     */
    fun post(work: () -> Unit) {
        val isSomeWaiting = waiting.getAndSet(work) != null
        if (!isSomeWaiting) open { executor.execute { waiting.getAndSet(null)?.invoke() } }
    }

    /** Drops the posted work that has not begun. */
    fun cancelPosted() {
        waiting.set(null)
    }

    /** Drops the posted work that has not begun, does one thing more, and ends. Later calls do nothing. */
    fun end(last: () -> Unit) {
        cancelPosted()
        val isFirst = synchronized(this) { !executor.isShutdown.also { if (!it) finish(last) } }
        if (isFirst &&
            Thread.currentThread() !== thread
        ) {
            executor.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS)
        }
    }

    private fun finish(last: () -> Unit) {
        executor.execute(last)
        executor.shutdown()
    }

    private inline fun <T> open(use: () -> T): T =
        try {
            use()
        } catch (error: RejectedExecutionException) {
            throw IllegalStateException("the engine is closed; make a new one", error)
        }
}
