package io.github.alberttf.text.unicode

import io.github.alberttf.text.buffers.IntBuilder

/**
 * Reads the format that `tools/unicode_tables.py` describes.
 *
 * It goes over the bytes itself: with strings, five thousand lines would take a phone much longer.
 */
internal class UnicodeTablesParser(
    private val content: ByteArray,
) {
    private var at = 0
    private val codePoints = IntBuilder() // the targets on a line

    fun parse(): UnicodeTables {
        val version = line().removePrefix("# Unicode ")
        while (peek() == '#') line()
        return UnicodeTables(
            version = version,
            whiteSpace = set("white_space"),
            digits = set("digit"),
            withoutMarks = map("without_marks"),
            lowercase = map("lowercase"),
            cased = set("cased"),
            caseIgnorable = set("case_ignorable"),
            parseWordPiece = ::parseWordPiece,
        )
    }

    /** The sections that follow those that [parse] reads. */
    private fun parseWordPiece() =
        WordPieceTables(
            spaces = set("space"),
            leftOut = set("left_out"),
            chinese = set("chinese"),
            punctuation = set("punctuation"),
            withoutAccents = map("without_accents"),
        )

    private fun set(name: String): CodePointSet {
        section(name)
        val ranges = IntBuilder()
        while (isEntry()) {
            val first = number()
            ranges.append(first)
            ranges.append(if (take('-')) number() else first)
            endOfLine()
        }
        return CodePointSet(ranges.toIntArray())
    }

    private fun map(name: String): CodePointMap {
        section(name)
        val keys = IntBuilder(1 shl 13)
        val starts = IntBuilder(1 shl 13)
        val targets = IntBuilder(1 shl 14)
        while (isEntry()) {
            val first = number()
            val last = if (take('-')) number() else first
            val every = if (take('/')) number() else 1
            codePoints.clear()
            while (take(' ')) codePoints.append(number())
            endOfLine()
            for (key in first..last step every) {
                keys.append(key)
                starts.append(targets.size)
                for (i in 0 until codePoints.size) targets.append(codePoints[i] + key - first)
            }
        }
        starts.append(targets.size)
        return CodePointMap(keys.toIntArray(), starts.toIntArray(), targets.toIntArray())
    }

    private fun section(name: String) {
        val line = line()
        if (line != "[$name]") throw unexpected("'$line'", "[$name]")
    }

    private fun isEntry() = at < content.size && peek() != '['

    private fun number(): Int {
        val start = at
        var value = 0
        while (true) {
            val digit = peek().digitToIntOrNull(16) ?: break
            value = 16 * value + digit
            at++
        }
        if (at == start) throw unexpected("'${peek()}'", "a hexadecimal number")
        return value
    }

    private fun take(expected: Char): Boolean {
        val found = peek() == expected
        if (found) at++
        return found
    }

    private fun endOfLine() {
        if (!take('\n')) throw unexpected("'${peek()}'", "the end of the line")
    }

    private fun peek(): Char = if (at < content.size) content[at].toInt().toChar() else '\n'

    private fun line(): String {
        val start = at
        while (at < content.size && peek() != '\n') at++
        return content.decodeToString(start, at++)
    }

    private fun unexpected(
        found: String,
        expected: String,
    ) = IllegalStateException(
        "the Unicode tables have $found before byte $at; expected $expected: " +
            "write them again with tools/unicode_tables.py",
    )
}
