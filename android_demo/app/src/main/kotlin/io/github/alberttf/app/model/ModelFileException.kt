package io.github.alberttf.app.model

/**
 * A file cannot be used as a model.
 *
 * The message is one line of English, for logs and for tools: what is wrong and with which value, what was expected, and
 * what to do. A screen that speaks other languages chooses its sentence by [reason].
 *
 * @property reason what is wrong, in one word.
 * @property fileName the name of the file, as the message begins.
 * @param problem the message without that name.
 * @param cause what went wrong below.
 */
public class ModelFileException(
    public val reason: Reason,
    public val fileName: String,
    problem: String,
    cause: Throwable? = null,
) : Exception("$fileName: $problem", cause) {
    /** What can be wrong with a file. */
    public enum class Reason {
        /** It is not there, or reading it failed. */
        UNREADABLE,

        /** It is larger than this reader takes. */
        TOO_LARGE,

        /** It is no TensorFlow Lite file at all. */
        NOT_TFLITE,

        /** It is a TensorFlow Lite file that albert_tf did not write: nothing tells its tokenizer and labels. */
        FOREIGN,

        /** Its end is missing. */
        TRUNCATED,

        /** Its parts contradict each other, or their checksums. */
        DAMAGED,

        /** A newer albert_tf wrote it, in a way that this reader does not know. */
        NEWER_FORMAT,

        /** Its model answers something else than single texts, such as questions about a passage. */
        NO_TEXT_ANSWER,

        /** It holds no tokenizer, since its model was exported without a preprocessor. */
        NO_TOKENIZER,

        /** The TensorFlow Lite of this app cannot load its graph. */
        REFUSED_BY_RUNTIME,
    }
}
