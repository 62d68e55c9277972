// All that the library has of the JVM. `web_demo/kotlin/JavaScript.kt` has the same for JavaScript, where this file is
// left out; everything else is Kotlin for both.
package io.github.alberttf.text

import java.io.InputStream
import java.util.concurrent.atomic.AtomicReference

/**
 * Reads a SentencePiece model or a `vocab.txt`.
 *
 * @param stream the content of the file; it is read to its end, and not closed.
 * @param options how texts are treated.
 * @throws InvalidModelException if it is neither a unigram model nor a `vocab.txt`, or damaged.
 * @throws IllegalArgumentException if the vocabulary lacks a special token.
 * @throws java.io.IOException if the stream cannot be read.
 */
public fun AlbertTokenizer.Companion.read(
    stream: InputStream,
    options: TokenizerOptions = TokenizerOptions(),
): AlbertTokenizer = fromBytes(stream.readBytes(), options)

/**
 * The content of a file that comes with the library.
 *
 * @param name of the file, such as `unicode.txt`.
 */
internal fun resource(name: String): ByteArray {
    // Absolute, so that it does not move when a shrinker puts the class into another package.
    val path = "/io/github/alberttf/text/$name"
    val stream =
        AlbertTokenizer::class.java.getResourceAsStream(path)
            ?: error("the resource $path is missing; keep the resources of the text library when packaging")
    return stream.use { it.readBytes() }
}

/** Something that one thread at a time may use: who takes it while another has it gets null, and makes its own. */
internal class Spare<T : Any> {
    private val idle = AtomicReference<T?>()

    fun take(): T? = idle.getAndSet(null)

    fun giveBack(value: T) = idle.set(value)
}
