package io.github.alberttf.text.answers

import io.github.alberttf.text.buffers.IntBuilder
import io.github.alberttf.text.resource
import io.github.alberttf.text.unicode.CodePointSet

/**
 * The letters, digits and marks that make words in scripts that part these by blanks, as in Python.
 *
 * As with the tokenizer's tables, the running Java library is not asked, whose Unicode differs from phone to phone: they
 * stand in a resource that `tools/unicode_tables.py` writes.
 */
internal object WordCharacters {
    val all: CodePointSet by lazy(::load)

    private fun load(): CodePointSet {
        val ranges = IntBuilder()
        for (line in resource("words.txt").decodeToString().lineSequence()) {
            if (line.isEmpty() || line.startsWith("#") || line.startsWith("[")) continue
            ranges.append(line.substringBefore('-').toInt(16))
            ranges.append(line.substringAfter('-').toInt(16))
        }
        return CodePointSet(ranges.toIntArray())
    }
}
