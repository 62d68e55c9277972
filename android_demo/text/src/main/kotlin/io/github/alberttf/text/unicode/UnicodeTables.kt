package io.github.alberttf.text.unicode

import io.github.alberttf.text.resource

/**
 * What the tokenizer knows of Unicode.
 *
 * It is the same on every phone, and the same as in Python: a resource that `tools/unicode_tables.py` writes and
 * describes. The tables of the running Java library are of another Unicode version, and are not asked.
 *
 * @param version of Unicode.
 * @param whiteSpace where words are parted.
 * @param digits what Python's `str.isdigit` accepts.
 * @param withoutMarks NFKD with the combining marks dropped, for all but Hangul syllables.
 * @param lowercase the lower case of single code points, for all but the capital sigma.
 * @param cased letters that have case.
 * @param caseIgnorable what the rule of the final sigma looks over.
 * @param parseWordPiece reads what only WordPieces need, at most once.
 */
internal class UnicodeTables(
    val version: String,
    val whiteSpace: CodePointSet,
    val digits: CodePointSet,
    val withoutMarks: CodePointMap,
    val lowercase: CodePointMap,
    val cased: CodePointSet,
    val caseIgnorable: CodePointSet,
    parseWordPiece: () -> WordPieceTables,
) {
    /** What only WordPieces need. */
    val wordPiece: WordPieceTables by lazy(parseWordPiece)

    companion object {
        /** Reads the resource, which takes a few milliseconds. */
        fun load(): UnicodeTables = UnicodeTablesParser(resource("unicode.txt")).parse()
    }
}
