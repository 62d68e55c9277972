package io.github.alberttf.tools

import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.model.TextEngine
import java.io.File

private const val USAGE = """usage: soak MODEL.tflite [OPENINGS] [ANSWERS]

Opens and closes a model OPENINGS times (default 200) and gives ANSWERS answers (default 10000) to texts of many lengths,
after a warm-up. Writes a line of JSON after each part: {"after": ..., "heap": ..., "resident": ...}, in bytes: the heap in
use after a collection, and the process's resident memory. Both stay level, unless something is not freed."""

/** The command `soak`: whether memory stays level over many models and answers. */
internal object Soak {
    private const val WARM_UP_ANSWERS = 1500
    private const val WARM_UP_OPENINGS = 30
    private const val LENGTHS = 40
    private const val COLLECTIONS = 3
    private const val PAUSE = 100L
    private const val NOTHING = 10_000

    @JvmStatic
    fun main(arguments: Array<String>) {
        runTool("soak") {
            val counts = arguments.drop(1).map { it.toIntOrNull() ?: throw UserError("$it: expected a number; $USAGE") }
            if (arguments.size !in 1..3 || arguments[0].startsWith("-")) throw UserError(USAGE)
            try {
                run(File(arguments[0]), counts.getOrElse(0) { 200 }, counts.getOrElse(1) { 10_000 })
            } catch (error: ModelFileException) {
                throw UserError(error.message.orEmpty())
            }
        }
    }

    private fun run(
        file: File,
        openings: Int,
        answers: Int,
    ) {
        answer(file, WARM_UP_ANSWERS)
        open(file, WARM_UP_OPENINGS)
        report("warm-up")
        open(file, openings)
        report("$openings openings")
        answer(file, answers)
        report("$answers answers")
    }

    private fun open(
        file: File,
        times: Int,
    ) = repeat(times) { number ->
        TextEngine(ModelFile.open(file)).use { it.answer(text(number)) }
    }

    private fun answer(
        file: File,
        times: Int,
    ) = TextEngine(ModelFile.open(file)).use { engine -> repeat(times) { engine.answer(text(it)) } }

    /** A text of another length than the last one, with words of its own. */
    private fun text(number: Int) = List(1 + number * 7 % LENGTHS) { "word${number % 97}" }.joinToString(" ")

    private fun report(after: String) {
        println("{\"after\": \"$after\", \"heap\": ${heap()}, \"resident\": ${resident()}}")
    }

    /** The heap in use when collecting frees nothing more: other threads clear away what a collection finds. */
    @Suppress("ExplicitGarbageCollectionCall")
    private fun heap(): Long {
        val runtime = Runtime.getRuntime()
        var least = Long.MAX_VALUE
        var tries = 0
        while (tries < COLLECTIONS) {
            System.gc()
            Thread.sleep(PAUSE)
            val used = runtime.totalMemory() - runtime.freeMemory()
            tries = if (used < least - NOTHING) 0 else tries + 1
            least = minOf(least, used)
        }
        return least
    }

    private fun resident(): Long {
        val status = File("/proc/self/status")
        if (!status.isFile) throw UserError("no /proc/self/status; resident memory can be read on Linux only")
        val line = status.readLines().first { it.startsWith("VmRSS:") }
        return line.filter { it.isDigit() }.toLong() * 1024
    }
}
