package io.github.alberttf.app.model

import io.github.alberttf.app.model.ModelFileException.Reason
import io.github.alberttf.text.AlbertTokenizer
import io.github.alberttf.text.TokenizerOptions
import java.io.File
import java.io.InputStream
import java.nio.ByteBuffer
import java.nio.channels.FileChannel

/**
 * A `.tflite` file that `albert_tf` exported: the graph, and what travels behind it: tokenizer, labels, and a
 * description of the model.
 *
 * It never changes: threads may share it, and several [TextEngine]s may run it.
 *
 * ```
 * val model = ModelFile.open(File("spam.tflite"))
 * TextEngine(model).use { println(it.answer("call now and win").best?.label) }
 * ```
 *
 * @property name of the file.
 * @property sizeBytes of the whole file.
 * @property description what the file says of its model.
 * @property graph the graph alone, as TensorFlow Lite takes it: direct or memory-mapped, in native byte order.
 * @property labels names of the classes in the order of the scores; numbers where there were no names; empty for
 *   models that have no classes.
 * @property tokenizer the model's own; null if it was exported without a preprocessor.
 * @property readsWordPieces whether the tokenizer is one of WordPieces (`vocab.txt`).
 */
public class ModelFile internal constructor(
    public val name: String,
    public val sizeBytes: Long,
    public val description: ModelDescription,
    internal val graph: ByteBuffer,
    public val labels: List<String>,
    public val tokenizer: AlbertTokenizer?,
    public val readsWordPieces: Boolean,
) {
    /** What the answer to a text is; null for models that give none, of which [ModelDescription.head] tells the kind. */
    public val task: ModelTask? get() = description.task

    /** The limits that a model with early exits takes; empty for others. */
    public val controls: List<ModelControl> get() = description.controls

    /** Most tokens of an input, special ones included; longer texts are cut, or
     * read in windows. */
    public val sequenceLength: Int get() = description.sequenceLength

    /**
     * Checks that the model gives answers: that it has a task and a tokenizer.
     *
     * @throws ModelFileException if it does not, with [Reason.NO_TEXT_ANSWER] or [Reason.NO_TOKENIZER].
     */
    public fun requireAnswers() {
        if (task == null) {
            throw ModelFileException(
                Reason.NO_TEXT_ANSWER,
                name,
                "it holds a ${description.head}, which gives no answer to a text; expected a text_classifier, a " +
                    "text_regressor, a token_classifier or a question_answerer: export such a model",
            )
        }
        if (tokenizer == null) throw withoutTokenizer(name)
    }

    /** The value of each control, by name. */
    internal fun controlValues(limits: ExitLimits): Map<String, Double> {
        for ((limit, value) in limits.byName) {
            require(controls.any { it.name == limit }) {
                "$limit is $value, but $name has no such control; " +
                    if (controls.isEmpty()) {
                        "it was exported without early exits (train with early_exit=True, export with form 'loop')"
                    } else {
                        "it has ${controls.joinToString { it.name }}"
                    }
            }
        }
        return controls.associate { it.name to (limits.byName[it.name]?.toDouble() ?: it.default) }
    }

    /** Opens files. */
    public companion object {
        /** The largest file that [read] takes, in bytes, unless told otherwise. */
        public const val MOST_BYTES: Int = 512 shl 20

        /**
         * Opens a file, which is mapped into memory and not copied. It must not be changed while the model is in use.
         *
         * @param file to open.
         * @param name for messages.
         * @throws ModelFileException if it cannot be read, or is no such file.
         */
        public fun open(
            file: File,
            name: String = file.name,
        ): ModelFile = of(ModelSource.map(file, name), name)

        /**
         * Opens a part of a file, such as an asset that is stored uncompressed. It is mapped into memory and not copied.
         *
         * @param channel of the file; it may be closed afterwards.
         * @param offset where the part begins.
         * @param length of the part, in bytes.
         * @param name for messages.
         * @throws ModelFileException if it cannot be read, or is no such file.
         */
        public fun open(
            channel: FileChannel,
            offset: Long,
            length: Long,
            name: String,
        ): ModelFile = of(ModelSource.map(channel, offset, length, name), name)

        /**
         * Opens the content of a file.
         *
         * @param content all of the buffer, from its beginning to its capacity; a direct one is used as it is, another
         *   one copied. It must not be changed while the model is in use.
         * @param name for messages.
         * @throws ModelFileException if it is no such file.
         */
        public fun open(
            content: ByteBuffer,
            name: String,
        ): ModelFile = of(ModelSource.direct(content), name)

        /**
         * Reads a file into memory.
         *
         * @param stream the content; it is read to its end, and not closed. Of what is no TensorFlow Lite file, only the
         *   beginning is read.
         * @param name for messages.
         * @param mostBytes the largest file that is taken, so that a film does not fill the memory.
         * @throws ModelFileException if it cannot be read, is too large, or is no such file.
         */
        public fun read(
            stream: InputStream,
            name: String,
            mostBytes: Int = MOST_BYTES,
        ): ModelFile = of(ModelSource.read(stream, name, mostBytes), name)

        /**
         * Reads the tokenizer of an exported file alone, of whatever model.
         *
         * @param file to read.
         * @param name for messages.
         * @param adjust changes how texts are treated, from what the file says.
         * @throws ModelFileException if the file cannot be read, or holds no tokenizer.
         */
        public fun readTokenizer(
            file: File,
            name: String = file.name,
            adjust: (TokenizerOptions) -> TokenizerOptions = { it },
        ): AlbertTokenizer {
            val bundle = ModelBundle.of(ModelSource.map(file, name), name)
            if (!bundle.hasTokenizer) throw withoutTokenizer(name)
            return bundle.makeTokenizer(adjust)
        }

        private fun withoutTokenizer(name: String) =
            ModelFileException(
                Reason.NO_TOKENIZER,
                name,
                "it carries no tokenizer, since its model had no preprocessor; export the model with one",
            )

        private fun of(
            content: ByteBuffer,
            name: String,
        ): ModelFile {
            val bundle = ModelBundle.of(content, name)
            val description = ModelDescription.parse(bundle)
            return ModelFile(
                name = name,
                sizeBytes = content.capacity().toLong(),
                description = description,
                graph = bundle.graph,
                labels = description.checkLabels(bundle.labels),
                tokenizer = if (bundle.hasTokenizer) bundle.makeTokenizer() else null,
                readsWordPieces = bundle.hasWordPieces,
            )
        }
    }
}
