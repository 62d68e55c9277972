"""SentencePiece's compiled character map: read as rules, and written from rules.

A SentencePiece model normalizes a text by replacing, from left to right, the longest prefix that its map knows.
The map (`precompiled_charsmap` of `sentencepiece_model.proto`) is a double-array trie as darts-clone lays it out,
behind its size in bytes, followed by the replacements, each ended by a NUL.

A unit of the trie is a 32-bit number: bits 0 to 7 its label, bit 8 whether a key ends here, bit 10 and up the
offset to its children, as the exclusive or of both positions; bit 31 marks a unit that holds a value, bits 0 to 30.
"""

import itertools
import struct

import numpy as np

from albert_tf.errors import ExportError

_BLOCK = 256
_OPEN_BLOCKS = 16  # how many blocks are searched for room; more save little and take longer
_LABEL = 0x800000FF  # bit 31 too: a value is no child
_VALUE = 0x7FFFFFFF
_NOTHING = 0x80000000  # no byte is its label
_ENDS, _FAR = 1 << 8, 1 << 9
_MOST = 1 << 21  # of units, without far offsets
_EXCLUSIVE_OR = np.arange(_BLOCK)[:, None] ^ np.arange(_BLOCK)[None, :]


def read_charsmap(content: bytes) -> dict[str, str]:
    """Returns every rule of a compiled map, from what is replaced to its replacement.

    Args:
        content: the compiled map; may be empty, which stands for no rules.

    Raises:
        ExportError: when it is damaged.
    """
    if not content:
        return {}
    try:
        (size,) = struct.unpack_from("<I", content)
        units = np.frombuffer(content, "<u4", count=size // 4, offset=4).tolist()
        return _rules(units, content[4 + size :])
    except (struct.error, ValueError, IndexError) as error:
        raise ExportError(
            f"the tokenizer's character map is damaged ({error}); copy the .model file again from "
            "where it came from"
        ) from error


def _rules(units, replacements):
    children: dict[int, list[tuple[int, int]]] = {}  # of each offset: label and position
    for position, unit in enumerate(units):
        if 0 < unit & _LABEL < _BLOCK:
            children.setdefault(position ^ (unit & _LABEL), []).append((unit & _LABEL, position))
    rules = {}
    waiting = [(b"", _children_at(units, 0))]
    while waiting:
        key, offset = waiting.pop()
        for label, position in children.get(offset, ()):
            longer, below = key + bytes([label]), _children_at(units, position)
            if units[position] & _ENDS:
                start = units[below] & _VALUE
                end = replacements.index(b"\0", start)
                rules[longer.decode("utf-8")] = replacements[start:end].decode("utf-8")
            waiting.append((longer, below))
    return rules


def _children_at(units, position):
    unit = units[position]
    return position ^ (unit >> 10 << (8 if unit & _FAR else 0))


def write_charsmap(rules: dict[str, str]) -> bytes:
    """Returns the compiled map of rules; equal rules always give equal bytes.

    Args:
        rules: from what is replaced to its replacement, which may be empty. No key may be empty, and
            neither side may hold a NUL.

    Raises:
        ExportError: when there are too many.
    """
    replacements, starts = bytearray(), {}
    for text in dict.fromkeys(rules[key] for key in sorted(rules)):
        starts[text] = len(replacements)
        replacements += text.encode("utf-8") + b"\0"
    trie = _Trie()
    trie.fill(sorted((key.encode("utf-8"), starts[text]) for key, text in rules.items()))
    units = np.array(trie.units, "<u4").tobytes()
    return struct.pack("<I", len(units)) + units + bytes(replacements)


class _Trie:
    """A double array that keys are laid into, in blocks of 256 units."""

    def __init__(self):
        self.units: list[int] = []
        self._is_free: list[np.ndarray] = []
        self._is_new: list[np.ndarray] = []  # offsets that no unit has yet: two may not share one
        self._add_block()
        self._is_free[0][0] = self._is_new[0][0] = False  # the root, whose offset may not be 0

    def fill(self, entries: list[tuple[bytes, int]]) -> None:
        """Lays in sorted keys with their values."""
        self.units[0] = 0
        waiting = [(0, 0, entries)]
        while waiting:
            position, depth, entries = waiting.pop()
            value = entries[0][1] if len(entries[0][0]) == depth else None
            groups = {
                label: list(group)
                for label, group in itertools.groupby(
                    entries[value is not None :], key=lambda entry: entry[0][depth]
                )
            }
            offset = self._place([*([0] if value is not None else []), *groups])
            self.units[position] |= (position ^ offset) << 10
            if value is not None:
                self.units[position] |= _ENDS
                self.units[offset] = _NOTHING | value
            for label, group in groups.items():
                self.units[offset ^ label] = label
                waiting.append((offset ^ label, depth + 1, group))

    def _place(self, labels):
        """Returns an offset at which there is room for units of these labels, and takes the room."""
        shifted = _EXCLUSIVE_OR[labels]
        first = max(0, len(self._is_free) - _OPEN_BLOCKS)
        for block in itertools.count(first):
            if block == len(self._is_free):
                self._add_block()
            fits = self._is_new[block] & self._is_free[block][shifted].all(axis=0)
            offset = int(fits.argmax())
            if fits[offset]:
                self._is_new[block][offset] = False
                self._is_free[block][shifted[:, offset]] = False
                return block * _BLOCK + offset
        raise AssertionError("an empty block has room for any labels")

    def _add_block(self):
        if len(self.units) >= _MOST:
            raise ExportError("the tokenizer's character map has too many rules for SentencePiece")
        self.units += [_NOTHING] * _BLOCK
        self._is_free.append(np.ones(_BLOCK, bool))
        self._is_new.append(np.ones(_BLOCK, bool))
