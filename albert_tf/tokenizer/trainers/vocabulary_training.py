"""`train_vocabulary`: texts to the content of a `spiece.model` or a `vocab.txt`."""

import os
from collections.abc import Iterable

from albert_tf.errors import ConfigError, DataError
from albert_tf.tokenizer.scripts import marks_words
from albert_tf.tokenizer.text_sequence import not_text
from albert_tf.tokenizer.trainers.unigram import train_unigram
from albert_tf.tokenizer.trainers.wordpiece import train_wordpiece

TRAINERS = {"unigram": train_unigram, "wordpiece": train_wordpiece}
KINDS = tuple(TRAINERS)

COVERAGE, COVERAGE_WITHOUT_BLANKS = 0.99995, 0.9995
"""Share of the texts' characters that are to be in the vocabulary: ALBERT's own, and that of texts whose words no
blanks part. Chinese has thousands of characters that a corpus shows once or twice: at 0.99995 they would take the place
of words (SentencePiece recommends 0.9995)."""

LEAST_COVERAGE = 0.98
"""SentencePiece takes none below."""


def train_vocabulary(
    texts: Iterable[str],
    *,
    kind: str = "unigram",
    size: int = 8000,
    lowercase: bool = True,
    strip_accents: bool | None = None,
    character_coverage: float | None = None,
) -> bytes:
    """Learns a vocabulary from texts, for `AlbertTokenizer` and everything that takes one.

    Texts are normalized as the tokenizer will do it. The same texts give the same bytes, on any number of processors,
    with the same version of the trainer. All texts are in memory.

    Args:
        texts: any texts, such as lines or paragraphs; those without any character but white space are passed over.
        kind: `"unigram"`: a SentencePiece model as ALBERT's own, with the ids 0 to 4 for `<pad> <unk> [CLS] [SEP]
            [MASK]` (README of google-research/albert); needs the package sentencepiece. `"wordpiece"`: a `vocab.txt`
            as BERT's, with `[PAD] [UNK] [CLS] [SEP] [MASK]`, in which a Chinese character is a word; needs the package
            tokenizers.
        size: number of pieces, special ones included.
        lowercase: lower-case the texts. A vocabulary that keeps capitals must be read with `lowercase=False` again.
        strip_accents: drop accents; None does as `AlbertTokenizer` with the same arguments.
        character_coverage: share of the texts' characters, the frequent ones first, that the vocabulary must be able
            to spell; the rest becomes unknown. None is 0.9995 where blanks do not part words (`marks_words`), else
            ALBERT's 0.99995.

    Returns:
        The content of the file; `AlbertTokenizer.from_bytes` takes it too.

    Raises:
        ConfigError: an argument is impossible, or the size too small for the characters of the texts.
        DataError: there is no text, something else than str among the texts, or too little text for the size; the
            message names the size that is possible.
        MissingExtraError: the trainer is not installed.

    Example:
    ```python
    from albert_tf import AlbertTokenizer
    from albert_tf.tasks import demo_data
    from albert_tf.tokenizer.trainers import train_vocabulary

    content = train_vocabulary(demo_data("uci_sentences").texts, kind="wordpiece", size=2000)
    tokenizer = AlbertTokenizer.from_bytes(content)
    print([tokenizer.id_to_piece(i) for i in tokenizer.encode("A lovely film!")])
    ```
    """
    if kind not in TRAINERS:
        raise ConfigError(f"kind is {kind!r}; expected {' or '.join(KINDS)}")
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise ConfigError(f"size is {size!r}; expected a whole number, such as 8000")
    if character_coverage is not None and not LEAST_COVERAGE <= character_coverage <= 1:
        raise ConfigError(
            f"character_coverage is {character_coverage!r}; expected a share, {LEAST_COVERAGE} to 1"
        )
    kept = _checked(texts)
    if character_coverage is None:
        character_coverage = COVERAGE if marks_words(kept) else COVERAGE_WITHOUT_BLANKS
    train = TRAINERS[kind]
    return train(kept, size, lowercase, strip_accents, character_coverage)


def _checked(texts: Iterable[str]) -> list[str]:
    if isinstance(texts, (str, bytes, os.PathLike)):
        raise DataError(
            f"texts is {str(texts)[:40]!r}; expected several texts, not one, nor a file's name"
        )
    kept = []
    for number, text in enumerate(texts, 1):
        if not isinstance(text, str):
            raise not_text(text, f"text {number}")
        if text.strip():
            kept.append(text)
    if not kept:
        raise DataError("there is no text to learn a vocabulary from; expected one a line")
    return kept
