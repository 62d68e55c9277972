"""The lines of a text file, plain or gzip, read as they come: the file may be larger than memory."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from albert_tf.errors import DataError

GZIP_MAGIC = b"\x1f\x8b"


def text_lines(path: str | Path) -> Iterator[tuple[int, str]]:
    r"""Yields the lines of a UTF-8 text file with their numbers from 1, without their line ends.

    Only `\n` and `\r\n` end a line; the other characters that `str.splitlines` cuts at do not. A byte-order mark is
    dropped.

    Args:
        path: the file; gzip is found out from its content, not from its name.

    Raises:
        DataError: the file is missing, a folder, unreadable, a broken gzip file, or not UTF-8; the message names
            file and line.
    """
    path = Path(path)
    number = 0
    try:
        with _open(path) as file:
            for number, line in enumerate(file, 1):
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                yield number, text.rstrip("\r\n")
    except UnicodeDecodeError:
        raise DataError(
            f"{path}:{number}: not UTF-8; convert it first, e.g. with iconv -f latin1 -t utf-8"
        ) from None
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; check the path") from None
    except IsADirectoryError:
        raise DataError(f"{path}: is a directory; name the files inside it") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(
            f"{path}: broken gzip file after line {number} ({error}); download or compress it again"
        ) from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from None


def _open(path):
    with path.open("rb") as file:
        magic = file.read(len(GZIP_MAGIC))
    if magic == GZIP_MAGIC:
        return gzip.open(path, "rb")
    if path.suffix == ".gz" and magic:
        raise DataError(f"{path}: not a gzip file despite its name; remove .gz from the name")
    return path.open("rb")
