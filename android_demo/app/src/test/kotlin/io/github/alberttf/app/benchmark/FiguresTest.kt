package io.github.alberttf.app.benchmark

import io.github.alberttf.app.testing.AppTest
import org.junit.Test
import java.util.Locale
import kotlin.test.assertEquals

/** Medians, percentiles, csv and scales, against values worked out by hand. */
class FiguresTest : AppTest() {
    @Test
    fun `figures of a row`() {
        val ten = LatencyRow(8, listOf(10.0, 1.0, 9.0, 2.0, 8.0, 3.0, 7.0, 4.0, 6.0, 5.0))
        assertEquals(5.5, ten.median)
        assertEquals(9.0, ten.percentile90)
        assertEquals(1.0, ten.fastest)
        val one = LatencyRow(8, listOf(3.0))
        assertEquals(listOf(3.0, 3.0, 3.0), listOf(one.median, one.percentile90, one.fastest))
        val eleven = LatencyRow(8, (1..11).map { it.toDouble() })
        assertEquals(6.0, eleven.median)
        assertEquals(10.0, eleven.percentile90) // 9.9 of 11: ten of them
    }

    @Test
    fun `lengths double up to the longest`() {
        assertEquals(listOf(8, 16, 32, 64, 128), LatencyBenchmark(128) { error("not run") }.lengths)
        assertEquals(listOf(8, 16, 32, 50), LatencyBenchmark(50) { error("not run") }.lengths)
        assertEquals(listOf(5), LatencyBenchmark(5) { error("not run") }.lengths)
    }

    @Test
    fun `the text has as many tokens as asked for`() {
        for (length in listOf(
            8,
            64,
        )) {
            assertEquals(length, answerOf(sentiment, LatencyBenchmark.text(length)).tokens.size)
        }
    }

    @Test
    fun `csv quotes what must be, and has points in every language`() {
        val before = Locale.getDefault()
        Locale.setDefault(Locale.GERMANY)
        try {
            val rows = listOf(LatencyRow(8, listOf(1.5, 2.25)))
            assertEquals(
                "model,tokens,runs,median_ms,p90_ms,fastest_ms,device,android,app\r\n" +
                    "\"a, \"\"b\"\"\",8,2,1.875,2.250,1.500,Maker Phone,14,0.1.0\r\n",
                LatencyReport("a, \"b\"", "Maker Phone", "14", "0.1.0", rows).toCsv(),
            )
        } finally {
            Locale.setDefault(before)
        }
    }

    @Test
    fun `scales have round steps`() {
        assertEquals(listOf(0.0, 1.0, 2.0, 3.0, 4.0), ChartScale.upTo(3.7).ticks)
        assertEquals(listOf(0.0, 20.0, 40.0, 60.0, 80.0), ChartScale.upTo(75.0).ticks)
        assertEquals(listOf(0.0, 25.0, 50.0, 75.0, 100.0), ChartScale.upTo(90.0).ticks)
        assertEquals(listOf(0.0, 0.2, 0.4, 0.6), ChartScale.upTo(0.55).ticks.map { Math.round(it * 10) / 10.0 })
        assertEquals(listOf(0.0, 50.0, 100.0, 150.0), ChartScale.upTo(120.0).ticks)
    }
}
