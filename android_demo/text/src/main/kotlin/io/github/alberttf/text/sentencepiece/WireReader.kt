package io.github.alberttf.text.sentencepiece

import io.github.alberttf.text.InvalidModelException

/**
 * Reads the fields of one message in the wire format of protocol buffers.
 *
 * The format: https://protobuf.dev/programming-guides/encoding. Groups, which no SentencePiece model has, are refused.
 *
 * @param bytes holds the message.
 * @param position where it begins.
 * @param end one past its last byte.
 */
internal class WireReader(
    private val bytes: ByteArray,
    private var position: Int = 0,
    private val end: Int = bytes.size,
) {
    /** Number of the field that [next] moved to. */
    var fieldNumber = 0
        private set

    /** Wire type of the field that [next] moved to: [VARINT], [FIXED64], [LENGTH_DELIMITED] or [FIXED32]. */
    var wireType = 0
        private set

    /** Moves to the next field, whose value must then be read or skipped; false at the end of the message. */
    fun next(): Boolean {
        if (position == end) return false
        val at = position
        val tag = varint()
        val number = tag ushr 3
        if (number < 1 || number > MAX_FIELD_NUMBER) throw damaged(at, "a field has the number $number")
        fieldNumber = number.toInt()
        wireType = (tag and 7).toInt()
        return true
    }

    /** The value of a [VARINT] field. */
    fun varint(): Long {
        val at = position
        var value = 0L
        for (shift in 0 until 70 step 7) {
            if (position == end) throw damaged(at, "a number is cut off")
            val byte = bytes[position++].toInt()
            value = value or ((byte and 0x7F).toLong() shl shift)
            if (byte >= 0) return value
        }
        throw damaged(at, "a number has more than ten bytes")
    }

    /** The value of a [FIXED32] field as a float. */
    fun float(): Float {
        val at = claim(4)
        val bits =
            (bytes[at].toInt() and 0xFF) or
                ((bytes[at + 1].toInt() and 0xFF) shl 8) or
                ((bytes[at + 2].toInt() and 0xFF) shl 16) or
                (bytes[at + 3].toInt() shl 24)
        return Float.fromBits(bits)
    }

    /** The value of a [LENGTH_DELIMITED] field, a message, as a reader of its own. */
    fun message(): WireReader {
        val at = claimDelimited()
        return WireReader(bytes, at, position)
    }

    /** The value of a [LENGTH_DELIMITED] field as bytes. */
    fun bytes(): ByteArray {
        val at = claimDelimited()
        return bytes.copyOfRange(at, position)
    }

    /** Passes over the value of the field, whatever it is. */
    fun skip() {
        when (wireType) {
            VARINT -> varint()
            FIXED64 -> claim(8)
            LENGTH_DELIMITED -> claimDelimited()
            FIXED32 -> claim(4)
            else -> throw damaged(position, "field $fieldNumber has the wire type $wireType")
        }
    }

    private fun claimDelimited(): Int {
        val at = position
        val length = varint()
        if (length < 0 || length > end - position) {
            throw damaged(at, "field $fieldNumber claims $length bytes where ${end - position} are left")
        }
        return claim(length.toInt())
    }

    /** Where the next [count] bytes begin; moves past them. */
    private fun claim(count: Int): Int {
        if (count > end - position) throw damaged(position, "field $fieldNumber is cut off")
        val at = position
        position += count
        return at
    }

    private fun damaged(
        at: Int,
        what: String,
    ) = InvalidModelException(
        "not a SentencePiece model, or a damaged one: at byte $at $what; " +
            "expected the .model file that SentencePiece training writes: copy it again",
    )

    companion object {
        const val VARINT = 0
        const val FIXED64 = 1
        const val LENGTH_DELIMITED = 2
        const val FIXED32 = 5
        private const val MAX_FIELD_NUMBER = (1L shl 29) - 1
    }
}
