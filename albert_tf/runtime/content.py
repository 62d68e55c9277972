"""The bytes of a TFLite file, wherever they come from."""

import os
from pathlib import Path

from albert_tf.errors import ExportError

IDENTIFIER = b"TFL3"


def is_tflite(content: bytes) -> bool:
    """Whether `content` starts as a TFLite file does."""
    return len(content) >= 8 and content[4:8] == IDENTIFIER


def read_content(file: str | Path | bytes) -> tuple[bytes, str]:
    """Returns the bytes of a TFLite file and a name for messages.

    Raises:
        ExportError: when it cannot be read or is no TFLite file.
    """
    if isinstance(file, bytes | bytearray | memoryview):
        content, name = bytes(file), "the content"
    elif isinstance(file, str | os.PathLike):
        name = os.fspath(file)
        try:
            content = Path(file).read_bytes()
        except (OSError, ValueError) as error:  # a path that holds a NUL is a ValueError
            reason = getattr(error, "strerror", None) or str(error)
            raise ExportError(f"cannot read {name}: {reason}; expected a .tflite file") from error
    else:
        raise ExportError(
            f"got a {type(file).__name__}; expected the path of a .tflite file, or its bytes"
        )
    if not is_tflite(content):
        raise ExportError(
            f"{name} is no TFLite file: {len(content):,} bytes that start with {content[:8]!r}; "
            "expected the marker b'TFL3' at byte 4"
        )
    return content, name
