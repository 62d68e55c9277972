"""A SentencePiece model in the form of ALBERT's own, by SentencePiece's trainer."""

import io
import re
from collections.abc import Iterator

from albert_tf.errors import ConfigError, DataError, MissingExtraError
from albert_tf.tokenizer.model_file import WORD_BOUNDARY, parse_model
from albert_tf.tokenizer.normalization import Normalizer

EXTRA = "vocabulary"
LIKE_ALBERT = {
    "model_type": "unigram",
    "normalization_rule_name": "nmt_nfkc",
    "pad_id": 0,
    "unk_id": 1,
    "bos_id": -1,
    "eos_id": -1,
    "pad_piece": "<pad>",
    "required_chars": WORD_BOUNDARY,  # which begins each text, however long and rare they are
    "control_symbols": ["[CLS]", "[SEP]", "[MASK]"],
    "user_defined_symbols": list('()"-.–£€'),
}
"""The form of ALBERT's English model, as the model itself states it in its `trainer_spec`."""

THREADS = 16
"""Of the trainer, which adds the expected counts of one thread after those of another: so the sums, and with them the
pieces, are those of this number, on any number of processors."""

LONGEST_TEXT = 4000
"""Characters; a longer text is cut, at a blank where it has one, since the trainer leaves long ones out."""

_UNUSABLE = "▅"
"""How SentencePiece marks unknown characters; its trainer leaves texts out that hold it."""

_TOO_SMALL = re.compile(r"smaller than required_chars\. \d+ vs (\d+)")


def train_unigram(
    texts: list[str],
    size: int,
    lowercase: bool,
    strip_accents: bool | None,
    character_coverage: float,
) -> bytes:
    """Returns the content of a SentencePiece model; see `train_vocabulary`."""
    try:
        import sentencepiece
    except ImportError:
        raise MissingExtraError("sentencepiece", EXTRA, "training a unigram vocabulary") from None
    normalize = Normalizer(lowercase, strip_accents is not False)
    normalized = [part for text in texts for part in _portions(normalize(text))]
    by_trainer = sentencepiece.SentencePieceNormalizer(
        rule_name=LIKE_ALBERT["normalization_rule_name"]
    ).normalize(normalized)
    # Of texts without a character the trainer would end the process.
    normalized = [text for text, left in zip(normalized, by_trainer, strict=True) if left.strip()]
    if not any(_UNUSABLE not in text for text in normalized):
        raise DataError("the texts have no character that SentencePiece keeps; give others")
    content = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(normalized),
            model_writer=content,
            vocab_size=size,
            hard_vocab_limit=False,  # what is possible is then seen from what it makes
            character_coverage=character_coverage,
            max_sentence_length=8 * LONGEST_TEXT,  # bytes
            num_threads=THREADS,
            minloglevel=3,
            **LIKE_ALBERT,
        )
    except RuntimeError as error:
        raise _refused(error, size, character_coverage) from error
    possible = len(parse_model(content.getvalue()).pieces)
    if possible < size:
        raise DataError(
            f"size is {size}, and {len(texts):,} texts make no more than {possible} pieces; lower it to {possible} at "
            "most, or give more texts"
        )
    return content.getvalue()


def _portions(text: str) -> Iterator[str]:
    while len(text) > LONGEST_TEXT:
        end = text.rfind(" ", 1, LONGEST_TEXT)
        end = LONGEST_TEXT if end < 0 else end
        yield text[:end]
        text = text[end:]
    yield text


def _refused(error: RuntimeError, size: int, character_coverage: float) -> Exception:
    needed = _TOO_SMALL.search(str(error))
    if needed:
        return ConfigError(
            f"size is {size}, and the characters of the texts and the special pieces alone are {needed[1]}; raise it "
            f"to {needed[1]} at least, or lower character_coverage, which is {character_coverage}"
        )
    reason = " ".join(str(error).split())
    return DataError(f"SentencePiece cannot make a vocabulary of {size} of these texts: {reason}")
