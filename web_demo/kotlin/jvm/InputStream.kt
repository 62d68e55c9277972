package java.io

/** The JVM's class of that name, as far as the tokenizer uses it: something to read to its end. */
public class InputStream(
    private val content: ByteArray,
) : AutoCloseable {
    /** Returns what there is to read. */
    public fun readBytes(): ByteArray = content

    override fun close() {}
}
