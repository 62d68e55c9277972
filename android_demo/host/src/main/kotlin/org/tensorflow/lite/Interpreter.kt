package org.tensorflow.lite

import org.bytedeco.javacpp.BytePointer
import org.bytedeco.javacpp.Pointer
import org.bytedeco.tensorflowlite.BuiltinOpResolver
import org.bytedeco.tensorflowlite.FlatBufferModel
import org.bytedeco.tensorflowlite.InterpreterBuilder
import org.bytedeco.tensorflowlite.TfLiteTensor
import java.nio.ByteBuffer
import org.bytedeco.tensorflowlite.Interpreter as NativeInterpreter

/**
 * TensorFlow Lite's Android class of this name, for the host: the part of it that the app's engine uses, with the same
 * signatures, over the desktop build of the same C++ library. First on the class path, it lets the app's classes run
 * unchanged.
 *
 * What runs here need not run in an app with another version of TensorFlow Lite: operators and their versions are those of
 * the library on the class path.
 *
 * @param model a file, in a direct buffer that stays as it is while the interpreter is in use.
 * @param options how to run it.
 * @throws IllegalArgumentException if the file is none, or the library lacks an operator of it.
 */
public class Interpreter(
    model: ByteBuffer,
    options: Options,
) : AutoCloseable {
    /** How to run a model. */
    public class Options {
        internal var threads: Int = -1
            private set

        /** Sets how many threads one run may use. */
        public fun setNumThreads(numThreads: Int): Options = apply { threads = numThreads }
    }

    private val bytes: BytePointer
    private val graph: FlatBufferModel
    private val resolver: BuiltinOpResolver
    private val interpreter: NativeInterpreter
    private var isAllocated = false

    init {
        require(model.isDirect) { "the model is in a buffer on the heap; expected a direct one" }
        bytes = BytePointer(model)
        // Named as Android's class names it.
        graph = FlatBufferModel.VerifyAndBuildFromBuffer(bytes, model.capacity().toLong(), null, null)
            ?: throw IllegalArgumentException("ByteBuffer is not a valid TensorFlow Lite model flatbuffer")
        resolver = BuiltinOpResolver()
        interpreter = NativeInterpreter(null as Pointer?)
        val status =
            InterpreterBuilder(graph, resolver).use { builder ->
                builder.SetNumThreads(options.threads)
                builder.apply(interpreter)
            }
        if (status != OK || interpreter.isNull) {
            free()
            throw IllegalArgumentException("Internal error: Cannot create interpreter; the log says why")
        }
    }

    /**
     * Runs a signature; inputs of another shape than before resize the graph.
     *
     * @param inputs arrays by name.
     * @param outputs arrays by name, of the outputs' shapes, which are filled.
     * @param signatureKey which signature.
     * @throws IllegalArgumentException if the file has no such signature, or an array does not fit.
     * @throws IllegalStateException if the library cannot run the graph, or the interpreter is closed.
     */
    public fun runSignature(
        inputs: Map<String, Any>,
        outputs: Map<String, Any>,
        signatureKey: String,
    ) {
        check(!interpreter.isNull) { "Internal error: The Interpreter has already been closed." }
        val subgraph = interpreter.GetSubgraphIndexFromSignature(signatureKey)
        require(subgraph >= 0) { "there is no signature $signatureKey" }
        val run = if (subgraph == 0) PrimaryRun(signatureKey) else SignatureRun(signatureKey)
        for ((name, values) in inputs) {
            val array = HostArray(values)
            if (array.shape.contentEquals(shape(run.input(name)))) continue
            isAllocated = isAllocated && subgraph != 0
            succeed(run.resize(name, array.shape), "resize $name to ${array.shape.contentToString()}")
        }
        succeed(run.allocate(), "Unexpected failure when preparing tensor allocations")
        for ((name, values) in inputs) HostArray(values).copyTo(run.input(name), name)
        succeed(run.invoke(), "Failed to run on the given Interpreter")
        for ((name, values) in outputs) HostArray(values).copyFrom(run.output(name), name)
    }

    /** Frees everything. Later calls do nothing. */
    override fun close() {
        if (!interpreter.isNull) free()
    }

    private fun free() {
        interpreter.close()
        resolver.close()
        graph.close()
        interpreter.setNull()
    }

    private fun shape(tensor: TfLiteTensor): IntArray {
        val dimensions = tensor.dims()
        return IntArray(dimensions.size()) { dimensions.data(it) }
    }

    private fun succeed(
        status: Int,
        action: String,
    ) {
        check(status == OK) { "Internal error: $action: status $status; the log says why" }
    }

    /** One signature's tensors and functions. */
    private interface Run {
        fun input(name: String): TfLiteTensor

        fun output(name: String): TfLiteTensor

        fun resize(
            name: String,
            shape: IntArray,
        ): Int

        fun allocate(): Int

        fun invoke(): Int
    }

    /** The first graph of a file runs without a signature runner, as in Android's class. */
    private inner class PrimaryRun(
        private val key: String,
    ) : Run {
        private val inputs = interpreter.signature_inputs(key)
        private val outputs = interpreter.signature_outputs(key)

        override fun input(name: String): TfLiteTensor = interpreter.tensor(index(name))

        override fun output(name: String): TfLiteTensor = known(name, interpreter.output_tensor_by_signature(name, key))

        override fun resize(
            name: String,
            shape: IntArray,
        ): Int = interpreter.ResizeInputTensor(index(name), shape)

        override fun allocate(): Int =
            if (isAllocated) OK else interpreter.AllocateTensors().also { isAllocated = it == OK }

        override fun invoke(): Int = interpreter.Invoke()

        private fun index(name: String): Int {
            known(name, interpreter.input_tensor_by_signature(name, key))
            return inputs.get(name)
        }
    }

    private inner class SignatureRun(
        key: String,
    ) : Run {
        private val runner = interpreter.GetSignatureRunner(key)

        override fun input(name: String): TfLiteTensor = known(name, runner.input_tensor(name))

        override fun output(name: String): TfLiteTensor = known(name, runner.output_tensor(name))

        override fun resize(
            name: String,
            shape: IntArray,
        ): Int = runner.ResizeInputTensor(name, shape)

        override fun allocate(): Int = runner.AllocateTensors()

        override fun invoke(): Int = runner.Invoke()
    }

    private companion object {
        private const val OK = 0

        private fun known(
            name: String,
            tensor: TfLiteTensor?,
        ): TfLiteTensor =
            requireNotNull(tensor?.takeUnless { it.isNull }) { "Input error: the graph has no tensor $name" }
    }
}
