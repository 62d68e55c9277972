package io.github.alberttf.app.model

/** What the answer of a model to a text is. */
public enum class ModelTask {
    /** One of several labels holds. */
    CLASSIFICATION,

    /** Each label holds or not, by itself. */
    MULTI_LABEL,

    /** A number. */
    REGRESSION,

    /** Stretches of the text with a label each: entities, or all its words. */
    TOKEN_CLASSIFICATION,

    /** The stretch of a passage that answers a question. */
    QUESTION_ANSWERING,
}
