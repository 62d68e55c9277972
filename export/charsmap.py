"""SentencePiece's compiled character map, written from rules."""

import itertools

import numpy as np

from albert_tf.errors import ExportError
from albert_tf.tokenizer.segmentation.character_map_layout import (
    ENDS,
    HAS_VALUE,
    MOST_UNITS,
    join_map,
    offset_bits,
)

_BLOCK = 256
_OPEN_BLOCKS = 16  # how many blocks are searched for room; more save little and take longer
_NOTHING = HAS_VALUE  # no byte is its label
_EXCLUSIVE_OR = np.arange(_BLOCK)[:, None] ^ np.arange(_BLOCK)[None, :]


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
    return join_map(trie.units, bytes(replacements))


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
            self.units[position] |= offset_bits(position, offset)
            if value is not None:
                self.units[position] |= ENDS
                self.units[offset] = HAS_VALUE | value
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
        if len(self.units) >= MOST_UNITS:
            raise ExportError("the tokenizer's character map has too many rules for SentencePiece")
        self.units += [_NOTHING] * _BLOCK
        self._is_free.append(np.ones(_BLOCK, bool))
        self._is_new.append(np.ones(_BLOCK, bool))
