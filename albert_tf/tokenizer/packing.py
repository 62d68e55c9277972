"""From token ids to model inputs: special tokens, segments, truncation, windows.

Everything is computed on flat arrays, for a whole batch at once.
"""

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np

from albert_tf.errors import ConfigError, DataError

TRUNCATIONS = ("longest_first", "only_first", "only_second", "never")
NO_OFFSET = -1  # the span of a special token is (-1, -1)


@dataclasses.dataclass(frozen=True, eq=False)
class Encoded:
    """The ids of a batch of texts, in one array.

    Attributes:
        ids: `(tokens,)` int32.
        splits: `(texts + 1,)` int64; text i has the tokens from `splits[i]` to `splits[i + 1]`.
        spans: `(tokens, 2)` int32, the characters of each token in its text, or None.
    """

    ids: np.ndarray
    splits: np.ndarray
    spans: np.ndarray | None = None

    @property
    def lengths(self) -> np.ndarray:
        """`(texts,)`, tokens in each text."""
        return np.diff(self.splits)

    def take(self, texts: list[int]) -> "Encoded":
        """The texts of these numbers, in this order."""
        lengths = self.lengths[texts]
        tokens = ranges(self.splits[:-1][texts], lengths)
        splits = np.concatenate([[0], np.cumsum(lengths)])
        return Encoded(self.ids[tokens], splits, None if self.spans is None else self.spans[tokens])


@dataclasses.dataclass(frozen=True, eq=False)
class PackedTokens:
    """Rows `[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]`, unpadded, in flat arrays.

    There is one row for each text, or, with a stride, one or more; rows are in the order of the
    texts.

    Attributes:
        flat_token_ids: `(tokens,)` int32, all rows after each other.
        flat_segment_ids: `(tokens,)` int32: 0 for `[CLS] a [SEP]`, 1 for `b [SEP]`.
        row_splits: `(rows + 1,)` int64, where each row begins.
        text_index: `(rows,)` int64, which text each row comes from.
        window_start: `(rows,)` int64, the first token of the windowed text that the row holds; 0
            without a stride.
        flat_offsets: `(tokens, 2)` int32 or None: where each token stands in its text, counted in
            characters, `(-1, -1)` for special tokens.
        flat_max_context: `(tokens,)` bool or None: for a token of the windowed text, whether this
            row gives it the most context on its poorer side, of all rows that hold it; False for
            all other tokens.
    """

    flat_token_ids: np.ndarray
    flat_segment_ids: np.ndarray
    row_splits: np.ndarray
    text_index: np.ndarray
    window_start: np.ndarray
    flat_offsets: np.ndarray | None = None
    flat_max_context: np.ndarray | None = None

    @property
    def input_rank(self) -> int:
        """How many axes a batch of rows has: rows and tokens."""
        return 2

    def __len__(self) -> int:
        return len(self.text_index)

    @property
    def lengths(self) -> np.ndarray:
        """`(rows,)` int64, tokens in each row."""
        return np.diff(self.row_splits)

    @functools.cached_property
    def token_ids(self) -> list[np.ndarray]:
        """One int32 array `(length,)` for each row."""
        return self._rows(self.flat_token_ids)

    @functools.cached_property
    def segment_ids(self) -> list[np.ndarray]:
        """One int32 array `(length,)` for each row."""
        return self._rows(self.flat_segment_ids)

    @functools.cached_property
    def offsets(self) -> list[np.ndarray] | None:
        """One int32 array `(length, 2)` for each row."""
        return self._rows(self.flat_offsets)

    @functools.cached_property
    def max_context(self) -> list[np.ndarray] | None:
        """One bool array `(length,)` for each row."""
        return self._rows(self.flat_max_context)

    def batch(
        self, rows: Sequence[int] | np.ndarray, pad_id: int, length: int | None = None
    ) -> dict[str, np.ndarray]:
        """Some rows as the inputs of a model.

        Args:
            rows: their numbers, in the order of the batch; one may stand there twice.
            pad_id: the id that fills up short rows.
            length: tokens in every row; None is that of the longest.

        Returns:
            A dict of int32 `token_ids`, `segment_ids`, `padding_mask` (1 at tokens, 0 at padding), each
            `(rows, length)`.
        """
        rows = np.asarray(rows, "int64")
        lengths = self.lengths[rows]
        length = int(lengths.max(initial=0)) if length is None else length
        mask = np.arange(length) < lengths[:, None]
        source = ranges(self.row_splits[:-1][rows], lengths)
        token_ids = np.full(mask.shape, pad_id, np.int32)
        segment_ids = np.zeros(mask.shape, np.int32)
        token_ids[mask] = self.flat_token_ids[source]
        segment_ids[mask] = self.flat_segment_ids[source]
        return {
            "token_ids": token_ids,
            "segment_ids": segment_ids,
            "padding_mask": mask.astype(np.int32),
        }

    def _rows(self, flat: np.ndarray | None) -> list[np.ndarray] | None:
        return None if flat is None else np.split(flat, self.row_splits[1:-1])[: len(self)]

    def padded(self, pad_id: int, length: int | None = None) -> tuple[np.ndarray, ...]:
        """The rows as one rectangle.

        Args:
            pad_id: the id that fills up short rows.
            length: tokens in every row; None is the longest row's.

        Returns:
            `token_ids`, `segment_ids`, `padding_mask` (1 at tokens, 0 at padding), each int32
            `(rows, length)`.

        Raises:
            ConfigError: a row is longer than `length`.
        """
        longest = int(self.lengths.max(initial=0))
        length = longest if length is None else length
        if longest > length:
            raise ConfigError(
                f"cannot pad rows of up to {longest} tokens to length {length}; "
                f"pack with max_length={length}"
            )
        return tuple(self.batch(np.arange(len(self)), pad_id, length).values())


@dataclasses.dataclass(frozen=True, eq=False)
class _Slices:
    """Which tokens of a text each row takes: `(rows,)` arrays, counted within the text."""

    starts: np.ndarray
    lengths: np.ndarray

    @classmethod
    def first(cls, lengths: np.ndarray) -> "_Slices":
        """The first `lengths` tokens of every text."""
        return cls(np.zeros_like(lengths), lengths)

    def take(self, rows: np.ndarray) -> "_Slices":
        return _Slices(self.starts[rows], self.lengths[rows])


def pack(
    first: Encoded,
    second: Encoded | None,
    *,
    cls_id: int,
    sep_id: int,
    max_length: int,
    truncate: str = "longest_first",
    stride: int | None = None,
    max_first_length: int | None = None,
    second_keeps_end: bool = False,
) -> PackedTokens:
    """Packs texts, or pairs of texts; see `AlbertTokenizer.pack`."""
    _check_options(second is not None, max_length, truncate, stride, max_first_length)
    if second_keeps_end and (second is None or stride is not None):
        raise ConfigError("second_keeps_end is for pairs, without a stride; leave it out")
    first_lengths = first.lengths
    if max_first_length is not None:
        first_lengths = np.minimum(first_lengths, max_first_length)
    room = max_length - (2 if second is None else 3)
    if second is None:
        sides, windowed = [_truncate_single(first_lengths, room, truncate)], 0
    else:
        sides = _truncate_pair(first_lengths, second.lengths, room, truncate)
        windowed = 0 if truncate == "only_first" else 1
        if second_keeps_end:
            kept = sides[1].lengths
            sides[1] = _Slices(second.lengths - kept, kept)
    text_index = np.arange(len(first_lengths))
    if stride is not None:
        full = first_lengths if windowed == 0 else second.lengths
        windows, text_index = _windows(full, room=sides[windowed].lengths, stride=stride)
        sides = [side.take(text_index) for side in sides]
        sides[windowed] = windows
    packed, places = _assemble([first, second][: len(sides)], sides, text_index, cls_id, sep_id)
    starts = sides[windowed].starts
    if stride is None:
        return dataclasses.replace(packed, window_start=starts)
    flags = np.zeros(len(packed.flat_token_ids), bool)
    flags[places[windowed]] = _max_context(full, sides[windowed], text_index)
    return dataclasses.replace(packed, window_start=starts, flat_max_context=flags)


def _check_options(
    is_pair: bool, max_length: int, truncate: str, stride: int | None, max_first_length: int | None
) -> None:
    if truncate not in TRUNCATIONS:
        raise ConfigError(
            f"truncate is {truncate!r}; expected one of {', '.join(map(repr, TRUNCATIONS))}"
        )
    if truncate == "only_second" and not is_pair:
        raise ConfigError(
            "truncate='only_second' needs pairs, and none were given; "
            "pass pairs=..., or truncate='only_first'"
        )
    for name, value in (
        ("max_length", max_length),
        ("stride", stride),
        ("max_first_length", max_first_length),
    ):
        if value is not None and not isinstance(value, (int, np.integer)):
            raise ConfigError(f"{name} is {value!r}; expected a whole number of tokens")
    least = 4 if is_pair else 3
    if max_length < least:
        raise ConfigError(
            f"max_length is {max_length}; expected at least {least}, for the special tokens "
            "and one more"
        )
    if stride is not None and truncate not in ("only_first", "only_second"):
        raise ConfigError(
            f"a stride needs truncate='only_first' or 'only_second', which tell the text to "
            f"slide over; got truncate={truncate!r}"
        )
    for name, value in (("stride", stride), ("max_first_length", max_first_length)):
        if value is not None and value < 1:
            raise ConfigError(f"{name} is {value}; expected at least 1 token, or None")


def _truncate_single(lengths: np.ndarray, room: int, truncate: str) -> _Slices:
    if truncate == "never":
        _refuse_long(lengths, room)
    return _Slices.first(np.minimum(lengths, room))


def _truncate_pair(
    first: np.ndarray, second: np.ndarray, room: int, truncate: str
) -> list[_Slices]:
    if truncate == "longest_first":
        first, second = longest_first(first, second, room)
    elif truncate == "only_first":
        first = _fit_beside(first, second, room, "second", "truncate='longest_first'")
    elif truncate == "only_second":
        second = _fit_beside(second, first, room, "first", "max_first_length=...")
    else:
        _refuse_long(first + second, room)
    return [_Slices.first(first), _Slices.first(second)]


def longest_first(
    first: np.ndarray, second: np.ndarray, room: int
) -> tuple[np.ndarray, np.ndarray]:
    """BERT's truncation: as long as a pair is too long, the longer text loses its last token.

    At equal lengths the second text loses one. The outcome without the loop: the longer text is cut
    down to the shorter one's length at most; if that is not enough, both get half of the room, the
    first text the odd token.

    Args:
        first: `(pairs,)`, tokens of each first text.
        second: `(pairs,)`, tokens of each second text.
        room: tokens for both together.

    Returns:
        The tokens that each first text, and each second text, keeps.
    """
    first_kept = np.minimum(first, np.maximum(room - second, room - room // 2))
    second_kept = np.minimum(second, np.maximum(room - first, room // 2))
    return first_kept, second_kept


def _fit_beside(
    truncated: np.ndarray, other: np.ndarray, room: int, place: str, mend: str
) -> np.ndarray:
    """What is left for `truncated` beside the whole `other`."""
    left = room - other
    for pair in np.flatnonzero((left < 1) & (truncated > left))[:1]:
        raise DataError(
            f"the {place} text of pair {pair} has {other[pair]} tokens, which leaves no room for "
            f"the other one within {room} tokens beside the special ones; raise max_length, or "
            f"use {mend}"
        )
    return np.minimum(truncated, left)


def _refuse_long(lengths: np.ndarray, room: int) -> None:
    for text in np.flatnonzero(lengths > room)[:1]:
        raise DataError(
            f"text {text} has {lengths[text]} tokens, with room for {room} beside the special "
            "ones; raise max_length, or let truncate cut it"
        )


def _windows(full: np.ndarray, room: np.ndarray, stride: int) -> tuple[_Slices, np.ndarray]:
    """Overlapping slices over texts of `full` tokens, at most `room` long: slices and text of each.

    As in google-research's SQuAD code the last window ends with the text, and a stride longer than
    the room is shortened to it, so that no token is left out.
    """
    step = np.maximum(np.minimum(stride, room), 1)
    counts = 1 + -(-(full - room) // step)
    text_index = np.repeat(np.arange(len(full)), counts)
    within = np.arange(len(text_index)) - (np.cumsum(counts) - counts)[text_index]
    starts = within * step[text_index]
    return _Slices(starts, np.minimum(room[text_index], full[text_index] - starts)), text_index


def _assemble(
    encoded: list[Encoded], sides: list[_Slices], text_index: np.ndarray, cls_id: int, sep_id: int
) -> tuple[PackedTokens, list[np.ndarray]]:
    """Puts the slices between special tokens; also returns where in the row arrays each went."""
    lengths = 1 + sum(side.lengths + 1 for side in sides)
    splits = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    token_ids = np.full(splits[-1], sep_id, np.int32)
    token_ids[splits[:-1]] = cls_id
    segment_ids = np.zeros_like(token_ids)
    offsets = None
    if encoded[0].spans is not None:
        offsets = np.full((len(token_ids), 2), NO_OFFSET, np.int32)
    places, start = [], splits[:-1] + 1
    for segment, (tokens, side) in enumerate(zip(encoded, sides, strict=True)):
        source = ranges(tokens.splits[text_index] + side.starts, side.lengths)
        target = ranges(start, side.lengths)
        token_ids[target] = tokens.ids[source]
        if offsets is not None:
            offsets[target] = tokens.spans[source]
        segment_ids[ranges(start, side.lengths + 1)] = segment  # the [SEP] belongs to its text
        places.append(target)
        start = start + side.lengths + 1
    packed = PackedTokens(
        flat_token_ids=token_ids,
        flat_segment_ids=segment_ids,
        row_splits=splits,
        text_index=text_index,
        window_start=np.zeros(len(text_index), np.int64),
        flat_offsets=offsets,
    )
    return packed, places


def ranges(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """`start, start + 1, ...` of every range after each other."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())


def _max_context(full: np.ndarray, windows: _Slices, text_index: np.ndarray) -> np.ndarray:
    """For each token of each window, whether this window is the one with the most context for it.

    The score is google-research's (`_check_is_max_context` in BERT's run_squad.py): the smaller of
    the context to the left and to the right, plus a hundredth of the window's length; the first of
    equals wins.
    """
    window = np.repeat(np.arange(len(text_index)), windows.lengths)
    left = ranges(np.zeros_like(windows.lengths), windows.lengths)
    length = windows.lengths[window]
    score = 100 * np.minimum(left, length - 1 - left) + length
    rank = score * len(text_index) - window  # the earlier of two equal scores ranks higher
    text_start = np.cumsum(full) - full
    token = text_start[text_index][window] + windows.starts[window] + left
    best = np.full(full.sum(), np.iinfo(np.int64).min)
    np.maximum.at(best, token, rank)
    return rank == best[token]
