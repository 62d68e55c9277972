package io.github.alberttf.app.ui

import android.os.Handler
import android.os.Looper
import java.util.concurrent.Executor

/**
 * Work off the main thread whose result waits for a screen to take it, also when the phone is turned meanwhile.
 *
 * For the main thread only.
 *
 * @param executor that runs the work.
 * @param work to do.
 */
internal class BackgroundTask<T>(
    executor: Executor,
    work: () -> T,
) {
    private val main = Handler(Looper.getMainLooper())
    private var result: Result<T>? = null

    /** The screen; it is told the result once, as soon as there is one. */
    var receiver: ((Result<T>) -> Unit)? = null
        set(value) {
            field = value
            deliver()
        }

    init {
        executor.execute {
            val outcome = runCatching(work)
            main.post {
                result = outcome
                deliver()
            }
        }
    }

    private fun deliver() {
        val outcome = result ?: return
        val receiver = receiver ?: return
        result = null
        receiver(outcome)
    }
}
