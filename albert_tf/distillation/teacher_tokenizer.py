"""The tokenizer of a teacher: its `tokenizer.json` as it stands, or the WordPieces of its `vocab.txt`."""

import importlib.util
from pathlib import Path
from typing import Protocol

from albert_tf.errors import CheckpointError, MissingExtraError
from albert_tf.weights.tokenizer_folder import read_folder_tokenizer

FAST_FILE = "tokenizer.json"
WORDPIECE_FILE = "vocab.txt"

Spans = list[tuple[int, int]]

SPELLINGS = {
    "cls": ("[CLS]", "<s>"),
    "sep": ("[SEP]", "</s>"),
    "pad": ("[PAD]", "<pad>"),
    "mask": ("[MASK]", "<mask>"),
    "unk": ("[UNK]", "<unk>"),
}
"""What the special pieces are called, by role: in BERT's vocabularies, and in XLM-R's, which some BERTs have."""


class TeacherTokenizer(Protocol):
    """What a teacher reads texts with.

    Attributes:
        vocabulary: id of each piece.
    """

    vocabulary: dict[str, int]

    def encode(self, texts: list[str]) -> list[tuple[list[int], Spans]]:
        """Ids and character spans of each text, special tokens included, whose spans are `(0, 0)`."""
        ...

    def pieces(self, text: str) -> list[int]:
        """Ids of a text without special tokens."""
        ...


def read_teacher_tokenizer(folder: Path) -> TeacherTokenizer:
    """Returns the tokenizer of a teacher's folder: `tokenizer.json`, or else `vocab.txt`.

    What `vocab.txt` leaves open, whether texts are lower-cased and lose their accents, `tokenizer_config.json` says, as
    for transformers' `BertTokenizer`.

    Raises:
        CheckpointError: when there is neither, or it cannot be read.
        MissingExtraError: when the package `tokenizers` is missing, and there is a `tokenizer.json`.
    """
    if (folder / FAST_FILE).is_file():
        return _FastTokenizer(folder / FAST_FILE)
    if (folder / WORDPIECE_FILE).is_file():
        return _WordPieces(folder)
    raise CheckpointError(f"{folder} has no {FAST_FILE} and no {WORDPIECE_FILE}; expected a BERT's")


def special_id(vocabulary: dict[str, int], role: str) -> int:
    """Returns the id of a special piece of a teacher.

    Args:
        vocabulary: id of each piece.
        role: a key of `SPELLINGS`.

    Raises:
        CheckpointError: when the vocabulary has no such piece.
    """
    for piece in SPELLINGS[role]:
        if piece in vocabulary:
            return vocabulary[piece]
    raise CheckpointError(
        f"the teacher's vocabulary has no {' and no '.join(SPELLINGS[role])}; expected a BERT's"
    )


class _FastTokenizer:
    def __init__(self, path: Path):
        if importlib.util.find_spec("tokenizers") is None:
            raise MissingExtraError("tokenizers", "distill", "a teacher's tokenizer.json")
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises no narrower class
            raise CheckpointError(f"cannot read {path}: {error}; copy the file again") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.vocabulary: dict[str, int] = self._tokenizer.get_vocab()

    def encode(self, texts: list[str]) -> list[tuple[list[int], Spans]]:
        return [(row.ids, row.offsets) for row in self._tokenizer.encode_batch(texts)]

    def pieces(self, text: str) -> list[int]:
        return self._tokenizer.encode(text, add_special_tokens=False).ids


class _WordPieces:
    def __init__(self, folder: Path):
        self._tokenizer = read_folder_tokenizer(folder).as_tokenizer()
        self.vocabulary = {piece: i for i, piece in enumerate(self._tokenizer.pieces)}

    def encode(self, texts: list[str]) -> list[tuple[list[int], Spans]]:
        cls, sep = self._tokenizer.cls_id, self._tokenizer.sep_id
        rows, spans = self._tokenizer.encode_batch(texts, offsets=True)
        return [
            ([cls, *ids, sep], [(0, 0), *places, (0, 0)])
            for ids, places in zip(rows, spans, strict=True)
        ]

    def pieces(self, text: str) -> list[int]:
        return self._tokenizer.encode(text)
