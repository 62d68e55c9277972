package io.github.alberttf.app.benchmark

import java.util.Locale

/**
 * Measurements as csv, one line for each length.
 *
 * @property model that was measured.
 * @param device what it ran on.
 * @param android version of its system.
 * @param app version of the app.
 * @property rows one for each length.
 */
internal class LatencyReport(
    val model: String,
    private val device: String,
    private val android: String,
    private val app: String,
    val rows: List<LatencyRow>,
) {
    /** The csv text, with a header; its numbers have points whatever the person's language. */
    fun toCsv(): String =
        (listOf(HEADER) + rows.map(::line)).joinToString("") { cells ->
            cells.joinToString(",", transform = ::cell) +
                "\r\n"
        }

    private fun line(row: LatencyRow): List<String> =
        listOf(model, row.tokens.toString(), row.runs.toString()) +
            listOf(row.median, row.percentile90, row.fastest).map { "%.3f".format(Locale.ROOT, it) } +
            listOf(device, android, app)

    private fun cell(text: String): String =
        if (text.any { it in "\",\r\n" }) "\"${text.replace("\"", "\"\"")}\"" else text

    private companion object {
        val HEADER = listOf("model", "tokens", "runs", "median_ms", "p90_ms", "fastest_ms", "device", "android", "app")
    }
}
