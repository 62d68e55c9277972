"""`WordPieceEngine`: texts to ids and spans by a vocabulary of WordPieces, with numpy alone.

A batch is one array of code points. What is a word by itself (a Chinese character, a punctuation mark) is looked up in
a table with an entry for each code point; runs of everything else are segmented once each, and remembered.
"""

import itertools
import sys
from collections.abc import Iterator

import numpy as np

from albert_tf.tokenizer.packing import Encoded, ranges
from albert_tf.tokenizer.wordpiece.characters import (
    ALONE,
    DROPPED,
    INNER,
    MARK,
    SPACE,
    Characters,
)
from albert_tf.tokenizer.wordpiece.decoder import Decoder
from albert_tf.tokenizer.wordpiece.sigmas import lower_sigmas
from albert_tf.tokenizer.wordpiece.vocabulary_file import WordPieces
from albert_tf.tokenizer.wordpiece.words import Run, WordSegmenter

# Entries of the table of code points, beside the ids of what is a word by itself.
_UNSEEN = -1
_ENTRIES = {SPACE: -2, DROPPED: -3, MARK: -4, INNER: -5}

_CHUNK = 1 << 18
"""Characters that are worked on at a time, so that the arrays stay in the processor's caches."""

_REMEMBERED = 1 << 16
"""Runs; then all are forgotten."""

_LONGEST_REMEMBERED = 64
"""Characters of a run."""


class WordPieceEngine:
    """Runs a vocabulary of WordPieces on texts: the ids of google-research/bert's `FullTokenizer`.

    Args:
        vocabulary: the pieces.
        lowercase: lower-case the text (google's `do_lower_case`).
        strip_accents: drop accents; None does where texts are lower-cased, as the reference.
    """

    kind = "wordpiece"

    def __init__(self, vocabulary: WordPieces, lowercase: bool, strip_accents: bool | None):
        self.vocabulary = vocabulary
        self.lowercase = lowercase
        self.strip_accents = lowercase if strip_accents is None else strip_accents
        self._characters = Characters(lowercase, self.strip_accents)
        self._runs = _Runs(WordSegmenter(vocabulary, self._characters))
        self._table = np.full(sys.maxunicode + 1, _UNSEEN, np.int32)
        self._decode = Decoder(vocabulary)

    def encode(self, texts: list[str], offsets: bool) -> Encoded:
        """Ids, row splits, and spans where they are asked for."""
        parts = [self._encode(chunk, offsets) for chunk in _chunks(texts)]
        if len(parts) == 1:
            return parts[0]
        counts = [np.diff(part.splits) for part in parts]
        return Encoded(
            np.concatenate([np.zeros(0, np.int32), *(part.ids for part in parts)]),
            np.cumsum(np.concatenate([[0], *counts]), dtype=np.int64),
            np.concatenate([np.zeros((0, 2), np.int32), *(part.spans for part in parts)])
            if offsets
            else None,
        )

    def decode(self, batch: list[np.ndarray]) -> list[str]:
        """The texts of a batch of id arrays."""
        return [self._decode(ids.tolist()) for ids in batch]

    def in_graph(self):
        """This engine as a `tf.Module` from strings to ragged ids."""
        from albert_tf.tokenizer.wordpiece.in_graph import InGraphWordPiece

        return InGraphWordPiece(self.vocabulary, self._characters)

    def _encode(self, texts: list[str], offsets: bool) -> Encoded:
        text = "\n".join(texts)  # which ends every run
        entries = self._entries(text)
        alone = entries >= 0
        first, past = _runs(entries)
        runs = self._segmented(text, first, past)
        # An item is a run or a word by itself; `counts` has its number of tokens.
        is_item = alone.copy()
        is_item[first] = True
        items = np.flatnonzero(is_item)
        of_run = ~alone[items]
        counts = np.ones(len(items), np.int64)
        counts[of_run] = [len(run.ids) for run in runs]
        begins = np.cumsum(counts) - counts
        of_run_tokens = ranges(begins[of_run], counts[of_run])
        single = begins[~of_run]
        ids = np.empty(counts.sum(), np.int32)
        ids[single] = entries[items[~of_run]]
        ids[of_run_tokens] = _flat([run.ids for run in runs])
        text_starts = np.cumsum([0, *(len(t) + 1 for t in texts)])
        splits = np.append(begins, len(ids))[np.searchsorted(items, text_starts)]
        if not offsets:
            return Encoded(ids, splits)
        spans = np.empty((len(ids), 2), np.int64)
        spans[single, 0] = items[~of_run]
        spans[single, 1] = items[~of_run] + 1
        places = np.repeat(first, counts[of_run])
        spans[of_run_tokens, 0] = places + _flat([run.starts for run in runs])
        spans[of_run_tokens, 1] = places + _flat([run.ends for run in runs])
        spans[:, 1] = _past_marks(entries)[spans[:, 1]]
        spans -= np.repeat(text_starts[:-1], np.diff(splits))[:, None]
        return Encoded(ids, splits, spans.astype(np.int32))

    def _entries(self, text: str) -> np.ndarray:
        """The entry of each character of a text."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        entries = self._table[codes]
        new = np.unique(codes[entries == _UNSEEN]).tolist()
        if not new:
            return entries
        for code_point in new:
            kind = self._characters.kind(code_point)
            self._table[code_point] = (
                self._id_alone(code_point) if kind == ALONE else _ENTRIES[kind]
            )
        return self._table[codes]

    def _id_alone(self, code_point: int) -> int:
        piece = self._characters.normalized(code_point)
        return self.vocabulary.piece_ids.get(piece, self.vocabulary.unk_id)

    def _segmented(self, text, first, past) -> list[Run]:
        if self.lowercase:
            text = lower_sigmas(text)
        places = zip(first.tolist(), past.tolist(), strict=True)
        return list(map(self._runs.__getitem__, [text[start:end] for start, end in places]))


class _Runs(dict):
    """The segmented form of runs, filled as they are met."""

    def __init__(self, segment: WordSegmenter):
        super().__init__()
        self._segment = segment

    def __missing__(self, run: str) -> Run:
        found = self._segment(run)
        if len(run) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[run] = found
        return found


def _chunks(texts: list[str]) -> Iterator[list[str]]:
    """The texts in their order, together as many characters at a time as are worked on, but one text at least."""
    begin, size = 0, 0
    for index, text in enumerate(texts):
        size += len(text) + 1
        if size > _CHUNK and index > begin:
            yield texts[begin:index]
            begin, size = index, len(text) + 1
    if texts:
        yield texts[begin:]


def _runs(entries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each run of `INNER` characters begins and ends; characters that are left out do not end one."""
    is_left_out = (entries == _ENTRIES[DROPPED]) | (entries == _ENTRIES[MARK])
    kept = np.flatnonzero(~is_left_out)
    inner = np.concatenate([[False], entries[kept] == _ENTRIES[INNER], [False]])
    edges = inner[1:] != inner[:-1]
    first = np.flatnonzero(edges & inner[1:])
    last = np.flatnonzero(edges & inner[:-1]) - 1
    return kept[first], kept[last] + 1


def _past_marks(entries: np.ndarray) -> np.ndarray:
    """For each place the first at it or behind that holds no accent that is left out."""
    places = np.arange(len(entries) + 1)
    is_mark = np.append(entries == _ENTRIES[MARK], False)
    if not is_mark.any():
        return places
    others = np.flatnonzero(~is_mark)
    return others[np.searchsorted(others, places)]


def _flat(parts: list[tuple[int, ...]]) -> np.ndarray:
    return np.fromiter(itertools.chain.from_iterable(parts), np.int64)
