package io.github.alberttf.text.unicode

import java.io.InputStream
import kotlin.reflect.KClass

/** The few members of the JVM's class of that name that the tokenizer uses. */
internal object Character {
    const val MIN_SUPPLEMENTARY_CODE_POINT: Int = 0x10000
    private const val HIGH_START = 0xD800
    private const val LOW_START = 0xDC00
    private const val BITS_OF_LOW = 10

    fun toCodePoint(
        high: Char,
        low: Char,
    ): Int = ((high.code - HIGH_START) shl BITS_OF_LOW) + (low.code - LOW_START) + MIN_SUPPLEMENTARY_CODE_POINT

    fun digit(
        character: Char,
        radix: Int,
    ): Int = character.digitToIntOrNull(radix) ?: -1
}

/** Files that are resources on the JVM, by name; who makes a tokenizer puts them here first. */
internal val resources: MutableMap<String, ByteArray> = mutableMapOf()

/** The JVM's class of a class, as far as it finds resources. */
internal object ResourceLoader {
    fun getResourceAsStream(name: String): InputStream? = resources[name]?.let(::InputStream)
}

internal val KClass<*>.java: ResourceLoader get() = ResourceLoader

/** The index of an element of a sorted array, or `-(index where it would stand) - 1`, as the JVM's. */
internal fun IntArray.binarySearch(element: Int): Int {
    var low = 0
    var high = lastIndex
    while (low <= high) {
        val middle = (low + high) ushr 1
        when {
            this[middle] < element -> low = middle + 1
            this[middle] > element -> high = middle - 1
            else -> return middle
        }
    }
    return -(low + 1)
}
