"""`training.jsonl`: what happened in a run, one JSON object a line."""

import json
from pathlib import Path

from albert_tf.atomic_files import write_files
from albert_tf.errors import CheckpointError
from albert_tf.strict_json import finite


class TrainingLog:
    """Appends records to a file, so that a killed process loses half a line at most.

    Args:
        path: the file; created with the first record.
    """

    def __init__(self, path: Path):
        self.path = Path(path)

    def write(self, record: dict) -> None:
        """Appends a record; numbers that are not finite become null.

        Raises:
            CheckpointError: when it cannot be written, as on a full disk.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(finite(record)) + "\n")
        except OSError as error:
            raise CheckpointError(
                f"cannot write the log {self.path}: {error}; free some space and resume the run"
            ) from error

    def records(self) -> list[dict]:
        """Returns the records that are complete."""
        if not self.path.exists():
            return []
        records = []
        for line in self.path.read_text("utf-8").splitlines():
            try:
                records.append(json.loads(line))
            except json.JSONDecodeError:
                break  # the half line that a killed process left at the end
        return records

    def cut(self, batch: int) -> None:
        """Removes the records after a number of batches, which training is about to repeat.

        Raises:
            CheckpointError: when the file cannot be written; it stays as it was.
        """
        kept = [r for r in self.records() if r.get("batch", 0) <= batch]
        text = "".join(json.dumps(record) + "\n" for record in kept)
        write_files(self.path.parent, {self.path.name: text})
