"""From a path to decoded text: compression and encoding, each found out and reported."""

import codecs
import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError

GZIP_MAGIC = b"\x1f\x8b"

# Longest first: the mark of UTF-32-LE begins with that of UTF-16-LE.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# What people rename to .csv, and what to do about it.
BINARY_KINDS = (
    (b"PK\x03\x04", "an Excel or zip file", "save the sheet as CSV (UTF-8) first"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file", "save the sheet as CSV (UTF-8) first"),
    (b"PAR1", "a Parquet file", "write it as CSV first (pandas: read_parquet, to_csv)"),
    (b"%PDF", "a PDF", "give a table of texts"),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV first"),
    (b"BZh", "a bzip2 file", "unpack it first"),
    (b"\xfd7zXZ", "an xz file", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", "unpack it first"),
    (b"ARROW1", "an Arrow file", "write it as CSV first (datasets: to_csv)"),
    (b"version https://git-lfs", "a Git LFS pointer", "fetch the file itself (git lfs pull)"),
)


@dataclass(frozen=True)
class DecodedFile:
    """A file's text with the encoding it was read in and notes on what was guessed."""

    text: str
    encoding: str
    notes: tuple[str, ...]


def check_exists(path: Path) -> None:
    """Says that a file is not there, before anything is done that takes time.

    Raises:
        DataError: it is missing.
    """
    if not path.exists():
        raise DataError(f"{path}: no such file; check the path")


def read_bytes(path: Path) -> bytes:
    """Return the content of `path`, unpacked when it is gzip.

    Raises:
        DataError: the path is missing, a directory, unreadable or a broken gzip file.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; check the path") from None
    except IsADirectoryError:
        raise DataError(f"{path}: is a directory; name a file inside it") from None
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}); check its permissions"
        ) from None
    if content.startswith(GZIP_MAGIC):
        try:
            return gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(
                f"{path}: broken gzip file ({error}); download or compress it again"
            ) from None
    if path.suffix == ".gz" and content:
        raise DataError(f"{path}: not a gzip file despite its name; remove .gz from the name")
    return content


def read_decoded(path: Path, encoding: str | None = None) -> DecodedFile:
    r"""Read a text file, plain or gzip, and find out its encoding.

    A byte-order mark decides; without one the file is UTF-8 if it is valid UTF-8, UTF-16 if every
    other byte is mostly zero, and otherwise Windows-1252, or Latin-1 where that has no character.
    Everything but UTF-8 is reported in the notes. No line ending is changed.

    Args:
        path: the file.
        encoding: a Python codec name; None finds it out.

    Returns:
        A `DecodedFile`.

    Raises:
        DataError: the file cannot be read, is empty, is binary, or does not decode as `encoding`.
    """
    content = read_bytes(path)
    for magic, kind, mend in BINARY_KINDS:
        if content.startswith(magic):
            raise DataError(f"{path}: this is {kind}, not text; {mend}")
    if content[:512].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise DataError(f"{path}: this is a web page, not a table; download the raw file")
    decoded = _sniff(content) if encoding is None else _decode_as(path, content, encoding)
    if not decoded.text.strip():
        raise DataError(f"{path}: the file is empty; it needs at least one line with a text")
    if "\x00" in decoded.text[:4096] and decoded.encoding in ("cp1252", "latin-1"):
        raise DataError(f"{path}: binary data, not text; give a csv, tsv or jsonl file")
    return decoded


def _decode_as(path: Path, content: bytes, encoding: str) -> DecodedFile:
    try:
        codec = codecs.lookup(encoding).name
    except LookupError:
        raise DataError(
            f"{path}: unknown encoding {encoding!r}; use for instance utf-8, utf-16 or cp1252"
        ) from None
    if codec == "utf-8" and content.startswith(codecs.BOM_UTF8):
        codec = "utf-8-sig"
    try:
        return DecodedFile(content.decode(codec), codec, ())
    except UnicodeError as error:
        place = ""
        if isinstance(error, UnicodeDecodeError):
            place = f" at line {_line_of(content, error.start)}"
        raise DataError(
            f"{path}: not valid {encoding}{place}; leave the encoding out to have it found out"
        ) from None


def _sniff(content: bytes) -> DecodedFile:
    for mark, codec in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            try:
                text = content.decode(codec)
            except UnicodeDecodeError:
                break
            note = f"read as {codec}, after its byte-order mark"
            return DecodedFile(text, codec, () if codec == "utf-8-sig" else (note,))
    codec = _utf16_without_mark(content)
    if codec:
        return DecodedFile(
            content.decode(codec), codec, (f"read as {codec}: every other byte is zero",)
        )
    try:
        return DecodedFile(content.decode("utf-8"), "utf-8", ())
    except UnicodeDecodeError as error:
        why = f"line {_line_of(content, error.start)} is not UTF-8"
    try:
        text, codec = content.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        text, codec = content.decode("latin-1"), "latin-1"
    return DecodedFile(
        text, codec, (f"read as {codec}, because {why}; pass the encoding if that is wrong",)
    )


def _utf16_without_mark(content: bytes) -> str | None:
    """Name the byte order of UTF-16 text in a Latin script: nearly every other byte is zero."""
    head = content[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if len(content) % 2 or max(even, odd) < 0.7 * half or min(even, odd) > 0.1 * half:
        return None
    codec = "utf-16-le" if odd > even else "utf-16-be"
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return None
    return codec


def _line_of(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
