package io.github.alberttf.text

/**
 * Where each token of a text stands in that text.
 *
 * Positions are indices into the Kotlin string, that is UTF-16 units as `text[i]` and `text.substring` count them. (The
 * Python package counts code points: after a character such as 🙂, which is two units, its numbers are smaller.) No span
 * begins or ends within a surrogate pair.
 *
 * A span runs from the first character of its token to one past the last. It leaves out white space before the token,
 * and takes in combining marks that normalization dropped after it. It is empty only for a word boundary (`▁`) that has
 * no white space of its own: at the start of a text, or where the digit-comma rule splits inside a word. Tokens that
 * come from one character (`½` is `1`, `⁄`, `2`) all have the span of that character.
 *
 * @property starts the index of each token's first character.
 * @property ends one past the index of each token's last character.
 */
public class TokenSpans internal constructor(
    public val starts: IntArray,
    public val ends: IntArray,
)
