"""The pieces of a model and their ids, and which of them ALBERT reserves: `[CLS]`, `[SEP]`, ..."""

from typing import Any

import numpy as np

from albert_tf.errors import ConfigError, DataError
from albert_tf.tokenizer.engines import VocabularyFile

SPELLINGS = {
    "cls": ("[CLS]", "<cls>"),
    "sep": ("[SEP]", "<sep>"),
    "pad": ("<pad>", "[PAD]"),
    "mask": ("[MASK]", "<mask>"),
}


class Vocabulary:
    """Pieces, ids and special tokens of a vocabulary.

    Args:
        model: the parsed file.
        special_tokens: role (a key of `SPELLINGS`) to the piece that has it, or None to look for
            the usual ones.

    Raises:
        ConfigError: a named piece is not in the vocabulary, or none of the usual ones is. A
            missing mask piece is an error only when it is asked for: only masked language
            modeling needs it.
    """

    def __init__(self, model: VocabularyFile, special_tokens: dict[str, str | None]):
        self._model = model
        self._special: dict[str, Any] = {}  # a piece, or None where there is no mask
        for role, spellings in SPELLINGS.items():
            name = special_tokens[role]
            candidates = spellings if name is None else (name,)
            found = next((piece for piece in candidates if piece in model.piece_ids), None)
            if found is None and (name is not None or role != "mask"):
                raise _missing_token(model, role, candidates)
            self._special[role] = found

    @property
    def vocab_size(self) -> int:
        """Number of pieces in the vocabulary."""
        return len(self._model.pieces)

    def __len__(self) -> int:
        return self.vocab_size

    @property
    def pieces(self) -> tuple[str, ...]:
        """All pieces, by id."""
        return self._model.pieces

    @property
    def scores(self) -> tuple[float, ...]:
        """The log-probability of each piece in the unigram model, by id; 0 for reserved ones.

        ConfigError when the vocabulary is one of WordPieces, which have none.
        """
        if self._model.scores is None:
            raise ConfigError(
                "a vocabulary of WordPieces has no probabilities of its pieces; a SentencePiece model has"
            )
        return self._model.scores

    def begins_word(self, piece: str) -> bool:
        """Whether a piece is marked as the first one of a word: by `▁`, or, of WordPieces, by no `##`."""
        return self._model.begins_word(piece)

    def surface(self, piece: str) -> str:
        """How a piece reads: without its `▁`; a WordPiece that goes on with a word keeps its `##`."""
        return self._model.surface(piece)

    def id_to_piece(self, token_id: int) -> str:
        """The piece of an id; raises DataError when the vocabulary has no such id."""
        return self._model.pieces[self._checked_ids([token_id])[0]]

    def piece_to_id(self, piece: str) -> int:
        """The id of a piece, `unk_id` when it is not in the vocabulary."""
        return self._model.piece_ids.get(piece, self.unk_id)

    @property
    def cls_token(self) -> str:
        """The piece that starts a sequence."""
        return self._special["cls"]

    @property
    def sep_token(self) -> str:
        """The piece that ends a segment."""
        return self._special["sep"]

    @property
    def pad_token(self) -> str:
        """The piece that fills up a batch."""
        return self._special["pad"]

    @property
    def mask_token(self) -> str:
        """The piece that hides a token; ConfigError when the vocabulary has none."""
        if self._special["mask"] is None:
            raise _missing_token(self._model, "mask", SPELLINGS["mask"])
        return self._special["mask"]

    @property
    def unk_token(self) -> str:
        """The piece for what the vocabulary cannot spell."""
        return self._model.pieces[self.unk_id]

    @property
    def cls_id(self) -> int:
        """Id of `cls_token`."""
        return self._model.piece_ids[self.cls_token]

    @property
    def sep_id(self) -> int:
        """Id of `sep_token`."""
        return self._model.piece_ids[self.sep_token]

    @property
    def pad_id(self) -> int:
        """Id of `pad_token`."""
        return self._model.piece_ids[self.pad_token]

    @property
    def mask_id(self) -> int:
        """Id of `mask_token`; ConfigError when the vocabulary has none."""
        return self._model.piece_ids[self.mask_token]

    @property
    def unk_id(self) -> int:
        """Id of `unk_token`."""
        return self._model.unk_id

    @property
    def special_ids(self) -> frozenset[int]:
        """Ids of the special tokens above and of every other piece that no text can produce."""
        named = (self._model.piece_ids[piece] for piece in self._special.values() if piece)
        return frozenset([*self._model.reserved_ids, *named, self.unk_id])

    def _checked_ids(self, ids) -> np.ndarray:
        """`ids` as an int32 array `(tokens,)`, all of them in the vocabulary."""
        ids = np.asarray(ids)
        if ids.size == 0:
            return np.zeros(0, np.int32)
        if ids.ndim != 1 or ids.dtype.kind not in "iu":
            raise DataError(
                f"expected one sequence of integer ids, got an array of {ids.dtype} with shape "
                f"{ids.shape}; pass a list of int, or decode_batch for several sequences"
            )
        for bad in ids[(ids < 0) | (ids >= self.vocab_size)][:1]:
            raise DataError(
                f"the id {bad} is not in the vocabulary, which has ids 0 to {self.vocab_size - 1}; "
                "was it made with another tokenizer?"
            )
        return ids.astype(np.int32)


def _missing_token(model: VocabularyFile, role: str, candidates: tuple[str, ...]) -> ConfigError:
    reserved = [model.pieces[index] for index in model.reserved_ids]
    looked_for = " or ".join(repr(piece) for piece in candidates)
    return ConfigError(
        f"the vocabulary has no {looked_for} piece; its reserved pieces are "
        f"{', '.join(map(repr, reserved[:10])) or 'none'}; name one of its pieces with "
        f"{role}_token=..."
    )
