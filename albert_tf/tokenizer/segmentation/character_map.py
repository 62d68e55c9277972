"""SentencePiece's compiled character map, looked up in place."""

from albert_tf.tokenizer.segmentation.character_map_layout import (
    ENDS,
    LABEL,
    children_of,
    damaged,
    replacement_at,
    split_map,
    text_of,
)

_LABELS = 256
_LONGEST_KEY = 256  # bytes; a trie that leads back to itself would have endless ones


class CharacterMap:
    """Longest matches of a compiled character map.

    Args:
        content: the compiled map; empty stands for no rules.

    Raises:
        CheckpointError: when its sizes contradict each other.
    """

    def __init__(self, content: bytes):
        self._units, self._replacements = split_map(content) if content else ([], b"")
        self._first: dict[str, tuple[int, int] | None] = {}

    def __bool__(self) -> bool:
        return bool(self._units)

    def begins(self, character: str) -> bool:
        """Whether a rule begins with this character; asked once for each."""
        return self._first_step(character) is not None

    def may_match(self, pair: str) -> bool:
        """Whether a key is the first of two characters, or begins with both; of one, whether it is that one."""
        found = self._first_step(pair[0])
        if found is None:
            return False
        position, children = found
        is_key = bool(self._units[position] & ENDS)
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
            if units[position] & ENDS:
                match = end + 1, children
        if match is None:
            return None
        end, children = match
        return end, replacement_at(self._replacements, self._unit(children))

    def rules(self) -> dict[str, str]:
        """Returns every rule, from what is replaced to its replacement.

        Raises:
            CheckpointError: when the map is damaged.
        """
        if not self._units:
            return {}
        below: dict[int, list[tuple[int, int]]] = {}  # of each place of children: labels, positions
        for position, unit in enumerate(self._units):
            label = unit & LABEL
            if 0 < label < _LABELS:
                below.setdefault(position ^ label, []).append((label, position))
        rules, waiting = {}, [(b"", self._below(0))]
        while waiting:
            key, children = waiting.pop()
            if len(key) > _LONGEST_KEY:
                raise damaged(f"a key is longer than {_LONGEST_KEY} bytes")
            for label, position in below.get(children, ()):
                longer, further = key + bytes([label]), self._below(position)
                if self._units[position] & ENDS:
                    unit = self._unit(further)
                    rules[text_of(longer)] = replacement_at(self._replacements, unit)
                waiting.append((longer, further))
        return rules

    def _first_step(self, character):
        if character not in self._first:
            found = self._step(self._below(0), character) if self._units else None
            self._first[character] = found
        return self._first[character]

    def _step(self, children, character):
        """Follows the bytes of a character; returns the unit that is reached and where its children are, or None."""
        position = -1
        for label in character.encode("utf-8"):
            position = children ^ label
            if self._unit(position) & LABEL != label:
                return None
            children = self._below(position)
        return position, children

    def _below(self, position):
        return children_of(position, self._units[position])

    def _unit(self, position):
        if position >= len(self._units):
            raise damaged(f"its trie refers to unit {position} of {len(self._units)}")
        return self._units[position]
