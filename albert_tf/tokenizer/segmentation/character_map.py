"""SentencePiece's compiled character map, looked up in place.

A model normalizes a text by replacing, from left to right, the longest prefix that its map knows. The map
(`precompiled_charsmap` of `sentencepiece_model.proto`) is a double-array trie as darts-clone lays it out, behind its
size in bytes, followed by the replacements, each ended by a NUL.

A unit of the trie is a 32-bit number: bits 0 to 7 its label, bit 8 whether a key ends here, bit 10 and up the offset to
its children, as the exclusive or of both positions, which bit 9 scales by 256; bit 31 marks a unit that holds a value,
bits 0 to 30.
"""

import struct

from albert_tf.errors import CheckpointError

_LABEL = 0x800000FF  # bit 31 too: a value is no child
_VALUE = 0x7FFFFFFF
_ENDS, _FAR = 1 << 8, 1 << 9


class CharacterMap:
    """Longest matches of a compiled character map.

    Args:
        content: the compiled map; empty stands for no rules.

    Raises:
        CheckpointError: when its sizes contradict each other.
    """

    def __init__(self, content: bytes):
        self._units: tuple[int, ...] | memoryview = ()
        self._replacements = b""
        self._first: dict[str, int | None] = {}
        if content:
            self._read(content)

    def _read(self, content):
        size = struct.unpack_from("<I", content)[0] if len(content) >= 4 else 0
        if size < 4 or size % 4 or size > len(content) - 5 or content[-1]:
            raise _damaged(f"it claims a trie of {size} bytes in {len(content)}")
        self._units = struct.unpack_from(f"<{size // 4}I", content, 4)
        self._replacements = content[4 + size :]

    def __bool__(self) -> bool:
        return bool(self._units)

    def begins(self, character: str) -> bool:
        """Whether a rule begins with this character; asked once for each."""
        try:
            return self._first[character] is not None
        except KeyError:
            return self._children_of(character) is not None

    def may_match(self, pair: str) -> bool:
        """Whether a key is the first of two characters, or begins with both; of one, whether it is that one."""
        found = self._first_step(pair[0])
        if found is None:
            return False
        position, children = found
        is_key = bool(self._units[position] & _ENDS)
        return is_key or (len(pair) > 1 and self._step(children, pair[1]) is not None)

    def longest_match(self, text: str, start: int) -> tuple[int, str] | None:
        """Returns the end of the longest key that stands in a text at `start`, and its replacement.

        None where no key begins there.
        """
        match, units = None, self._units
        children = 0
        for end in range(start, len(text)):
            character = text[end]
            found = self._first_step(character) if end == start else self._step(children, character)
            if found is None:
                break
            position, children = found
            if units[position] & _ENDS:
                match = end + 1, children
        if match is None:
            return None
        end, children = match
        place = self._unit(children) & _VALUE
        stop = self._replacements.find(b"\0", place)
        if stop < 0:
            raise _damaged(f"it refers to byte {place} of {len(self._replacements)}")
        return end, self._replacements[place:stop].decode("utf-8")

    def _children_of(self, character):
        found = self._step(self._below(0), character) if self._units else None
        self._first[character] = found
        return found

    def _first_step(self, character):
        try:
            return self._first[character]
        except KeyError:
            return self._children_of(character)

    def _step(self, children, character):
        """Follows the bytes of a character; returns the unit that is reached and where its children are, or None."""
        position = -1
        for label in character.encode("utf-8"):
            position = children ^ label
            if self._unit(position) & _LABEL != label:
                return None
            children = self._below(position)
        return position, children

    def _below(self, position):
        unit = self._units[position]
        return position ^ (unit >> 10 << (8 if unit & _FAR else 0))

    def _unit(self, position):
        if position >= len(self._units):
            raise _damaged(f"its trie refers to unit {position} of {len(self._units)}")
        return self._units[position]


def _damaged(what: str) -> CheckpointError:
    return CheckpointError(
        f"the character map of the SentencePiece model is damaged: {what}; copy the .model file again from where it "
        "came from"
    )
