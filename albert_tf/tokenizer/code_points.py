"""`Normalizer` as arrays with an entry for each code point, for the TensorFlow graph.

The 1,114,112 code points are stored as pages of 256, equal pages once: most of Unicode is left as
it is, and all of that is one page.
"""

import dataclasses
import functools
import unicodedata
from collections.abc import Callable, Iterable

import numpy as np

from albert_tf.tokenizer.normalization import CAPITAL_SIGMA, Normalizer

PAGE_BITS = 8
PAGE_SIZE = 1 << PAGE_BITS
CODE_POINTS = 0x110000
OTHER, CASED, IGNORABLE = 0, 1, 2  # what a character is to the rule of the final sigma


@dataclasses.dataclass(frozen=True, eq=False)
class PagedTable:
    """One int32 for each code point: `entries[page_of[c >> 8], c & 255]`.

    Attributes:
        page_of: `(4352,)` int32.
        entries: `(pages, 256)` int32.
    """

    page_of: np.ndarray
    entries: np.ndarray

    @classmethod
    def from_pages(cls, pages: Iterable[np.ndarray]) -> "PagedTable":
        """Stores each distinct page once."""
        index, distinct, page_of = {}, [], []
        for page in pages:
            key = page.tobytes()
            if key not in index:
                index[key] = len(distinct)
                distinct.append(page)
            page_of.append(index[key])
        return cls(np.array(page_of, np.int32), np.stack(distinct))


@dataclasses.dataclass(frozen=True, eq=False)
class SubstitutionTable:
    """What every code point becomes.

    Attributes:
        table: for a code point that becomes one code point, the difference of the two; for every
            other, `MANY` plus a row of `rows`.
        row_starts: `(rows,)` int32, where each row begins in `flat`.
        row_lengths: `(rows,)` int32, 0 for a dropped mark.
        flat: int32 code points.
    """

    MANY = 1 << 24  # above any difference of two code points

    table: PagedTable
    row_starts: np.ndarray
    row_lengths: np.ndarray
    flat: np.ndarray


@functools.lru_cache(maxsize=8)
def build_substitution_table(
    lowercase: bool, strip_accents: bool, keep_capital_sigma: bool
) -> SubstitutionTable:
    """Computes the table of a `Normalizer`.

    Args:
        lowercase: as in `Normalizer`.
        strip_accents: as in `Normalizer`.
        keep_capital_sigma: leave `Σ` for a later step that looks at its neighbors.
    """
    normalizer = Normalizer(lowercase=lowercase, strip_accents=strip_accents)

    def normalized(code_point: int) -> str:
        text = normalizer.substitute(code_point)
        if not lowercase:
            return text
        return "".join(c if keep_capital_sigma and c == CAPITAL_SIGMA else c.lower() for c in text)

    return substitution_table(normalized)


def substitution_table(normalized: Callable[[int], str]) -> SubstitutionTable:
    """The table of a function of a code point.

    Args:
        normalized: what a code point becomes; what lower-casing and NFKD leave alone, and is no mark, must stay.
    """
    rows = {"": 0}

    def entry(code_point: int) -> int:
        text = normalized(code_point)
        if len(text) == 1:
            return ord(text) - code_point
        return SubstitutionTable.MANY + rows.setdefault(text, len(rows))

    table = PagedTable.from_pages(_pages(entry, _is_untouched))
    lengths = np.array([len(text) for text in rows], np.int32)
    return SubstitutionTable(
        table=table,
        row_starts=(np.cumsum(lengths) - lengths).astype(np.int32),
        row_lengths=lengths,
        # The unused branch of a `tf.where` gathers too: it must find an entry.
        flat=np.array([ord(c) for text in rows for c in text] + [0], np.int32),
    )


@functools.cache
def build_case_table() -> PagedTable:
    """`OTHER`, `CASED` or `IGNORABLE` for every code point, as `str.lower` sees it.

    Python does not name these properties, but shows them: a sigma after a cased letter is final,
    and case-ignorable characters in between are looked over.
    """

    def entry(code_point: int) -> int:
        character = chr(code_point)
        if not _ends_word("A" + character):
            return OTHER
        return CASED if _ends_word(character) else IGNORABLE

    return PagedTable.from_pages(_pages(entry, lambda page: False))


def _ends_word(text: str) -> bool:
    """Whether a capital sigma after `text` is final."""
    return (text + CAPITAL_SIGMA).lower().endswith("ς")


def _pages(entry: Callable[[int], int], is_zero: Callable[[str], bool]) -> Iterable[np.ndarray]:
    """The table of `entry`, page by page; a page that `is_zero` recognizes is not computed."""
    zeros = np.zeros(PAGE_SIZE, np.int32)
    for first in range(0, CODE_POINTS, PAGE_SIZE):
        page = range(first, first + PAGE_SIZE)
        if is_zero("".join(map(chr, page))):
            yield zeros
        else:
            yield np.array([entry(code_point) for code_point in page], np.int32)


def _is_untouched(page: str) -> bool:
    """Whether no step of any `Normalizer` changes a character of the page."""
    return (
        unicodedata.is_normalized("NFKD", page)
        and page.lower() == page
        and not any(map(unicodedata.combining, page))
        and "Mn" not in map(unicodedata.category, page)
        and not "\ud800" <= page[0] <= "\udfff"
    )
