"""A `tokenizer.json` of unigram pieces: the SentencePiece model that it was made from, built again.

The file holds the pieces with their scores, the character map, and what is done to texts before. That is
all of a unigram model but the types of the pieces, which are told by their scores: SentencePiece gives 0 to
reserved pieces and to user-defined ones, and a logarithm of a probability to all others. transformers
takes 100 from the scores of pieces such as `▁1999,`, so that they are never used; here `AlbertTokenizer`
splits them, by google-research's own rule, and they get their scores back.
"""

import base64
import binascii
import re

import numpy as np

from albert_tf.errors import CheckpointError
from albert_tf.tokenizer.huggingface.parts import (
    Tokenization,
    added_in_tokenizer_json,
    refusal,
    steps,
)
from albert_tf.tokenizer.model_file import (
    CONTROL,
    NORMAL,
    UNKNOWN,
    USER_DEFINED,
    WORD_BOUNDARY,
    Piece,
    write_model,
)

RESERVED = re.compile(r"<[^<>]+>|\[[^\[\]]+\]")
QUOTES = ("``", "''")
"""What transformers replaces by a plain quote first; google-research/albert does not, nor does this package."""

STAGES = ("NFKD", "StripAccents", "Lowercase", "Precompiled")
"""The normalizers that change texts, in the one order that is known."""

DIGIT_COMMA_PENALTY = 100


def read_unigram(values: dict, source: str) -> Tokenization:
    """Returns the SentencePiece model of a fast tokenizer, and what it does to texts before.

    Args:
        values: the parsed file.
        source: its name, for messages.

    Raises:
        CheckpointError: naming what SentencePiece does not do in the same way.
    """
    if values["model"].get("byte_fallback"):
        raise refusal(source, "falls back on bytes (byte_fallback), which ALBERT's does not")
    lowercase, strip_accents, charsmap = _read_normalizer(values.get("normalizer"), source)
    add_dummy_prefix = _read_pre_tokenizer(values.get("pre_tokenizer"), source)
    pieces = _read_pieces(values, source)
    return Tokenization(write_model(pieces, charsmap, add_dummy_prefix), lowercase, strip_accents)


def _read_normalizer(normalizer: dict | None, source: str) -> tuple[bool, bool, bytes]:
    """Returns whether texts are lower-cased, whether accents are dropped, and the character map."""
    stages, charsmap = [], b""
    for step in steps(normalizer, "normalizers"):
        kind = step["type"]
        if kind in STAGES:
            stages.append(kind)
            if kind == "Precompiled":
                charsmap = _decoded(step["precompiled_charsmap"], source)
        elif kind != "Strip" and not (kind == "Replace" and _is_harmless(step)):
            pattern = f" of {step.get('pattern')}" if kind == "Replace" else ""
            raise refusal(source, f"normalizes texts by {kind}{pattern}, which ALBERT's does not")
    strips = "StripAccents" in stages
    expected = [stage for stage in STAGES if stage in stages or (stage in STAGES[:2] and strips)]
    if stages != expected or ("NFKD" in stages and not strips):
        raise refusal(
            source,
            f"normalizes texts by {', '.join(stages)}; expected {', '.join(STAGES)} in this order",
        )
    return "Lowercase" in stages, strips, charsmap


def _decoded(charsmap: str | None, source: str) -> bytes:
    try:
        return base64.b64decode(charsmap or "", validate=True)
    except (binascii.Error, TypeError) as error:
        raise CheckpointError(
            f"{source}: precompiled_charsmap is damaged ({error}); copy the file again"
        ) from error


def _is_harmless(step: dict) -> bool:
    """Whether a replacement is of quotes as transformers writes them, or of runs of blanks by one."""
    (pattern,) = step["pattern"].values()
    if pattern in QUOTES:
        return step["content"] == '"'
    return pattern == " {2,}" and step["content"] in (" ", WORD_BOUNDARY)


def _read_pre_tokenizer(pre_tokenizer: dict | None, source: str) -> bool:
    """Returns whether a text gets a word boundary before it."""
    found = [
        step for step in steps(pre_tokenizer, "pretokenizers") if step["type"] != "WhitespaceSplit"
    ]
    kinds = ", ".join(step["type"] for step in found) or "nothing"
    if kinds != "Metaspace" or found[0].get("replacement", WORD_BOUNDARY) != WORD_BOUNDARY:
        raise refusal(source, f"divides texts by {kinds}; expected Metaspace with {WORD_BOUNDARY}")
    scheme = found[0].get("prepend_scheme")
    return found[0].get("add_prefix_space", True) if scheme is None else scheme != "never"


def _read_pieces(values: dict, source: str) -> list[Piece]:
    vocabulary, unknown = values["model"]["vocab"], values["model"].get("unk_id")
    if type(unknown) is not int or not 0 <= unknown < len(vocabulary):
        raise CheckpointError(f"{source}: unk_id is {unknown!r}; expected the id of a piece")
    added = {text for _, text in added_in_tokenizer_json(values)}
    pieces = []
    for number, (text, score) in enumerate(vocabulary):
        if not isinstance(text, str) or not text or not isinstance(score, int | float):
            raise CheckpointError(
                f"{source}: the piece {number} is {[text, score]!r}; expected a text and its score"
            )
        if number == unknown:
            kind = UNKNOWN
        elif score == 0:
            kind = CONTROL if RESERVED.fullmatch(text) else USER_DEFINED
        elif text in added:
            raise refusal(source, f"cuts texts at the piece {text!r}, as an added token")
        else:
            kind = NORMAL
        if text[-1] == "," and text[-2:-1].isdigit() and score <= -DIGIT_COMMA_PENALTY:
            score += DIGIT_COMMA_PENALTY
        pieces.append(Piece(text, float(score), kind))
    twice = len(pieces) - len({piece.text for piece in pieces})
    if twice:
        raise CheckpointError(f"{source} holds {twice} pieces twice; expected each once")
    _check_scores(pieces, source)
    return pieces


def _check_scores(pieces: list[Piece], source: str) -> None:
    scores = np.array([piece.score for piece in pieces])
    inexact = np.flatnonzero(~(scores == scores.astype(np.float32)))
    if len(inexact):
        piece = pieces[inexact[0]]
        raise refusal(
            source,
            f"has scores that are no float32 numbers, as SentencePiece's are ({piece.score!r} of {piece.text!r}), so "
            "texts of nearly equal segmentations would get other ids",
        )
