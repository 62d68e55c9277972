package io.github.alberttf.text.buffers

/** A growing array of ints that keeps its memory when it is cleared. */
internal class IntBuilder(
    capacity: Int = 64,
) {
    /** Where the values are; replaced when it grows. Only the first [size] count. */
    var values = IntArray(capacity)
        private set

    var size = 0
        private set

    fun clear() {
        size = 0
    }

    /** Forgets all but the first [newSize] values. */
    fun truncate(newSize: Int) {
        size = newSize
    }

    operator fun get(index: Int): Int = values[index]

    operator fun set(
        index: Int,
        value: Int,
    ) {
        values[index] = value
    }

    fun append(value: Int) {
        if (size == values.size) values = values.copyOf(maxOf(2 * size, 16))
        values[size++] = value
    }

    fun toIntArray(): IntArray = values.copyOf(size)
}
