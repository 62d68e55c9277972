package io.github.alberttf.text

/**
 * The content of a SentencePiece model cannot be used: it is damaged, no such model, or of a kind that ALBERT never
 * has.
 *
 * @param message one line: what is wrong and where, what was expected, what to do.
 */
public class InvalidModelException(
    message: String,
) : IllegalArgumentException(message)
