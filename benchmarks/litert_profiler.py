"""LiteRT's own profiler, operator by operator, inside WHILE bodies and XNNPACK too.

ai-edge-litert's Python has no way to it; its library `libLiteRt.so` has, in C. This is the least of that interface that
runs a file of fixed length and reads what the profiler saw.
"""

import ctypes
import dataclasses
from pathlib import Path

import numpy as np

CPU = 1
WRITE = 1
OPERATOR, DELEGATE_OPERATOR = 2, 8
"""Types of event: an operator of the file, and one of a delegate such as XNNPACK."""
CONTAINERS = ("WHILE", "CALL_ONCE", "IF")
"""Operators whose time is that of the operators inside them."""


class _Event(ctypes.Structure):
    _fields_ = (
        ("tag", ctypes.c_char_p),
        ("type", ctypes.c_int32),
        ("start", ctypes.c_uint64),
        ("microseconds", ctypes.c_uint64),
        ("memory", ctypes.c_int64 * 6),
        ("metadata", ctypes.c_uint64 * 2),
        ("source", ctypes.c_int32),
    )


@dataclasses.dataclass(frozen=True)
class OperatorTime:
    """An operator's run.

    Args:
        kind: its name, as LiteRT or XNNPACK gives it.
        microseconds: that it took.
    """

    kind: str
    microseconds: int


class ProfiledModel:
    """A TFLite file in LiteRT's CompiledModel on the CPU, with its profiler.

    Args:
        path: of a file of fixed shapes.
        threads: of XNNPACK.

    Raises:
        RuntimeError: when LiteRT refuses a call, naming it and its status.
    """

    def __init__(self, path: Path, threads: int = 1):
        import ai_edge_litert

        library = Path(ai_edge_litert.__path__[0]) / "libLiteRt.so"
        self._library = ctypes.CDLL(str(library))
        self._kept = []  # what the library points into
        self._environment = self._made("LiteRtCreateEnvironment", ctypes.c_int(0), None)
        self._file = self._made("LiteRtCreateModelFromFile", self._environment, str(path).encode())
        options = self._made("LiteRtCreateOptions")
        self._call("LiteRtSetOptionsHardwareAccelerators", options, ctypes.c_int(CPU))
        self._add_option(options, b"runtime_options_string", b"enable_profiling = true\n")
        self._add_option(options, b"xnnpack", b"num_threads = %d\n" % threads)
        self._model = self._made(
            "LiteRtCreateCompiledModel", self._environment, self._file, options
        )
        self._profiler = self._made("LiteRtCompiledModelGetProfiler", self._model)
        subgraph = self._made("LiteRtGetModelSubgraph", self._file, ctypes.c_size_t(0))
        self._inputs = self._buffers(subgraph, "Input")
        self._outputs = self._buffers(subgraph, "Output")

    def write(self, arrays: list[np.ndarray]) -> None:
        """Fills the inputs, in the file's order."""
        for buffer, array in zip(self._inputs, arrays, strict=True):
            handle = ctypes.c_void_p(buffer)
            memory = ctypes.c_void_p()
            self._call("LiteRtLockTensorBuffer", handle, ctypes.byref(memory), ctypes.c_int(WRITE))
            content = np.ascontiguousarray(array).tobytes()
            ctypes.memmove(memory, content, len(content))
            self._call("LiteRtUnlockTensorBuffer", handle)

    def run(self) -> None:
        """Runs the file once."""
        self._call(
            "LiteRtRunCompiledModel",
            self._model,
            ctypes.c_size_t(0),
            ctypes.c_size_t(len(self._inputs)),
            self._inputs,
            ctypes.c_size_t(len(self._outputs)),
            self._outputs,
        )

    def profile(self) -> list[OperatorTime]:
        """Runs the file once under the profiler; returns the time of each operator."""
        self._call("LiteRtResetProfiler", self._profiler)
        self._call("LiteRtStartProfiler", self._profiler)
        self.run()
        self._call("LiteRtStopProfiler", self._profiler)
        count = ctypes.c_int()
        self._call("LiteRtGetNumProfilerEvents", self._profiler, ctypes.byref(count))
        events = (_Event * count.value)()
        self._call("LiteRtGetProfilerEvents", self._profiler, count, events)
        return [
            OperatorTime(event.tag.decode(), event.microseconds)
            for event in events
            if event.type in (OPERATOR, DELEGATE_OPERATOR) and event.tag.decode() not in CONTAINERS
        ]

    def close(self) -> None:
        """Frees the model. Nothing else may be called after."""
        for buffer in (*self._inputs, *self._outputs):
            self._library.LiteRtDestroyTensorBuffer(ctypes.c_void_p(buffer))
        self._library.LiteRtDestroyCompiledModel(self._model)
        self._library.LiteRtDestroyModel(self._file)
        self._library.LiteRtDestroyEnvironment(self._environment)

    def _call(self, name, *arguments):
        status = getattr(self._library, name)(*arguments)
        if status != 0:
            raise RuntimeError(f"{name} answers with status {status}")

    def _made(self, name, *arguments):
        made = ctypes.c_void_p()
        self._call(name, *arguments, ctypes.byref(made))
        return made

    def _add_option(self, options, identifier, text):
        content = ctypes.create_string_buffer(text)
        nothing = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda pointer: None)
        self._kept += [content, nothing]
        option = self._made("LiteRtCreateOpaqueOptions", identifier, content, nothing)
        self._call("LiteRtAddOpaqueOptions", options, option)

    def _buffers(self, subgraph, kind):
        count = ctypes.c_size_t()
        self._call(f"LiteRtGetNumSubgraph{kind}s", subgraph, ctypes.byref(count))
        buffers = (ctypes.c_void_p * count.value)()
        for index in range(count.value):
            number = ctypes.c_size_t(index)
            tensor = self._made(f"LiteRtGetSubgraph{kind}", subgraph, number)
            kind_of_tensor = ctypes.create_string_buffer(256)  # larger than its struct
            self._call("LiteRtGetRankedTensorType", tensor, kind_of_tensor)
            wanted = self._made(
                f"LiteRtGetCompiledModel{kind}BufferRequirements",
                self._model,
                ctypes.c_size_t(0),
                number,
            )
            buffers[index] = self._made(
                "LiteRtCreateManagedTensorBufferFromRequirements",
                self._environment,
                kind_of_tensor,
                wanted,
            ).value
        return buffers
