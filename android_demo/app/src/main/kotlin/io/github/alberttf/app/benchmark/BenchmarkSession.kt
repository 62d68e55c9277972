package io.github.alberttf.app.benchmark

import android.os.Handler
import android.os.Looper
import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.TextEngine
import java.util.concurrent.Executors

/**
 * How far the measurement is.
 *
 * @property measuring the length that is being measured; null when none is.
 * @property rows measured so far.
 * @property lengths all that are measured.
 * @property isFinished whether it came to its end.
 * @property failure what went wrong; null where all is well.
 */
internal class BenchmarkProgress(
    val measuring: Int?,
    val rows: List<LatencyRow>,
    val lengths: List<Int>,
    val isFinished: Boolean,
    val failure: Throwable?,
)

/**
 * A measurement and its results: kept while the phone is turned. For the main thread only.
 *
 * @param load reads the model.
 */
internal class BenchmarkSession(
    private val load: () -> ModelFile,
) : AutoCloseable {
    private val main = Handler(Looper.getMainLooper())

    @Volatile private var isStopped = false
    private var state: BenchmarkProgress? = null
    private var isClosed = false

    /** The screen, told of every step; null while there is none. */
    var listener: ((BenchmarkProgress?) -> Unit)? = null
        set(value) {
            field = value
            value?.invoke(state)
        }

    /** Whether a measurement is going on. */
    val isRunning: Boolean get() = state?.measuring != null

    /** The results that can be shared: those of a measurement that ended. */
    val results: List<LatencyRow> get() = state?.takeIf { it.measuring == null }?.rows.orEmpty()

    /** Begins. */
    fun start() {
        if (isRunning) return
        isStopped = false
        state = BenchmarkProgress(0, emptyList(), emptyList(), isFinished = false, failure = null)
        tell(state)
        // A thread of its own: measuring takes a minute, and other screens must not wait for it.
        val thread = Executors.newSingleThreadExecutor { Thread(it, "albert-benchmark") }
        thread.execute(::measure)
        thread.shutdown()
    }

    /** Ends soon, with the lengths that were measured until then. */
    fun stop() {
        isStopped = true
    }

    /** Stops; nothing is told any more. */
    override fun close() {
        isClosed = true
        listener = null
        stop()
    }

    private fun measure() {
        var rows = emptyList<LatencyRow>()
        val failure =
            runCatching {
                TextEngine(load()).use { engine ->
                    val benchmark = LatencyBenchmark(engine.model.sequenceLength) { engine.answer(it) }
                    rows =
                        benchmark.run({ isStopped }) { length, soFar ->
                            post(
                                BenchmarkProgress(length, soFar, benchmark.lengths, isFinished = false, failure = null),
                            )
                        }
                }
            }.exceptionOrNull()
        post(BenchmarkProgress(null, rows, emptyList(), isFinished = !isStopped, failure = failure))
    }

    private fun post(progress: BenchmarkProgress) {
        main.post { tell(progress) }
    }

    private fun tell(progress: BenchmarkProgress?) {
        if (isClosed) return
        state = progress
        listener?.invoke(progress)
    }
}
