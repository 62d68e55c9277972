package io.github.alberttf.app.benchmark

import android.content.Context
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.Path
import android.util.AttributeSet
import android.util.TypedValue
import android.view.View
import io.github.alberttf.app.R
import io.github.alberttf.app.ui.Wording

/** Median latency by length, as a line. */
internal class LatencyChartView
    @JvmOverloads
    constructor(
        context: Context,
        attributes: AttributeSet? = null,
    ) : View(context, attributes) {
        private val linePaint =
            Paint(Paint.ANTI_ALIAS_FLAG).apply {
                color = context.getColor(R.color.accent)
                style = Paint.Style.STROKE
                strokeWidth = pixels(TypedValue.COMPLEX_UNIT_DIP, LINE_WIDTH)
                strokeJoin = Paint.Join.ROUND
            }
        private val dotPaint = Paint(Paint.ANTI_ALIAS_FLAG).apply { color = context.getColor(R.color.accent) }
        private val gridPaint =
            Paint().apply {
                color = context.getColor(R.color.track)
                strokeWidth = pixels(TypedValue.COMPLEX_UNIT_DIP, 1f)
            }
        private val textPaint =
            Paint(Paint.ANTI_ALIAS_FLAG).apply {
                color = context.getColor(R.color.text_secondary)
                textSize = pixels(TypedValue.COMPLEX_UNIT_SP, TEXT_SIZE)
            }
        private val dotRadius = pixels(TypedValue.COMPLEX_UNIT_DIP, DOT_RADIUS)
        private val space = pixels(TypedValue.COMPLEX_UNIT_DIP, SPACE)
        private var rows = emptyList<LatencyRow>()
        private var wording: Wording? = null

        /** Shows measurements. */
        fun show(
            newRows: List<LatencyRow>,
            newWording: Wording,
        ) {
            rows = newRows
            wording = newWording
            val spoken =
                rows.joinToString {
                    "${newWording.plural(R.plurals.tokens, it.tokens)} ${newWording.milliseconds(it.median)}"
                }
            contentDescription = context.getString(R.string.benchmark_chart_spoken, spoken)
            invalidate()
        }

        override fun onDraw(canvas: Canvas) {
            super.onDraw(canvas)
            val wording = wording ?: return
            if (rows.isEmpty()) return
            val scale = ChartScale.upTo(rows.maxOf { it.median })
            val ticks = scale.ticks.map { it to wording.roundMilliseconds(it) }
            val left = ticks.maxOf { (_, label) -> textPaint.measureText(label) } + space
            val plot = Plot(left, textPaint.fontSpacing / 2, width - dotRadius, height - textPaint.fontSpacing - space)
            for ((tick, label) in ticks) drawTick(canvas, plot, plot.y(tick / scale.most), label)
            drawLine(canvas, plot, scale)
            drawLengths(canvas, plot, wording)
        }

        private fun drawTick(
            canvas: Canvas,
            plot: Plot,
            y: Float,
            label: String,
        ) {
            canvas.drawLine(plot.left, y, plot.right, y, gridPaint)
            val x = plot.left - space - textPaint.measureText(label)
            canvas.drawText(label, x, y - (textPaint.ascent() + textPaint.descent()) / 2, textPaint)
        }

        private fun drawLine(
            canvas: Canvas,
            plot: Plot,
            scale: ChartScale,
        ) {
            val path = Path()
            for ((index, row) in rows.withIndex()) {
                val x = plot.x(row, rows)
                val y = plot.y(row.median / scale.most)
                if (index == 0) path.moveTo(x, y) else path.lineTo(x, y)
                canvas.drawCircle(x, y, dotRadius, dotPaint)
            }
            canvas.drawPath(path, linePaint)
        }

        /** The lengths below, from the longest down, as far as they do not touch. */
        private fun drawLengths(
            canvas: Canvas,
            plot: Plot,
            wording: Wording,
        ) {
            var free = width.toFloat()
            for ((index, row) in rows.asReversed().withIndex()) {
                val number = wording.count(row.tokens)
                val label = if (index == 0) "$number ${context.getString(R.string.benchmark_tokens_axis)}" else number
                val textWidth = textPaint.measureText(label)
                val x = minOf(plot.x(row, rows) - textWidth / 2, width - textWidth)
                if (x + textWidth > free) continue
                canvas.drawText(label, x, height - textPaint.descent(), textPaint)
                free = x - space
            }
        }

        private fun pixels(
            unit: Int,
            size: Float,
        ) = TypedValue.applyDimension(unit, size, resources.displayMetrics)

        /** Where the line is drawn. */
        private class Plot(
            val left: Float,
            private val top: Float,
            val right: Float,
            private val bottom: Float,
        ) {
            fun x(
                row: LatencyRow,
                rows: List<LatencyRow>,
            ): Float = left + (right - left) * row.tokens / rows.maxOf { it.tokens }

            fun y(share: Double): Float = bottom - (bottom - top) * share.toFloat()
        }

        private companion object {
            const val LINE_WIDTH = 2f
            const val DOT_RADIUS = 4f
            const val SPACE = 8f
            const val TEXT_SIZE = 12f
        }
    }
