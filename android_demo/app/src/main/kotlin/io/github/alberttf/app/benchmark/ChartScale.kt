package io.github.alberttf.app.benchmark

import kotlin.math.floor
import kotlin.math.log10
import kotlin.math.pow

/**
 * The scale of an axis from 0.
 *
 * @property ticks its marks, 0 included.
 */
internal class ChartScale private constructor(
    val ticks: List<Double>,
) {
    /** The end of the axis. */
    val most: Double get() = ticks.last()

    companion object {
        private const val BASE = 10.0
        private const val MOST_STEPS = 4
        private val ROUND = listOf(1.0, 2.0, 2.5, 5.0, 10.0)

        /** The scale with the smallest round step that reaches [greatest] in at most four steps. */
        fun upTo(greatest: Double): ChartScale {
            val rough = maxOf(greatest, Double.MIN_VALUE) / MOST_STEPS
            val power = BASE.pow(floor(log10(rough)))
            val step = ROUND.map { it * power }.first { it * MOST_STEPS >= greatest }
            return ChartScale((0..MOST_STEPS).map { it * step }.takeWhileReaching(greatest))
        }

        private fun List<Double>.takeWhileReaching(greatest: Double): List<Double> =
            take(1 + indexOfFirst { it >= greatest }.coerceAtLeast(1))
    }
}
