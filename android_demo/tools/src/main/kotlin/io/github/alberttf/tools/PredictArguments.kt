package io.github.alberttf.tools

import io.github.alberttf.app.model.ExitLimits

/** What the command `predict` was asked for. */
internal class PredictArguments private constructor(
    val model: String,
    val limits: ExitLimits,
    val withTokens: Boolean,
    val threads: Int,
) {
    companion object {
        private val VALUES = setOf("--patience", "--confidence", "--tolerance", "--num-layers", "--threads")

        /**
         * Reads the words of the command line.
         *
         * @throws UserError if one is wrong.
         */
        fun parse(words: List<String>): PredictArguments {
            val values = HashMap<String, String>()
            val others = ArrayList<String>()
            var withTokens = false
            val rest = words.iterator()
            while (rest.hasNext()) {
                val word = rest.next()
                when {
                    word == "--tokens" -> withTokens = true
                    word in VALUES && !rest.hasNext() -> throw UserError("$word: expected a number after it")
                    word in VALUES -> values[word] = rest.next()
                    word.startsWith("-") -> throw UserError("unknown option $word; see predict --help")
                    else -> others += word
                }
            }
            val model =
                others.singleOrNull()
                    ?: throw UserError("expected one MODEL.tflite, got ${others.size}; see predict --help")
            return PredictArguments(model, limits(values), withTokens, values.integer("--threads") ?: 1)
        }

        private fun limits(values: Map<String, String>) =
            ExitLimits(
                patience = values.integer("--patience"),
                confidence = values.number("--confidence"),
                tolerance = values.number("--tolerance"),
                numLayers = values.integer("--num-layers"),
            )

        private fun Map<String, String>.integer(option: String): Int? =
            this[option]?.let { it.toIntOrNull() ?: throw UserError("$option is $it; expected a whole number") }

        private fun Map<String, String>.number(option: String): Float? =
            this[option]?.let { it.toFloatOrNull() ?: throw UserError("$option is $it; expected a number") }
    }
}
