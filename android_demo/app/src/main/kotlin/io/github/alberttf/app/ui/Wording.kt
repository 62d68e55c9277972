package io.github.alberttf.app.ui

import android.content.Context
import android.content.res.Resources
import android.text.format.Formatter
import io.github.alberttf.app.R
import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.model.ModelFileException.Reason
import java.text.NumberFormat
import java.util.Locale

/** Numbers and sentences as the person's language has them. */
internal class Wording(
    private val context: Context,
) {
    private val resources: Resources get() = context.resources

    /** The person's language. */
    val locale: Locale get() = resources.configuration.locales[0]

    /** `97.3%`; never 100% or 0% for what is only close to it. */
    fun percent(share: Float): String {
        val format = NumberFormat.getPercentInstance(locale)
        format.minimumFractionDigits = 1
        format.maximumFractionDigits = 1
        val shown = share.toDouble()
        return when {
            shown < 1 && shown > MOST -> "> ${format.format(MOST)}"
            shown > 0 && shown < LEAST -> "< ${format.format(LEAST)}"
            else -> format.format(shown)
        }
    }

    /** A whole number. */
    fun count(number: Int): String = NumberFormat.getIntegerInstance(locale).format(number)

    /** A number with up to three places. */
    fun number(value: Float): String = decimal(value.toDouble(), PLACES_OF_VALUE)

    /** `3.25`, `12.3` or `140`: three digits. */
    fun threeDigits(value: Double): String =
        decimal(
            value,
            when {
                value < TEN -> 2
                value < HUNDRED -> 1
                else -> 0
            },
        )

    /** `3.25 ms`. */
    fun milliseconds(value: Double): String = context.getString(R.string.milliseconds, threeDigits(value))

    /** `50 ms` or `2.5 ms`: a round number of milliseconds. */
    fun roundMilliseconds(value: Double): String {
        val format = NumberFormat.getNumberInstance(locale)
        return context.getString(R.string.milliseconds, format.format(value))
    }

    /** `9.6 MB`. */
    fun bytes(size: Long): String = Formatter.formatShortFileSize(context, size)

    /** A label as a person reads it: data sets write `card_arrival` for “card arrival”, and `PlayMusic` for “Play Music”. */
    fun label(name: String): String {
        val words = if (CAMEL_CASE.matches(name)) name.replace(BEFORE_CAPITALS, " ") else name
        return words.replace('_', ' ').trim().ifEmpty { name }
    }

    /** A number and its noun. */
    fun plural(
        resource: Int,
        number: Int,
    ): String = resources.getQuantityString(resource, number, count(number))

    /** `2 labels · 6 layers · early exits · int8 · 9.6 MB`. */
    fun facts(model: ModelFile): String =
        listOfNotNull(
            model.labels.size
                .takeIf { it > 0 }
                ?.let { plural(R.plurals.labels, it) },
            plural(R.plurals.layers, model.description.numLayers),
            context.getString(R.string.early_exits).takeIf { model.description.hasEarlyExits },
            model.description.quantization,
            bytes(model.sizeBytes),
        ).joinToString(context.getString(R.string.fact_separator)) { it.replace(' ', NO_BREAK_SPACE) }

    /** What is wrong with a file, and what to do. */
    fun error(error: ModelFileException): String {
        val sentence = context.getString(sentence(error.reason), error.fileName)
        if (error.reason !in WITH_DETAILS) return sentence
        val details = error.message.orEmpty().removePrefix("${error.fileName}: ")
        return "$sentence\n\n${context.getString(R.string.error_details, details)}"
    }

    private fun sentence(reason: Reason): Int =
        when (reason) {
            Reason.UNREADABLE -> R.string.error_unreadable
            Reason.TOO_LARGE -> R.string.error_too_large
            Reason.NOT_TFLITE -> R.string.error_not_tflite
            Reason.FOREIGN -> R.string.error_foreign
            Reason.TRUNCATED -> R.string.error_truncated
            Reason.DAMAGED -> R.string.error_damaged
            Reason.NEWER_FORMAT -> R.string.error_newer_format
            Reason.NO_TEXT_ANSWER -> R.string.error_no_text_answer
            Reason.NO_TOKENIZER -> R.string.error_no_tokenizer
            Reason.REFUSED_BY_RUNTIME -> R.string.error_refused_by_runtime
        }

    private fun decimal(
        value: Double,
        places: Int,
    ): String {
        val format = NumberFormat.getNumberInstance(locale)
        format.minimumFractionDigits = places
        format.maximumFractionDigits = places
        return format.format(value)
    }

    private companion object {
        val CAMEL_CASE = Regex("(?:[A-Z][a-z]+){2,}")
        val BEFORE_CAPITALS = Regex("(?<=[a-z])(?=[A-Z])")
        const val NO_BREAK_SPACE = '\u00A0'
        const val MOST = 0.999
        const val LEAST = 0.001
        const val PLACES_OF_VALUE = 3
        const val TEN = 9.995
        const val HUNDRED = 99.95

        /** Where the sentence alone does not tell what to look at. */
        val WITH_DETAILS =
            setOf(
                Reason.UNREADABLE,
                Reason.DAMAGED,
                Reason.NEWER_FORMAT,
                Reason.NO_TEXT_ANSWER,
                Reason.REFUSED_BY_RUNTIME,
            )
    }
}
