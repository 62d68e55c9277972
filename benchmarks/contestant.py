"""An engine's process with one file, as its parent sees it."""

import json

from benchmarks.child import Child
from benchmarks.environments import python_of


class Contestant(Child):
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
        self.fixed = file["fixed"]
        length = self.fixed or length
        if "runner" in file:
            command = [file["runner"], file["path"], str(length), str(threads)]
        else:
            settings = {key: file.get(key) for key in ("engine", "path", "controls")}
            settings |= {"length": length, "threads": threads}
            python = python_of(file.get("environment"))
            command = [python, "-m", "benchmarks.engine_child", json.dumps(settings)]
        super().__init__(file["name"], command, OMP_NUM_THREADS=str(threads))
        self.report = self.answer()

    def run(self, lengths: list[int]) -> dict:
        """Runs the model once at each length; returns `milliseconds` of each run, and `cpu_seconds` of all.

        Raises:
            PeerError: when the process ends instead.
        """
        return self.ask({"lengths": lengths})
