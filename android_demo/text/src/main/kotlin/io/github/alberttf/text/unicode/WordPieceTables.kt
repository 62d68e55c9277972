package io.github.alberttf.text.unicode

/**
 * What a tokenizer of WordPieces knows of Unicode, beside the lower case and the rule of the final sigma.
 *
 * @param spaces where words are parted.
 * @param leftOut what is dropped from a text before all else, such as controls.
 * @param chinese the characters that are words of their own.
 * @param punctuation what is a word of its own, too.
 * @param withoutAccents NFD with the accents dropped, for all but Hangul syllables.
 */
internal class WordPieceTables(
    val spaces: CodePointSet,
    val leftOut: CodePointSet,
    val chinese: CodePointSet,
    val punctuation: CodePointSet,
    val withoutAccents: CodePointMap,
)
