package io.github.alberttf.tools

import java.io.File
import java.lang.management.ManagementFactory
import java.util.Locale

/**
 * The command `benchmark-tokenizer`: how fast the tokenizer is on one thread, and how much memory it holds.
 *
 * Each line of the file is a text; of a line with tabs, what follows the first one. The speed is given by the clock,
 * and by the processor time of the thread, which other work on the machine disturbs less.
 */
internal object BenchmarkTokenizer {
    // Of processor time, so that other work on the machine does not shorten them.
    private const val WARM_UP_SECONDS = 3.0
    private const val ROUND_SECONDS = 1.0
    private const val ROUNDS = 5

    @JvmStatic
    fun main(arguments: Array<String>) {
        runTool("benchmark-tokenizer") {
            if (arguments.size != 2) throw UserError("usage: benchmark-tokenizer MODEL FILE, a text on each line")
            println(report(arguments[0], arguments[1]))
        }
    }

    private fun report(
        model: String,
        path: String,
    ): String {
        val before = usedHeap()
        val started = processorTime()
        val tokenizer = TokenizerFile.read(model)
        val loadMilliseconds = (processorTime() - started) / 1e6
        tokenizer.encode("")
        val held = usedHeap() - before
        val texts = readTexts(path)
        var tokens = 0L

        fun encodeAll() {
            tokens = 0
            for (text in texts) tokens += tokenizer.encode(text).size
        }
        textsPerSecond(texts.size, WARM_UP_SECONDS, ::encodeAll)
        val rounds = List(ROUNDS) { textsPerSecond(texts.size, ROUND_SECONDS, ::encodeAll) }
        return String.format(
            Locale.ROOT,
            "%.0f texts/s on one thread, %.0f in a second of processor time (medians of %d rounds), %d texts of %.0f " +
                "characters and %.0f tokens on average; loaded in %.0f ms of processor time; the tokenizer holds " +
                "%.1f MB of heap, all in use %.1f MB of at most %.0f MB",
            rounds.map { it.byClock }.sorted()[ROUNDS / 2],
            rounds.map { it.byProcessor }.sorted()[ROUNDS / 2],
            ROUNDS,
            texts.size,
            texts.sumOf { it.length }.toDouble() / texts.size,
            tokens.toDouble() / texts.size,
            loadMilliseconds,
            held / 1e6,
            usedHeap() / 1e6,
            Runtime.getRuntime().maxMemory() / 1e6,
        )
    }

    private fun readTexts(path: String): List<String> {
        val file = File(path)
        if (!file.isFile) throw UserError("$path: no such file; pass a file with a text on each line")
        val texts = file.readLines().map { it.substringAfter('\t') }.filter { it.isNotBlank() }
        if (texts.isEmpty()) throw UserError("$path: holds no text; expected a text on each line")
        return texts
    }

    private fun textsPerSecond(
        count: Int,
        seconds: Double,
        encodeAll: () -> Unit,
    ): Speed {
        val start = System.nanoTime()
        val processorStart = processorTime()
        var passes = 0
        do {
            encodeAll()
            passes++
        } while (processorTime() - processorStart < seconds * 1e9)
        val encoded = passes.toDouble() * count
        return Speed(
            byClock = encoded / ((System.nanoTime() - start) / 1e9),
            byProcessor = encoded / ((processorTime() - processorStart) / 1e9),
        )
    }

    /** Texts a second. */
    private class Speed(
        val byClock: Double,
        val byProcessor: Double,
    )

    /** Nanoseconds that this thread has had of a processor. */
    private fun processorTime(): Long = ManagementFactory.getThreadMXBean().currentThreadCpuTime

    private fun usedHeap(): Long {
        repeat(3) { System.gc() }
        val runtime = Runtime.getRuntime()
        return runtime.totalMemory() - runtime.freeMemory()
    }
}
