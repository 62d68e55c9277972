package io.github.alberttf.text

/**
 * A stretch of a text with a label.
 *
 * @property label its type, such as `PER`.
 * @property text the stretch.
 * @property start the index of its first character in the text, in UTF-16 units.
 * @property end one past the index of its last character.
 * @property probability the least, over its tokens, of the label that they were given.
 */
public data class Entity(
    public val label: String,
    public val text: String,
    public val start: Int,
    public val end: Int,
    public val probability: Float,
)
