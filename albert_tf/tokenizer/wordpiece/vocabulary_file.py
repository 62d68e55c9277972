"""What is inside a WordPiece `vocab.txt`: a piece a line, whose number is its id.

The reference is `load_vocab` in google-research/bert `tokenization.py`: white space at the ends of a line is no part of
the piece, and of two equal lines the later one is the piece's id. Beyond it, a byte-order mark before the first line,
which Windows editors put there, is no part of a piece, and blank lines at the end are none.
"""

import dataclasses
import functools
import re
from collections.abc import Iterable

from albert_tf.errors import CheckpointError

CONTINUATION = "##"
SPECIAL_PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
"""With which a vocabulary of our own begins."""

"""How a piece begins that goes on with a word."""

UNKNOWN_PIECE = "[UNK]"

_RESERVED = re.compile(r"\[[^\[\]]+\]|<[^<>]+>")
_OTHER_ENCODINGS = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


@dataclasses.dataclass(frozen=True, eq=False)
class WordPieces:
    """The parsed content of a `vocab.txt`.

    Attributes:
        content: the file as it is.
        pieces: every piece, by id; a blank line is an empty one, which no text has.
    """

    content: bytes
    pieces: tuple[str, ...]

    @functools.cached_property
    def piece_ids(self) -> dict[str, int]:
        """Piece to id, the last one of pieces that stand there twice."""
        return {piece: index for index, piece in enumerate(self.pieces)}

    @functools.cached_property
    def unk_id(self) -> int:
        """The id of `[UNK]`."""
        return self.piece_ids[UNKNOWN_PIECE]

    @functools.cached_property
    def reserved_ids(self) -> tuple[int, ...]:
        """The ids of pieces such as `[UNK]`, `[unused7]` and `<S>`, which no text can produce, and of blank lines."""
        return tuple(
            index
            for index, piece in enumerate(self.pieces)
            if not piece or _RESERVED.fullmatch(piece)
        )

    @property
    def ordinary_pieces(self) -> tuple[str, ...]:
        """The pieces that are not reserved."""
        reserved = frozenset(self.reserved_ids)
        return tuple(p for index, p in enumerate(self.pieces) if index not in reserved)

    @property
    def scores(self) -> None:
        """WordPieces have no probabilities."""
        return None

    def begins_word(self, piece: str) -> bool:
        """Whether a piece is the first one of its word."""
        return not piece.startswith(CONTINUATION)

    def surface(self, piece: str) -> str:
        """How a piece reads: as it is, since the mark of one that goes on with a word says so."""
        return piece


def is_wordpiece(content: bytes) -> bool:
    """Whether the content of a tokenizer's file is a text, as a `vocab.txt` is, in any encoding that is told.

    A SentencePiece model is none: every one holds zero bytes, in the scores of reserved pieces.
    """
    if content.startswith(tuple(_OTHER_ENCODINGS)):
        return True
    if b"\0" in content or not content.strip():
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return UNKNOWN_PIECE.encode() in content
    return True


def parse_word_pieces(content: bytes, source: str = "the given content") -> WordPieces:
    """Parses the content of a `vocab.txt`.

    Args:
        content: the whole file.
        source: how messages call it.

    Raises:
        CheckpointError: the content is no vocabulary of WordPieces: not UTF-8, or without `[UNK]`.
    """
    for mark, encoding in _OTHER_ENCODINGS.items():
        if content.startswith(mark):
            raise CheckpointError(f"{source} is written in {encoding}; save it as UTF-8")
    try:
        lines = content.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise CheckpointError(
            f"{source} is a vocabulary of WordPieces whose byte {error.start} is not UTF-8; save it as UTF-8, or copy "
            "the vocab.txt again"
        ) from error
    pieces = [line.strip() for line in lines]
    while pieces and not pieces[-1]:
        pieces.pop()
    if UNKNOWN_PIECE not in pieces:
        raise CheckpointError(
            f"{source} is neither a SentencePiece model nor a vocabulary of WordPieces (none of its {len(pieces):,} "
            f"lines is {UNKNOWN_PIECE}); expected a .model file, such as spiece.model or 30k-clean.model, or a "
            "vocab.txt, a piece a line"
        )
    return WordPieces(content, tuple(pieces))


def write_word_pieces(pieces: Iterable[str]) -> bytes:
    """Returns a `vocab.txt` of these pieces, by id."""
    return "".join(f"{piece}\n" for piece in pieces).encode("utf-8")
