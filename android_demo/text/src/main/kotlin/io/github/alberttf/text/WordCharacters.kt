package io.github.alberttf.text

import io.github.alberttf.text.buffers.IntBuilder
import io.github.alberttf.text.unicode.CodePointSet

/**
 * The letters, digits and marks that make words in scripts that part these by blanks, as in Python.
 *
 * As with the tokenizer's tables, the running Java library is not asked, whose Unicode differs from phone to phone: they
 * stand in a resource that `tools/unicode_tables.py` writes.
 */
internal object WordCharacters {
    // Absolute, so that it does not move when a shrinker puts the class into another package.
    private const val RESOURCE = "/io/github/alberttf/text/words.txt"

    val all: CodePointSet by lazy(::load)

    private fun load(): CodePointSet {
        val stream =
            WordCharacters::class.java.getResourceAsStream(RESOURCE)
                ?: error("the resource $RESOURCE is missing; keep the resources of the text library when packaging")
        val ranges = IntBuilder()
        stream.bufferedReader().useLines { lines ->
            for (line in lines) {
                if (line.startsWith("#") || line.startsWith("[")) continue
                ranges.append(line.substringBefore('-').toInt(16))
                ranges.append(line.substringAfter('-').toInt(16))
            }
        }
        return CodePointSet(ranges.toIntArray())
    }
}
