package org.tensorflow.lite

import org.bytedeco.javacpp.BytePointer
import org.bytedeco.tensorflowlite.TfLiteTensor
import org.bytedeco.tensorflowlite.global.tensorflowlite.TfLiteTensorCopyFromBuffer
import org.bytedeco.tensorflowlite.global.tensorflowlite.TfLiteTensorCopyToBuffer
import org.bytedeco.tensorflowlite.global.tensorflowlite.kTfLiteFloat32
import org.bytedeco.tensorflowlite.global.tensorflowlite.kTfLiteInt32
import java.nio.ByteBuffer
import java.nio.ByteOrder

/**
 * An array of numbers with one to three axes, as inputs and outputs of models are.
 *
 * @param values an `IntArray`, a `FloatArray`, an array of such of one size, or an array of those.
 * @throws IllegalArgumentException if it is anything else.
 */
internal class HostArray(
    values: Any,
) {
    private val rows: List<Any> = rowsOf(values)

    private val columns: Int = rows.map(::sizeOf).distinct().singleOrNull() ?: throw unknown(values)

    private val type = if (rows.all { it is IntArray }) kTfLiteInt32 else kTfLiteFloat32

    val shape: IntArray =
        when {
            values !is Array<*> -> intArrayOf(columns)
            values[0] is Array<*> -> intArrayOf(values.size, rows.size / values.size, columns)
            else -> intArrayOf(rows.size, columns)
        }

    private val bytes = rows.size.toLong() * columns * Int.SIZE_BYTES

    /** Writes the numbers into a tensor. */
    fun copyTo(
        tensor: TfLiteTensor,
        name: String,
    ) = transfer(tensor, name) { pointer, buffer ->
        for (row in rows) {
            when (row) {
                is IntArray -> for (value in row) buffer.putInt(value)
                is FloatArray -> for (value in row) buffer.putFloat(value)
            }
        }
        TfLiteTensorCopyFromBuffer(tensor, pointer, bytes)
    }

    /** Takes the numbers out of a tensor. */
    fun copyFrom(
        tensor: TfLiteTensor,
        name: String,
    ) = transfer(tensor, name) { pointer, buffer ->
        val status = TfLiteTensorCopyToBuffer(tensor, pointer, bytes)
        for (row in rows) {
            when (row) {
                is IntArray -> for (i in row.indices) row[i] = buffer.getInt()
                is FloatArray -> for (i in row.indices) row[i] = buffer.getFloat()
            }
        }
        status
    }

    private inline fun transfer(
        tensor: TfLiteTensor,
        name: String,
        move: (BytePointer, ByteBuffer) -> Int,
    ) {
        require(
            tensor.type() == type,
        ) { "$name has the type ${tensor.type()} of TensorFlow Lite; got an array of $type" }
        require(tensor.bytes() == bytes) { "$name has ${tensor.bytes()} bytes; got an array of $bytes" }
        BytePointer(bytes).use { pointer ->
            val status = move(pointer, pointer.asByteBuffer().order(ByteOrder.nativeOrder()))
            check(status == 0) { "Internal error: cannot copy $name: status $status" }
        }
    }

    private fun rowsOf(values: Any): List<Any> =
        if (values is Array<*>) values.flatMap { rowsOf(it ?: throw unknown(values)) } else listOf(values)

    private fun sizeOf(row: Any): Int =
        when (row) {
            is IntArray -> row.size
            is FloatArray -> row.size
            else -> throw unknown(row)
        }

    private fun unknown(values: Any) =
        IllegalArgumentException(
            "got ${values.javaClass.simpleName}; expected IntArray, FloatArray, or an array of such, all of one size",
        )
}
