package io.github.alberttf.text.unicode

/**
 * A set of code points.
 *
 * @param ranges first and last code point of each range, ascending.
 */
internal class CodePointSet(
    val ranges: IntArray,
) {
    operator fun contains(codePoint: Int): Boolean {
        var low = 0
        var high = ranges.size / 2 - 1
        while (low <= high) {
            val middle = (low + high) ushr 1
            when {
                codePoint < ranges[2 * middle] -> high = middle - 1
                codePoint > ranges[2 * middle + 1] -> low = middle + 1
                else -> return true
            }
        }
        return false
    }

    inline fun forEach(action: (codePoint: Int) -> Unit) {
        for (i in ranges.indices step 2) for (codePoint in ranges[i]..ranges[i + 1]) action(codePoint)
    }
}
