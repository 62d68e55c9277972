"""Writing the files of a folder so that a failure leaves the earlier ones as they were."""

import os
from collections.abc import Callable
from pathlib import Path

from safetensors import SafetensorError

from albert_tf.errors import CheckpointError
from albert_tf.operating_system import move_file, sync_folder

Content = str | bytes | Callable[[Path], None]


def write_files(folder: Path, files: dict[str, Content]) -> Path:
    """Writes files under temporary names, then moves all of them into place.

    Args:
        folder: created when missing.
        files: by name, a text, bytes, or a function that writes to the path it is given.
            They are moved in this order, so the file that makes sense of the others comes last.

    Returns:
        The folder.

    Raises:
        CheckpointError: when something cannot be written, as on a full disk, or cannot be replaced, as a file that a
            program has open on Windows. The temporary files are removed, and the message says which of the earlier
            files are intact.
    """
    # Always the same names, so that what a killed process left behind is overwritten.
    temporary = {name: folder / f".{name}.tmp" for name in files}
    moved = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            _write(temporary[name], content)
        for name, path in temporary.items():
            move_file(path, folder / name)
            moved.append(name)
        sync_folder(folder)
    except (OSError, SafetensorError) as error:
        unchanged = "files that stood there are unchanged"
        if moved:
            unchanged = f"{', '.join(moved)} there is new, what else stood there is unchanged"
        raise CheckpointError(
            f"cannot write the checkpoint to {folder}: {error}; {unchanged}, so free some space or choose another "
            "folder, and save again"
        ) from error
    finally:
        for path in temporary.values():
            if path.exists():
                path.unlink()
    return folder


def _write(path: Path, content: Content) -> None:
    path.touch()
    mode = path.stat().st_mode
    if isinstance(content, str):
        # A report names the file, whose name may hold bytes that are no UTF-8: Python has them as lone surrogates.
        path.write_text(content, "utf-8", errors="backslashreplace", newline="\n")
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)
        path.chmod(mode)  # safetensors lets nobody but the owner read its files
    # On disk before the move, or a power cut could leave an empty file.
    with path.open("rb+") as file:
        os.fsync(file.fileno())
