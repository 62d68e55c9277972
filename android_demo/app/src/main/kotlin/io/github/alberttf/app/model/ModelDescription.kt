package io.github.alberttf.app.model

/**
 * What a file says of its model.
 *
 * @property head which model it is, such as `text_classifier`; `backbone` for one without a head.
 * @property task what its answer to a text is; null if it gives none.
 * @property numClasses of its labels; null for models without.
 * @property numLayers of its encoder.
 * @property quantization of its weights: `int8`, `int4`, `int8-static`, `fp16` or `none`.
 * @property form of its graph: `loop`, `unrolled` or `signatures`.
 * @property length tokens of an input where that is fixed; null for any length.
 * @property lengths those of its signatures; empty for other forms.
 * @property batch texts in one run of the graph.
 * @property lowestRuntime the oldest version of TensorFlow Lite that has all operators of the graph, such as `2.17.0`.
 * @property resizesSince the first version in which one interpreter takes texts of different lengths; null: in all.
 * @property controls limits that decide how many layers run; empty for models without early exits.
 * @property sequenceLength most tokens of an input.
 * @property writer the version of `albert_tf` that wrote the file.
 */
public class ModelDescription internal constructor(
    public val head: String,
    public val task: ModelTask?,
    public val numClasses: Int?,
    public val numLayers: Int,
    public val quantization: String,
    public val form: String,
    public val length: Int?,
    public val lengths: List<Int>,
    public val batch: Int,
    public val lowestRuntime: String,
    public val resizesSince: String?,
    public val controls: List<ModelControl>,
    public val sequenceLength: Int,
    public val writer: String,
    internal val outputs: List<String>,
    internal val longestInput: Int,
    private val json: JsonReader,
) {
    /** Whether the model has an output after every layer, so that [ExitLimits] make it faster. */
    public val hasEarlyExits: Boolean get() = controls.isNotEmpty()

    /** Tokens from the begin of a window to that of the next, where the file says so. */
    internal val stride: Int? get() = preprocessor?.countOrNull("stride")

    /** How a question answerer reads passages and chooses answers; what an older file does not say is as in Python. */
    internal val questionSettings: QuestionSettings
        get() {
            val head = json.childOrNull("head_config")
            return QuestionSettings(
                stride = stride ?: QuestionSettings.STRIDE,
                maxQuestionLength =
                    preprocessor?.countOrNull("max_question_length") ?: QuestionSettings.MAX_QUESTION_LENGTH,
                maxAnswerTokens = head?.countOrNull("max_answer_tokens") ?: QuestionSettings.MAX_ANSWER_TOKENS,
                canBeUnanswerable = head?.takeUnless { it.isNull(UNANSWERABLE) }?.flag(UNANSWERABLE) ?: false,
                noAnswerThreshold = head?.takeUnless { it.isNull(THRESHOLD) }?.number(THRESHOLD) ?: HALF,
            )
        }

    private val preprocessor get() = json.childOrNull("preprocessor")

    /** Whether one graph takes any length. */
    internal val hasFreeLength: Boolean get() = length == null && form != "signatures"

    /** The labels by name: those of the file, or numbers. */
    internal fun checkLabels(labels: List<String>?): List<String> {
        val classes = numClasses ?: return emptyList()
        if (labels == null) return List(classes) { it.toString() }
        if (labels.size != classes) throw json.wrong("num_classes", "${labels.size}, as many as labels.txt has lines")
        return labels
    }

    internal companion object {
        private const val UNANSWERABLE = "can_be_unanswerable"
        private const val THRESHOLD = "no_answer_threshold"
        private const val HALF = 0.5
        private const val SHORTEST = 3 // [CLS], [SEP] and one token

        fun parse(bundle: ModelBundle): ModelDescription {
            val json = bundle.json
            val runtime = json.child("runtime")
            val head = json.textOrNull("head") ?: "backbone"
            return ModelDescription(
                head = head,
                task = task(head, json),
                numClasses = json.integerOrNull("num_classes"),
                numLayers = json.child("config").integer("num_hidden_layers"),
                quantization = json.text("quantization"),
                form = form(json),
                length = json.integerOrNull("length"),
                lengths = json.integers("lengths").sorted(),
                batch = json.integer("batch"),
                lowestRuntime = runtime.text("lowest"),
                resizesSince = runtime.textOrNull("resizes_since"),
                controls = json.children("controls").map(::control),
                sequenceLength = sequenceLength(json),
                writer = json.text("albert_tf"),
                outputs = json.texts("outputs"),
                longestInput = json.child("config").integer("max_position_embeddings"),
                json = json,
            )
        }

        private fun task(
            head: String,
            json: JsonReader,
        ): ModelTask? =
            when (head) {
                "text_classifier" -> if (json.flag("multi_label")) ModelTask.MULTI_LABEL else ModelTask.CLASSIFICATION
                "text_regressor" -> ModelTask.REGRESSION
                "token_classifier" -> ModelTask.TOKEN_CLASSIFICATION
                "question_answerer" -> ModelTask.QUESTION_ANSWERING
                else -> null
            }

        private fun form(json: JsonReader): String {
            val form = json.text("form")
            if (form !in
                setOf("loop", "unrolled", "signatures")
            ) {
                throw json.wrong("form", "loop, unrolled or signatures")
            }
            return form
        }

        private fun control(json: JsonReader) =
            ModelControl(
                name = json.text("name"),
                isInteger =
                    when (json.text("dtype")) {
                        "int32" -> true
                        "float32" -> false
                        else -> throw json.wrong("dtype", "int32 or float32")
                    },
                default = json.number("default"),
                meaning = json.text("meaning"),
            )

        private fun sequenceLength(json: JsonReader): Int {
            val limits =
                listOfNotNull(
                    json.child("config").integer("max_position_embeddings"),
                    json.integerOrNull("length"),
                    json.integers("lengths").maxOrNull(),
                    json.integerOrNull("sequence_length"),
                )
            return limits.min().also { if (it < SHORTEST) throw json.wrong("sequence_length", "at least $SHORTEST") }
        }
    }
}

/** How a question answerer reads passages and chooses answers; see `QuestionReader` and `SpanDecoder`. */
internal class QuestionSettings(
    val stride: Int,
    val maxQuestionLength: Int,
    val maxAnswerTokens: Int,
    val canBeUnanswerable: Boolean,
    val noAnswerThreshold: Double,
) {
    companion object {
        const val STRIDE = 128
        const val MAX_QUESTION_LENGTH = 64
        const val MAX_ANSWER_TOKENS = 30
    }
}
