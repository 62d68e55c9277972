"""An engine's process with one file, as its parent sees it."""

import json
import os
import subprocess
import tempfile

from benchmarks.environments import PeerError, last_line, python_of
from benchmarks.machine import ROOT


class Contestant:
    """A process that has loaded a file; see `engine_child`.

    Args:
        file: the file's description: `name`, `engine`, `path`, `fixed` (its length, or None for any), and maybe
            `environment`, `controls`, `runner` (a program instead of `engine_child`).
        length: tokens to load for.
        threads: of the engine.

    Attributes:
        report: what loading cost, and the first answer.

    Raises:
        PeerError: when it ends before it answers.
    """

    def __init__(self, file: dict, length: int, threads: int):
        self.name, self.fixed = file["name"], file["fixed"]
        length = self.fixed or length
        if "runner" in file:
            command = [file["runner"], file["path"], str(length), str(threads)]
        else:
            settings = {key: file.get(key) for key in ("engine", "path", "controls")}
            settings |= {"length": length, "threads": threads}
            python = python_of(file.get("environment"))
            command = [python, "-m", "benchmarks.engine_child", json.dumps(settings)]
        # Not a pipe, which could fill up and stop it.
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  open as long as the process
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            cwd=ROOT,
            env={
                **os.environ,
                "OMP_NUM_THREADS": str(threads),
                "CUDA_VISIBLE_DEVICES": "",
                "HF_HUB_OFFLINE": "1",
            },
        )
        self.report = self._answer()

    def takes(self, length: int) -> bool:
        """Whether the file is made for inputs of `length` tokens."""
        return self.fixed in (None, length)

    def run(self, lengths: list[int]) -> dict:
        """Runs the model once at each length; returns `milliseconds` of each run, and `cpu_seconds` of all.

        Raises:
            PeerError: when the process ends instead.
        """
        try:
            self.process.stdin.write(json.dumps({"lengths": lengths}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # the answer that does not come says why
        return self._answer()

    def _answer(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        self.close()
        raise PeerError(f"{self.name} ended: {self.last_error}")

    def close(self):
        """Ends the process."""
        if self.errors.closed:
            return
        try:
            self.process.communicate()
        except BrokenPipeError:
            self.process.wait()
        self.errors.seek(0)
        self.last_error = last_line(self.errors.read())
        self.errors.close()
