package io.github.alberttf.text

/**
 * The name of a class of tokens, such as `B-PER` or `O`, taken apart.
 *
 * @property position in an entity: `B` for its begin, `I` within, `E` for its end, `S` for all of it; null for `O`.
 * @property type of the entity; empty for `O`.
 */
internal data class Tag(
    val position: Char?,
    val type: String = "",
) {
    /** Whether an entity has begun that a tag of the same type may go on with. */
    val isWithin: Boolean get() = position == BEGINS || position == INSIDE

    /** Whether it goes on with an entity. */
    val goesOn: Boolean get() = position == INSIDE || position == ENDS

    companion object {
        const val BEGINS: Char = 'B'
        const val INSIDE: Char = 'I'
        const val ENDS: Char = 'E'
        const val SINGLE: Char = 'S'
        private const val OUTSIDE = "O"
        private val SYNONYMS = mapOf('L' to ENDS, 'U' to SINGLE, 'M' to INSIDE, 'W' to SINGLE)

        /** The tags of class names; null if they are none: all must be `O` or a position with a type, with an `O`. */
        fun all(names: List<String>): List<Tag>? =
            names.mapNotNull(::parse).takeIf { it.size == names.size && Tag(null) in it }

        private fun parse(name: String): Tag? {
            if (name == OUTSIDE) return Tag(null)
            if (name.length < 3 || name[1] !in "-_") return null
            val position = SYNONYMS[name[0]] ?: name[0]
            return if (position in "BIES") Tag(position, name.substring(2)) else null
        }
    }
}

/** The tokens of an entity: its type, and the numbers of its first and last token. */
internal class Stretch(
    val type: String,
    val first: Int,
    val last: Int,
)

/** The entities of tags that are in order. */
internal fun stretches(tags: List<Tag>): List<Stretch> {
    val found = ArrayList<Stretch>()
    var begun: Tag? = null
    var first = 0
    for ((place, tag) in tags.withIndex()) {
        val open = begun
        if (open != null && !(tag.goesOn && open.type == tag.type)) {
            found += Stretch(open.type, first, place - 1)
            begun = null
        }
        if (tag.position != null && begun == null) {
            begun = tag
            first = place
        }
        if (tag.position == Tag.ENDS || tag.position == Tag.SINGLE) {
            found += Stretch(tag.type, first, place)
            begun = null
        }
    }
    begun?.let { found += Stretch(it.type, first, tags.size - 1) }
    return found
}
