// What `Jvm.kt` of the library is on the JVM, for JavaScript.
package io.github.alberttf.text

private val resources: MutableMap<String, ByteArray> = mutableMapOf()

/** Gives the library a file that comes with it, before it is asked for. */
internal fun setResource(
    name: String,
    content: ByteArray,
) {
    resources[name] = content
}

/** The content of a file that comes with the library. */
internal fun resource(name: String): ByteArray =
    resources[name] ?: error("$name is missing; it comes with albert-web, and is given where a file is loaded")

/** Something that is used by one after the other; JavaScript has one thread. */
internal class Spare<T : Any> {
    private var idle: T? = null

    fun take(): T? = idle.also { idle = null }

    fun giveBack(value: T) {
        idle = value
    }
}
