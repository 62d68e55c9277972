"""A `vocab.txt` of WordPieces, by the trainer of Hugging Face's tokenizers.

The trainer is given the words of the texts as `WordPieceEngine` will see them, so each of its pieces can occur. Left to
itself it numbers the characters in the order of a hash table, and equal pairs by those numbers, so that no two runs
agree; here the characters are numbered before.
"""

import itertools
from collections import Counter
from collections.abc import Iterator

from albert_tf.errors import ConfigError, DataError, MissingExtraError
from albert_tf.tokenizer.normalization import is_surrogate
from albert_tf.tokenizer.trainers.unigram import EXTRA
from albert_tf.tokenizer.wordpiece.characters import Characters
from albert_tf.tokenizer.wordpiece.splitting import WordSplitter
from albert_tf.tokenizer.wordpiece.vocabulary_file import (
    CONTINUATION,
    SPECIAL_PIECES,
    UNKNOWN_PIECE,
    write_word_pieces,
)
from albert_tf.tokenizer.wordpiece.words import LONGEST_WORD

LEAST_FREQUENT = 2
"""Times that a pair must occur to become a piece."""

_REPEATED_AT_ONCE = 1000


def train_wordpiece(
    texts: list[str],
    size: int,
    lowercase: bool,
    strip_accents: bool | None,
    character_coverage: float,
) -> bytes:
    """Returns the content of a `vocab.txt`; see `train_vocabulary`."""
    try:
        import tokenizers
    except ImportError:
        raise MissingExtraError(
            "tokenizers", EXTRA, "training a vocabulary of WordPieces"
        ) from None
    words = _count_words(texts, lowercase, lowercase if strip_accents is None else strip_accents)
    known = _frequent_characters(words, character_coverage)
    words = {word: n for word, n in words.items() if known.issuperset(word)}
    inner = {character for word in words for character in word[1:]}
    alphabet = [*sorted(known), *(CONTINUATION + character for character in sorted(inner))]
    needed = len(SPECIAL_PIECES) + len(alphabet)
    if size < needed:
        raise ConfigError(
            f"size is {size}, and the characters of the texts and the special pieces alone are {needed}; raise it to "
            f"{needed} at least, or lower character_coverage, which is {character_coverage}"
        )
    model = tokenizers.Tokenizer(tokenizers.models.WordPiece(unk_token=UNKNOWN_PIECE))
    model.pre_tokenizer = tokenizers.pre_tokenizers.CharDelimiterSplit(" ")
    trainer = tokenizers.trainers.WordPieceTrainer(
        vocab_size=size,
        min_frequency=LEAST_FREQUENT,
        special_tokens=[*SPECIAL_PIECES, *alphabet],  # in this order
        continuing_subword_prefix=CONTINUATION,
        show_progress=False,
    )
    model.train_from_iterator(_repeated(words), trainer)
    ids = model.get_vocab(with_added_tokens=False)
    pieces = sorted(ids, key=ids.__getitem__)
    if len(pieces) < size:
        raise DataError(
            f"size is {size}, and {len(texts):,} texts make no more than {len(pieces)} pieces; lower it to "
            f"{len(pieces)} at most, or give more texts"
        )
    return write_word_pieces(pieces)


def _count_words(texts: list[str], lowercase: bool, strip_accents: bool) -> Counter[str]:
    split = WordSplitter(Characters(lowercase, strip_accents))
    chunks: Counter[str] = Counter()
    for text in texts:
        chunks.update(split.chunks(text))
    words: Counter[str] = Counter()
    for chunk, n in chunks.items():
        for word in split.words(chunk):
            if len(word) <= LONGEST_WORD:  # a longer one is unknown
                words[word] += n
    return words


def _frequent_characters(words: Counter[str], coverage: float) -> set[str]:
    """The most frequent characters of words that make up a share of all; of equally frequent ones the first first."""
    counts: Counter[str] = Counter()
    for word, n in words.items():
        for character in word:
            counts[character] += n
    ordered = sorted(counts, key=lambda character: (-counts[character], character))
    sums = itertools.accumulate(counts[character] for character in ordered)
    wanted = coverage * counts.total()
    number = 1 + next((at for at, total in enumerate(sums) if total >= wanted), len(ordered))
    return {c for c in ordered[:number] if not is_surrogate(ord(c))}


def _repeated(words: dict[str, int]) -> Iterator[str]:
    """Each word as often as it occurs, in lines; one of a single character makes no pairs, and is left out."""
    for word, n in words.items():
        if len(word) > 1:
            for begin in range(0, n, _REPEATED_AT_ONCE):
                yield " ".join([word] * min(_REPEATED_AT_ONCE, n - begin))
