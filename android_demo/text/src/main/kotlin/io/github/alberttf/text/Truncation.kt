package io.github.alberttf.text

/** What is cut, from its end, where texts are longer than a model takes. */
public enum class Truncation {
    /** One token after the other of the longer text; at equal lengths the second text's. BERT's rule. */
    LONGEST_FIRST,

    /** The first text. */
    ONLY_FIRST,

    /** The second text of a pair. */
    ONLY_SECOND,

    /** Nothing: too long a text is an error. */
    NEVER,
}
