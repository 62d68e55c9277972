package java.util.concurrent.atomic

/** The JVM's class of that name, for JavaScript's one thread. */
public class AtomicReference<T>(
    private var value: T? = null,
) {
    /** Replaces the value, and returns the earlier one. */
    public fun getAndSet(next: T?): T? = value.also { value = next }

    /** Replaces the value. */
    public fun set(next: T?) {
        value = next
    }
}
