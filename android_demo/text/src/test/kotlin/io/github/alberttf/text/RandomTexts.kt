package io.github.alberttf.text

import kotlin.random.Random

/** Texts that tokenizers stumble over. */
internal class RandomTexts(
    seed: Int,
) {
    private val random = Random(seed)

    fun next(): String = buildString { repeat(random.nextInt(1, 24)) { appendPart() } }

    private fun StringBuilder.appendPart() {
        when (random.nextInt(8)) {
            0, 1 -> append(FRAGMENTS.random(random))
            2, 3 -> append(random.nextInt(0x80).toChar())
            4 -> append(random.nextInt(0x3100).toChar())
            5 -> append(random.nextInt(0x10000).toChar()) // may be half of a pair
            6 -> appendCodePoint(random.nextInt(0x110000))
            else -> append(INVISIBLE.random(random))
        }
    }

    private companion object {
        val FRAGMENTS =
            "the| quick|Brown|ing| in 1999,|9,|20,| 1,000,|x9,|!!!| !|...|  ".split('|') +
                "e\u0301 ñ “ – £ € ΑΣ 日本 Σ ½ … ﬁ Ⅳ 가 Ж İ ẞ 🙂 𝚺".split(' ')
        val INVISIBLE = "\u0000\u0001\u0008\u007F\u009F\u00AD\u200B\u200D\u2581\uFEFF\uFFFD\u0301\u3000\u001C".toList()
    }
}
