"""A process that answers its parent in lines of JSON objects; whatever else it prints is passed over."""

import json
import os
import subprocess
import tempfile

from benchmarks.environments import QUIET, PeerError, last_line
from benchmarks.machine import ROOT


class Child:
    """A running process.

    Args:
        name: of it, for messages.
        command: its program and arguments.
        **variables: of its environment, beside this process's own.
    """

    def __init__(self, name: str, command: list[str], **variables: str):
        self.name = name
        # Not a pipe, which could fill up and stop it.
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  open as long as the process
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=ROOT,
            env={**os.environ, **QUIET, **variables},
        )

    def ask(self, question: dict) -> dict:
        """Sends a question, and returns the answer.

        Raises:
            PeerError: when the process ends instead.
        """
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # the answer that does not come says why
        return self.answer()

    def answer(self) -> dict:
        """Waits for the next answer.

        Raises:
            PeerError: when the process ends instead: with the last line of its errors.
        """
        for line in self._process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise PeerError(f"{self.name} ended: {self.close()}")

    def close(self) -> str:
        """Ends the process, and returns the last line of its errors."""
        if self._errors.closed:
            return ""
        try:
            self._process.communicate()
        except BrokenPipeError:
            self._process.wait()
        self._errors.seek(0)
        error = last_line(self._errors.read())
        self._errors.close()
        return error
