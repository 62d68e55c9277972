package io.github.alberttf.text.unicode

/**
 * The lower case of the capital sigma, which depends on its place in the word: the one such rule that Python's
 * `str.lower` has (Unicode, SpecialCasing.txt, `Final_Sigma`).
 *
 * A sigma is final when the nearest character before it that is not case-ignorable is cased, and the nearest one after
 * it is not.
 */
internal class FinalSigma(
    private val cased: CodePointSet,
    private val caseIgnorable: CodePointSet,
) {
    /** Replaces every capital sigma among the first [size] code points; the others may be in lower case already. */
    fun lower(
        codePoints: IntArray,
        size: Int,
    ) {
        for (i in 0 until size) {
            if (codePoints[i] != Substitutions.CAPITAL_SIGMA) continue
            val endsWord = isCasedNext(codePoints, i, -1, size) && !isCasedNext(codePoints, i, 1, size)
            codePoints[i] = if (endsWord) FINAL_SIGMA else SMALL_SIGMA
        }
    }

    private fun isCasedNext(
        codePoints: IntArray,
        from: Int,
        step: Int,
        size: Int,
    ): Boolean {
        var i = from + step
        while (i in 0 until size && codePoints[i] in caseIgnorable) i += step
        return i in 0 until size && codePoints[i] in cased
    }

    private companion object {
        const val FINAL_SIGMA = 0x3C2
        const val SMALL_SIGMA = 0x3C3
    }
}
