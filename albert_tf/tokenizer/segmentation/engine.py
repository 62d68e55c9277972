"""`SegmentationEngine`: a SentencePiece model run in Python, with numpy alone."""

import itertools

import numpy as np

from albert_tf.errors import CheckpointError
from albert_tf.tokenizer.model_file import BPE, BYTE, CHAR, UNIGRAM, WORD, ModelFile
from albert_tf.tokenizer.segmentation.bpe import (
    BytePairSegmenter,
    CharacterSegmenter,
    WordSegmenter,
)
from albert_tf.tokenizer.segmentation.decoder import Decoder
from albert_tf.tokenizer.segmentation.normalizer import SentencePieceNormalizer
from albert_tf.tokenizer.segmentation.unigram import UnigramSegmenter

_SEGMENTERS = {
    UNIGRAM: UnigramSegmenter,
    BPE: BytePairSegmenter,
    WORD: WordSegmenter,
    CHAR: CharacterSegmenter,
}


class SegmentationEngine:
    """Runs a SentencePiece model on normalized texts: the ids and spans of the C++ library, in linear time.

    Args:
        model: the parsed model file.

    Raises:
        CheckpointError: the model is one that SentencePiece refuses.
    """

    def __init__(self, model: ModelFile):
        _check(model)
        self._model = model
        self._unk_id = model.unk_id
        self._normalize = SentencePieceNormalizer(model)
        self._segment = _SEGMENTERS[model.model_type](model)
        self._decode = Decoder(model)
        self._byte_ids = _byte_ids(model) if model.byte_fallback else None

    def tokenize(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Ids `(tokens,)` of all texts, int32, and row splits `(texts + 1,)`, int64."""
        flat: list[int] = []
        splits = [0]
        for text in texts:
            normalized = self._normalize(text)
            ids = self._segment.ids(normalized)
            if self._unk_id in ids:
                tokens = self._joined(normalized, *self._segment(normalized))
                ids = [index for index, _, _ in tokens]
            flat += ids
            splits.append(len(flat))
        return np.array(flat, np.int32), np.array(splits, np.int64)

    def tokenize_with_offsets(
        self, texts: list[str]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """As `tokenize`, then each token's first and one past its last character, `(tokens,)` int64."""
        flat, splits = [], [0]
        for text in texts:
            normalized, origins = self._normalize.with_origins(text)
            tokens = self._joined(normalized, *self._segment(normalized))
            flat += [(index, origins[start], origins[end]) for index, start, end in tokens]
            splits.append(len(flat))
        ids, starts, ends = np.array(flat, np.int64).reshape(-1, 3).T
        return ids.astype(np.int32), np.array(splits, np.int64), starts, ends

    def pieces(self, texts: list[str]) -> list[list[str]]:
        """The pieces of every text; an unknown span stands as its own characters."""
        return [self._spelled(self._normalize(text)) for text in texts]

    def detokenize(self, batch: list[np.ndarray]) -> list[str]:
        """The texts of a batch of id arrays."""
        return [self._decode(ids.tolist()) for ids in batch]

    def _spelled(self, normalized):
        return [
            normalized[start:end] if index == self._unk_id else self._model.pieces[index]
            for index, start, end in self._joined(normalized, *self._segment(normalized))
        ]

    def _joined(self, text, ids, ends):
        """Id, start and end of each token: a run of unknown pieces is one token, or the bytes of all."""
        tokens: list[tuple[int, int, int]] = []
        for index, (start, end) in zip(ids, itertools.pairwise([0, *ends]), strict=True):
            if index != self._unk_id:
                tokens.append((index, start, end))
            elif self._byte_ids is not None:
                *others, last = text[start:end].encode("utf-8")
                tokens += [(self._byte_ids[byte], start, start) for byte in others]
                tokens.append((self._byte_ids[last], start, end))
            elif tokens and tokens[-1][0] == index:
                tokens[-1] = (index, tokens[-1][1], end)
            else:
                tokens.append((index, start, end))
        return tokens


def _check(model: ModelFile) -> None:
    """Raises what SentencePiece finds wrong when it loads a model."""
    if "" in model.piece_ids:
        raise _refused(f"the piece {model.piece_ids['']} is empty")
    if len(model.piece_ids) < len(model.pieces):
        twice = next(p for i, p in enumerate(model.pieces) if model.piece_ids[p] != i)
        raise _refused(f"{twice} is already defined")
    if BYTE in model.types and not model.byte_fallback:
        piece = model.pieces[model.types.index(BYTE)]
        raise _refused(f"there is the byte piece {piece}, and no byte fallback")
    if model.model_type not in _SEGMENTERS:
        raise _refused(f"the model type {model.model_type} is unknown")


def _byte_ids(model: ModelFile) -> list[int]:
    kinds = zip(model.pieces, model.types, strict=True)
    found = {piece: index for index, (piece, kind) in enumerate(kinds) if kind == BYTE}
    spellings = [f"<0x{byte:02X}>" for byte in range(256)]
    missing = [spelling for spelling in spellings if spelling not in found]
    if missing:
        raise _refused(f"there is byte fallback, and no piece {missing[0]}")
    return [found[spelling] for spelling in spellings]


def _refused(why: str) -> CheckpointError:
    return CheckpointError(
        f"SentencePiece refuses the tokenizer's model ({why}); the .model file seems damaged: copy it again from where "
        "it came from"
    )
