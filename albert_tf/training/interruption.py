"""Ctrl-C during training: finish the step, keep a checkpoint, say where it is."""

import signal
import sys
import threading
from pathlib import Path


class TrainingInterrupted(KeyboardInterrupt):
    """Training stopped at the user's wish, and can be resumed.

    Args:
        where: the step, in words.
        step: updates done.
        checkpoint: the newest checkpoint, or None when there is none yet.
        run_dir: the folder of the run.
    """

    def __init__(self, where: str, step: int, checkpoint: Path | None, run_dir: Path):
        self.step = step
        self.checkpoint = checkpoint
        self.run_dir = run_dir
        place = f"checkpoint: {checkpoint}" if checkpoint else "there is no checkpoint yet"
        super().__init__(f"stopped at {where}; {place}")


class InterruptFlag:
    """While it is entered, the first Ctrl-C sets `is_set`, and the second stops at once.

    Python delivers signals to the main thread only; in another thread Ctrl-C works as usual.
    """

    def __init__(self):
        self.is_set = False
        self._earlier = None

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            self._earlier = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *exception):
        if self._earlier is not None:
            signal.signal(signal.SIGINT, self._earlier)

    def _note(self, number, frame):
        if self.is_set:
            raise KeyboardInterrupt
        self.is_set = True
        message = "\nfinishing this step to write a checkpoint; Ctrl-C again stops at once"
        print(message, file=sys.stderr, flush=True)
