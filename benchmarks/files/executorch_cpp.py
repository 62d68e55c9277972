"""Compiles the C++ program that runs ExecuTorch with its weight cache, against the libraries in ExecuTorch's wheel."""

import shutil
import subprocess
from pathlib import Path

from benchmarks import engines
from benchmarks.files.executorch_int8 import program_path

SOURCE = Path(engines.__file__).with_name("executorch_weight_cache.cpp")
LIBRARIES = (
    "executorch",
    "executorch_backend_xnnpack",
    "executorch_kernels_optimized",
    "executorch_kernels_quantized",
    "executorch_threadpool",
)
C10 = "executorch/runtime/core/portable_type/c10"
"""Where the wheel keeps the headers that it shares with PyTorch."""
PACKAGES = ("executorch",)


def make(checkpoint: Path, folder: Path, length: int) -> list[dict]:
    """Compiles the program, for the files that `executorch_int8` wrote; returns the descriptions of both."""
    runner = compile_runner(folder)
    made = []
    for name, fixed in (
        ("ExecuTorch int8, tuned, C++ weight cache", length),
        ("ExecuTorch int8, tuned, C++ weight cache, any length", None),
    ):
        path = program_path(folder, tuned=True, length=fixed)
        if not path.is_file():
            raise FileNotFoundError(f"{path.name} was not written")
        made.append(
            {
                "name": name,
                "engine": "executorch_weight_cache",
                "runner": str(runner),
                "path": str(path),
                "fixed": fixed,
            }
        )
    return made


def compile_runner(folder: Path) -> Path:
    """Returns the compiled program.

    Raises:
        FileNotFoundError: without a C++ compiler, or where ExecuTorch's wheel holds no libraries.
        ChildProcessError: when the compiler fails.
    """
    import executorch

    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        raise FileNotFoundError("no C++ compiler: neither g++ nor clang++ is installed")
    wheel = Path(executorch.__path__[0])
    if not (wheel / "lib" / "libexecutorch.so").is_file():
        raise FileNotFoundError(f"ExecuTorch's wheel has no libraries for C++ in {wheel / 'lib'}")
    runner = folder / "executorch_weight_cache"
    command = [
        compiler,
        "-std=c++17",
        "-O2",
        "-DC10_USING_CUSTOM_GENERATED_MACROS",
        f"-I{wheel / 'include'}",
        f"-I{wheel / 'include' / C10}",
        str(SOURCE),
        "-o",
        str(runner),
        f"-L{wheel / 'lib'}",
        f"-Wl,-rpath,{wheel / 'lib'}",
        "-Wl,--no-as-needed",  # operators and backend register themselves: nothing names them
        *(f"-l{name}" for name in LIBRARIES),
    ]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        errors = [line for line in run.stderr.splitlines() if "error" in line]
        raise ChildProcessError(f"{compiler} failed: {(errors or ['no message'])[0]}")
    return runner
