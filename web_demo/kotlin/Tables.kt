package io.github.alberttf.text.unicode

/** Gives the tokenizer its tables of Unicode, which are a resource on the JVM. */
internal fun setUnicodeTables(content: ByteArray) {
    resources["/io/github/alberttf/text/unicode.txt"] = content
}
