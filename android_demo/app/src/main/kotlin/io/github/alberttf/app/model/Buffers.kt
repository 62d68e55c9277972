package io.github.alberttf.app.model

import java.nio.Buffer
import java.nio.ByteBuffer

/**
 * A part of a buffer as a buffer of its own, with the byte order of this one.
 *
 * @throws IllegalArgumentException if it lies outside this one.
 */
internal fun ByteBuffer.part(
    offset: Int,
    size: Int,
): ByteBuffer {
    val view = duplicate()
    val bounds: Buffer = view // ByteBuffer's own versions of these came to Android after 8.0
    bounds.clear()
    bounds.limit(offset + size)
    bounds.position(offset)
    return view.slice().order(order())
}

/** All of a buffer, from its beginning to its capacity. */
internal fun ByteBuffer.whole(): ByteBuffer = part(0, capacity())

/** What is left of a buffer. */
internal fun ByteBuffer.toByteArray(): ByteArray = ByteArray(remaining()).also { get(it) }
