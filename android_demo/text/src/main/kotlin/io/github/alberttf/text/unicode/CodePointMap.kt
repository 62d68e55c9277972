package io.github.alberttf.text.unicode

/**
 * What some code points become: none, one or several others.
 *
 * @param keys the code points, ascending.
 * @param starts where the targets of each key begin in [targets], and at last where they all end.
 */
internal class CodePointMap(
    private val keys: IntArray,
    private val starts: IntArray,
    private val targets: IntArray,
) {
    val size: Int get() = keys.size

    /** The code point number [index]. */
    fun key(index: Int): Int = keys[index]

    /** What code point number [index] becomes. */
    fun targets(index: Int): IntArray = targets.copyOfRange(starts[index], starts[index + 1])

    /** What [codePoint] becomes, or null if it stays. */
    operator fun get(codePoint: Int): IntArray? {
        var low = 0
        var high = keys.size - 1
        while (low <= high) {
            val middle = (low + high) ushr 1
            when {
                keys[middle] < codePoint -> low = middle + 1
                keys[middle] > codePoint -> high = middle - 1
                else -> return targets(middle)
            }
        }
        return null
    }
}
