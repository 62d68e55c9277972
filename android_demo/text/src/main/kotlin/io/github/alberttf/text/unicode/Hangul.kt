package io.github.alberttf.text.unicode

/** The decomposition of Hangul syllables into letters, which is arithmetic (The Unicode Standard, section 3.12). */
internal object Hangul {
    const val FIRST_SYLLABLE = 0xAC00
    const val LAST_SYLLABLE = 0xD7A3

    const val FIRST_LEAD = 0x1100
    const val FIRST_VOWEL = 0x1161
    const val BEFORE_FIRST_TRAIL = 0x11A7
    const val VOWELS = 21
    const val TRAILS = 28 // with none

    /** Calls [emit] with the two or three letters of a syllable. */
    inline fun decompose(
        syllable: Int,
        emit: (codePoint: Int) -> Unit,
    ) {
        val index = syllable - FIRST_SYLLABLE
        emit(FIRST_LEAD + index / (VOWELS * TRAILS))
        emit(FIRST_VOWEL + index % (VOWELS * TRAILS) / TRAILS)
        val trail = index % TRAILS
        if (trail != 0) emit(BEFORE_FIRST_TRAIL + trail)
    }
}
