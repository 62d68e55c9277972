package io.github.alberttf.text.sentencepiece

/** The float nearest to this one: in JavaScript, where a Float is a double, the result of a sum is none by itself. */
internal fun Float.rounded(): Float = Float.fromBits(toRawBits())
