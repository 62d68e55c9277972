"""The layout of SentencePiece's compiled character map, for what reads it and what writes it.

A model normalizes a text by replacing, from left to right, the longest prefix that its map knows. The map
(`precompiled_charsmap` of `sentencepiece_model.proto`) is a double-array trie as darts-clone lays it out, behind its
size in bytes, followed by the replacements, each ended by a NUL.

A unit of the trie is a 32-bit number: bits 0 to 7 its label, bit 8 whether a key ends here, bit 10 and up the offset to
its children, as the exclusive or of both positions, which bit 9 scales by 256; bit 31 marks a unit that holds a value,
bits 0 to 30: where the replacement begins.
"""

import struct

import numpy as np

from albert_tf.errors import CheckpointError

LABEL = 0x800000FF  # bit 31 too: a value is no child
VALUE, HAS_VALUE = 0x7FFFFFFF, 0x80000000
ENDS = 1 << 8
_FAR, _FAR_SHIFT, _OFFSET_SHIFT = 1 << 9, 8, 10
MOST_UNITS = 1 << 31 - _OFFSET_SHIFT
"""So many units are reached without far offsets."""


def split_map(content: bytes) -> tuple[list[int], bytes]:
    """Returns the units and the replacements of a compiled map.

    Raises:
        CheckpointError: when its sizes contradict each other.
    """
    size = struct.unpack_from("<I", content)[0] if len(content) >= 4 else 0
    if size < 4 or size % 4 or size > len(content) - 5 or content[-1]:
        raise damaged(f"it claims a trie of {size} bytes in {len(content)}")
    return np.frombuffer(content, "<u4", size // 4, 4).tolist(), content[4 + size :]


def join_map(units: list[int], replacements: bytes) -> bytes:
    """Returns the compiled map of units and replacements."""
    trie = np.array(units, "<u4").tobytes()
    return struct.pack("<I", len(trie)) + trie + replacements


def children_of(position: int, unit: int) -> int:
    """Returns where the children of a unit are.

    The child with a label is at the exclusive or of this number and the label.
    """
    return position ^ (unit >> _OFFSET_SHIFT << (_FAR_SHIFT if unit & _FAR else 0))


def offset_bits(position: int, children: int) -> int:
    """Returns the bits of a unit that say where its children are, below `MOST_UNITS`."""
    return (position ^ children) << _OFFSET_SHIFT


def replacement_at(replacements: bytes, unit: int) -> str:
    """Returns the replacement that a unit with a value stands for.

    Raises:
        CheckpointError: when there is none.
    """
    start = unit & VALUE
    end = replacements.find(b"\0", start)
    if end < 0:
        raise damaged(f"it refers to byte {start} of {len(replacements)}")
    return text_of(replacements[start:end])


def text_of(content: bytes) -> str:
    """Returns the text of a key or of a replacement.

    Raises:
        CheckpointError: when it is no UTF-8.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise damaged(f"{content!r} is not UTF-8") from error


def damaged(what: str) -> CheckpointError:
    """Returns what is raised for a map that contradicts itself."""
    return CheckpointError(
        f"the character map of the SentencePiece model is damaged: {what}; copy the .model file again from where it "
        "came from"
    )
