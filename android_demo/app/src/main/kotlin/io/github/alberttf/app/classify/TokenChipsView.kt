package io.github.alberttf.app.classify

import android.content.Context
import android.graphics.Canvas
import android.graphics.Paint
import android.util.AttributeSet
import android.util.TypedValue
import android.view.View
import io.github.alberttf.app.R
import io.github.alberttf.app.model.TextToken
import kotlin.math.ceil

/**
 * Tokens as chips, in lines. One view draws them all: a long text has hundreds, which change with every key.
 */
internal class TokenChipsView
    @JvmOverloads
    constructor(
        context: Context,
        attributes: AttributeSet? = null,
    ) : View(context, attributes) {
        private val textPaint =
            Paint(Paint.ANTI_ALIAS_FLAG).apply { textSize = pixels(TypedValue.COMPLEX_UNIT_SP, TEXT_SIZE) }
        private val chipPaint = Paint(Paint.ANTI_ALIAS_FLAG)
        private val padding = pixels(TypedValue.COMPLEX_UNIT_DIP, PADDING)
        private val gap = pixels(TypedValue.COMPLEX_UNIT_DIP, GAP)
        private val lineHeight = textPaint.fontSpacing + 2 * padding
        private var tokens = emptyList<TextToken>()
        private var chips = ChipLayout(FloatArray(0), 0f, gap)

        /** Shows tokens. */
        fun show(newTokens: List<TextToken>) {
            if (newTokens == tokens) return
            tokens = newTokens
            contentDescription = tokens.joinToString(" ") { spoken(it) }
            requestLayout()
            invalidate()
        }

        override fun onMeasure(
            widthMeasureSpec: Int,
            heightMeasureSpec: Int,
        ) {
            val width = MeasureSpec.getSize(widthMeasureSpec)
            val most = width.toFloat()
            // A piece may be wider than the screen: its chip ends at the edge.
            val widths = FloatArray(tokens.size) { minOf(textPaint.measureText(tokens[it].piece) + 2 * padding, most) }
            chips = ChipLayout(widths, most, gap)
            val height = chips.lines * lineHeight + maxOf(0, chips.lines - 1) * gap
            setMeasuredDimension(width, resolveSize(ceil(height).toInt(), heightMeasureSpec))
        }

        override fun onDraw(canvas: Canvas) {
            super.onDraw(canvas)
            for ((index, token) in tokens.withIndex()) {
                val left = chips.left(index)
                val right = left + chips.widths[index]
                val top = chips.line(index) * (lineHeight + gap)
                chipPaint.color = context.getColor(if (token.isSpecial) R.color.chip_special else R.color.chip)
                textPaint.color = context.getColor(if (token.isSpecial) R.color.text_secondary else R.color.chip_text)
                canvas.drawRoundRect(left, top, right, top + lineHeight, padding, padding, chipPaint)
                canvas.save()
                canvas.clipRect(left, top, right, top + lineHeight)
                canvas.drawText(token.piece, left + padding, top + padding - textPaint.ascent(), textPaint)
                canvas.restore()
            }
        }

        /** A word's first piece is spoken as the word begins; `▁` has no sound. */
        private fun spoken(token: TextToken) = token.piece.replace("\u2581", "").ifEmpty { "\u2581" }

        private fun pixels(
            unit: Int,
            size: Float,
        ) = TypedValue.applyDimension(unit, size, resources.displayMetrics)

        private companion object {
            const val TEXT_SIZE = 14f
            const val PADDING = 6f
            const val GAP = 4f
        }
    }
