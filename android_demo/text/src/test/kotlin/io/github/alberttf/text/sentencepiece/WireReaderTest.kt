package io.github.alberttf.text.sentencepiece

import io.github.alberttf.text.InvalidModelException
import io.github.alberttf.text.WireWriter
import org.junit.Test
import kotlin.test.assertContains
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue

class WireReaderTest {
    @Test
    fun readsEveryWireType() {
        val inner = WireWriter().varint(7, 1).toByteArray()
        val content =
            WireWriter()
                .varint(1, 300)
                .varint(2, -1)
                .float(3, -2.5f)
                .bytes(4, byteArrayOf(1, 2))
                .bytes(536870911, inner)
                .toByteArray() + byteArrayOf(0x29, 1, 2, 3, 4, 5, 6, 7, 8)
        val reader = WireReader(content)
        assertTrue(reader.next() && reader.fieldNumber == 1 && reader.wireType == WireReader.VARINT)
        assertEquals(300L, reader.varint())
        assertTrue(reader.next())
        assertEquals(-1L, reader.varint())
        assertTrue(reader.next() && reader.wireType == WireReader.FIXED32)
        assertEquals(-2.5f, reader.float())
        assertTrue(reader.next())
        assertContentEquals(byteArrayOf(1, 2), reader.bytes())
        assertTrue(reader.next() && reader.fieldNumber == 536870911)
        val message = reader.message()
        assertTrue(message.next() && message.fieldNumber == 7)
        message.skip()
        assertFalse(message.next())
        assertTrue(reader.next() && reader.wireType == WireReader.FIXED64)
        reader.skip()
        assertFalse(reader.next())
    }

    @Test
    fun aMessageThatIsCutOffIsRefused() {
        val content =
            WireWriter()
                .varint(1, 300)
                .float(3, 1f)
                .bytes(4, ByteArray(200))
                .toByteArray()
        val fieldEnds = setOf(0, 3, 8)
        for (length in content.indices - fieldEnds) {
            val error = assertFailsWith<InvalidModelException>("at $length") { skipAll(content.copyOf(length)) }
            assertContains(error.message!!, "at byte")
        }
    }

    @Test
    fun whatNoMessageHasIsRefused() {
        val bad =
            mapOf(
                byteArrayOf(0, 0) to "the number 0",
                byteArrayOf(0x0B) to "wire type 3",
                ByteArray(12) { -1 } to "more than ten bytes",
                byteArrayOf(0x0A, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1) to "claims -1 bytes",
                byteArrayOf(0x0A, -1, -1, -1, -1, 7) to "claims 2147483647 bytes where 0 are left",
            )
        for ((content, message) in bad) {
            assertContains(assertFailsWith<InvalidModelException> { skipAll(content) }.message!!, message)
        }
    }

    private fun skipAll(content: ByteArray) {
        val reader = WireReader(content)
        while (reader.next()) reader.skip()
    }
}
