"""What SentencePiece does to a text before it looks for pieces: `Normalizer::Normalize` of normalizer.cc."""

from albert_tf.tokenizer.model_file import USER_DEFINED, WORD_BOUNDARY, ModelFile
from albert_tf.tokenizer.segmentation.character_map import CharacterMap


class SentencePieceNormalizer:
    """Applies a model's normalization rules.

    Args:
        model: the parsed model file.
    """

    def __init__(self, model: ModelFile):
        self._map = CharacterMap(model.charsmap)
        self._removes_spaces = model.remove_extra_whitespaces
        self._space = WORD_BOUNDARY if model.escape_whitespaces else " "
        added = self._space if model.add_dummy_prefix else ""
        is_suffix = model.treat_whitespace_as_suffix
        self._before, self._after = ("", added) if is_suffix else (added, "")
        self._user_defined = UserDefinedPieces(model)
        self._plain_ascii: set[str] = set()  # filled as characters are met
        self._plain_pairs: set[str] = set()

    def __call__(self, text: str) -> str:
        """Returns the normalized text."""
        if self._is_plain(text):
            return self._before + text.replace(" ", self._space) + self._after
        return "".join(self._chunks(text)[0])

    def with_origins(self, text: str) -> tuple[str, list[int]]:
        """Returns the normalized text, and where each of its characters, and its end, comes from in the given one."""
        if self._is_plain(text):
            origins = [*range(len(text)), len(text)]
            if self._before:
                origins.insert(0, 0)
            if self._after:
                origins.append(len(text))
            return self(text), origins
        chunks, origins, end = self._chunks(text)
        flat = [
            origin for chunk, origin in zip(chunks, origins, strict=True) for _ in range(len(chunk))
        ]
        return "".join(chunks), [*flat, end]

    def _is_plain(self, text):
        """Whether nothing is to be done but to write spaces as word boundaries."""
        if not text:
            return False
        if text.isascii():
            characters = set(text)
            known, is_plain = self._plain_ascii, self._is_plain_in_ascii
        else:
            characters = {*map(str.__add__, text, text[1:]), text[-1]}
            known, is_plain = self._plain_pairs, self._is_plain_pair
        if not characters <= known and not all(map(is_plain, characters)):
            return False
        # A word boundary that stands in the text is taken for a space at its end.
        spaced = text[0] == " " or text[-1] in (" ", WORD_BOUNDARY) or "  " in text
        return not (self._removes_spaces and spaced)

    def _is_plain_in_ascii(self, character):
        """Whether an ASCII character stays as it is, whichever of them follows, or none."""
        if character not in self._plain_ascii:
            followed = [character, *(character + chr(c) for c in range(128))]
            if not all(map(self._is_plain_pair, followed)):
                return False
            self._plain_ascii.add(character)
        return True

    def _is_plain_pair(self, pair):
        """Whether a character stays as it is where another one follows, or none."""
        if pair in self._plain_pairs:
            return True
        first = pair[0]
        kept_whole = [piece for piece in self._user_defined.pieces if piece[0] == first]
        is_plain = kept_whole == [first] if kept_whole else not self._map.may_match(pair)
        if is_plain:
            self._plain_pairs.add(pair)
        return is_plain

    def _chunks(self, text):
        """Returns what the characters of a text become, where each comes from, and where the end does."""
        at, size = 0, len(text)
        while self._removes_spaces and at < size:
            end, chunk = self._prefix(text, at)
            if chunk != " ":
                break
            at = end
        if at == size:
            return [], [], at
        space = self._space
        chunks, origins = ([self._before], [at]) if self._before else ([], [])
        after_space = self._removes_spaces
        while at < size:
            end, chunk = self._prefix(text, at)
            if after_space:
                chunk = chunk.lstrip(" ")
            if chunk:
                after_space = self._removes_spaces and chunk[-1] == " "
                chunks.append(chunk.replace(" ", space))
                origins.append(at)
            at = end
        while self._removes_spaces and chunks and chunks[-1].endswith(space):
            at = origins[-1]
            chunks[-1] = chunks[-1][: -len(space)]
            if not chunks[-1]:
                del chunks[-1], origins[-1]
        if self._after:
            chunks.append(self._after)
            origins.append(at)
        return chunks, origins, at

    def _prefix(self, text, at):
        """Returns where the next unit of a text ends, and what it becomes."""
        if self._user_defined:
            end = self._user_defined.longest_match(text, at)
            if end is not None:
                return end, text[at:end]
        if self._map and self._map.begins(text[at]):
            found = self._map.longest_match(text, at)
            if found is not None:
                return found
        return at + 1, text[at]


class UserDefinedPieces:
    """The pieces that a text keeps whole wherever they stand in it.

    Args:
        model: the parsed model file.
    """

    def __init__(self, model: ModelFile):
        kinds = zip(model.pieces, model.types, strict=True)
        self.pieces = frozenset(piece for piece, kind in kinds if kind == USER_DEFINED)
        self._longest = max(map(len, self.pieces), default=0)

    def __bool__(self) -> bool:
        return bool(self.pieces)

    def longest_match(self, text: str, start: int) -> int | None:
        """Returns where the longest piece that begins at a place of a text ends, or None."""
        for end in range(min(len(text), start + self._longest), start, -1):
            if text[start:end] in self.pieces:
                return end
        return None
