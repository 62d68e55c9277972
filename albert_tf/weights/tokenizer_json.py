"""Hugging Face's `tokenizer.json`: the SentencePiece model that it was made from, built again.

The file holds the pieces with their scores, the character map, and what is done to texts before. That is
all of a unigram model but the types of the pieces, which are told by their scores: SentencePiece gives 0 to
reserved pieces and to user-defined ones, and a logarithm of a probability to all others. transformers
takes 100 from the scores of pieces such as `▁1999,`, so that they are never used; here `AlbertTokenizer`
splits them, by google-research's own rule, and they get their scores back.
"""

import base64
import binascii
import re
from typing import NamedTuple

import numpy as np

from albert_tf.errors import CheckpointError
from albert_tf.tokenizer.model_file import (
    CONTROL,
    NORMAL,
    UNKNOWN,
    USER_DEFINED,
    WORD_BOUNDARY,
    Piece,
    write_model,
)
from albert_tf.weights.added_tokens import added_in_tokenizer_json, with_added_tokens

RESERVED = re.compile(r"<[^<>]+>|\[[^\[\]]+\]")
CLS, SEP = ("[CLS]", "<cls>"), ("[SEP]", "<sep>")

QUOTES = ("``", "''")
"""What transformers replaces by a plain quote first; google-research/albert does not, nor does this package."""

STAGES = ("NFKD", "StripAccents", "Lowercase", "Precompiled")
"""The normalizers that change texts, in the one order that is known."""

DIGIT_COMMA_PENALTY = 100

INSTEAD = (
    "use the SentencePiece model that it was made from (albert-tf import SRC DST --tokenizer FILE), or none "
    "(--no-tokenizer) for token ids"
)


class UnigramTokenizer(NamedTuple):
    """What a `tokenizer.json` says.

    Attributes:
        content: a SentencePiece model file.
        lowercase: whether texts are lower-cased first.
        strip_accents: whether combining marks are dropped first.
    """

    content: bytes
    lowercase: bool
    strip_accents: bool


def read_tokenizer_json(values: dict, source: str) -> UnigramTokenizer:
    """Returns the SentencePiece model of a fast tokenizer, and what it does to texts before.

    Args:
        values: the parsed file.
        source: its name, for messages.

    Raises:
        CheckpointError: naming what SentencePiece or this package does not do in the same way: another
            kind of model (WordPiece, BPE), another normalizer, added tokens; or what is malformed.
    """
    try:
        model = values["model"]
        kind = model.get("type", "unnamed")
        if kind != "Unigram":
            raise _refusal(source, f"is of the type {kind}; expected Unigram, as ALBERT's")
        if model.get("byte_fallback"):
            raise _refusal(source, "falls back on bytes (byte_fallback), which ALBERT's does not")
        _check_template(values.get("post_processor"), source)
        lowercase, strip_accents, charsmap = _read_normalizer(values.get("normalizer"), source)
        add_dummy_prefix = _read_pre_tokenizer(values.get("pre_tokenizer"), source)
        pieces = _read_pieces(values, source)
        added = {int(number): str(text) for number, text in added_in_tokenizer_json(values)}
        content = write_model(pieces, charsmap, add_dummy_prefix)
    except CheckpointError:
        raise
    except (AttributeError, KeyError, TypeError, IndexError, ValueError) as error:
        raise CheckpointError(
            f"{source} is malformed ({type(error).__name__}: {error}); expected the tokenizer.json that "
            "save_pretrained of transformers writes"
        ) from error
    return UnigramTokenizer(with_added_tokens(content, added, source), lowercase, strip_accents)


def _refusal(source: str, what: str) -> CheckpointError:
    return CheckpointError(f"{source} {what}; {INSTEAD}")


def _check_template(processor: dict | None, source: str) -> None:
    """Refuses a tokenizer that packs texts otherwise than `[CLS] A [SEP] B [SEP]`."""
    kind = None if processor is None else processor["type"]
    if kind == "TemplateProcessing":
        found = [[_template_part(part) for part in processor[name]] for name in ("single", "pair")]
        single = [("cls", 0), ("A", 0), ("sep", 0)]
        if found == [single, [*single, ("B", 1), ("sep", 1)]]:
            return
    elif kind == "BertProcessing" and processor["cls"][0] in CLS and processor["sep"][0] in SEP:
        return
    raise _refusal(
        source, f"packs texts by {kind or 'no'} template of its own, not as [CLS] A [SEP] B [SEP]"
    )


def _template_part(part: dict) -> tuple[str, int]:
    ((kind, token),) = part.items()
    role = token["id"]
    if kind == "SpecialToken":
        role = "cls" if role in CLS else "sep" if role in SEP else role
    return role, token["type_id"]


def _read_normalizer(normalizer: dict | None, source: str) -> tuple[bool, bool, bytes]:
    """Returns whether texts are lower-cased, whether accents are dropped, and the character map."""
    stages, charsmap = [], b""
    for step in _steps(normalizer, "normalizers"):
        kind = step["type"]
        if kind in STAGES:
            stages.append(kind)
            if kind == "Precompiled":
                charsmap = _decoded(step["precompiled_charsmap"], source)
        elif kind != "Strip" and not (kind == "Replace" and _is_harmless(step)):
            pattern = f" of {step.get('pattern')}" if kind == "Replace" else ""
            raise _refusal(source, f"normalizes texts by {kind}{pattern}, which ALBERT's does not")
    strips = "StripAccents" in stages
    expected = [stage for stage in STAGES if stage in stages or (stage in STAGES[:2] and strips)]
    if stages != expected or ("NFKD" in stages and not strips):
        raise _refusal(
            source,
            f"normalizes texts by {', '.join(stages)}; expected {', '.join(STAGES)} in this order",
        )
    return "Lowercase" in stages, strips, charsmap


def _steps(whole: dict | None, inside: str) -> list[dict]:
    """Returns the steps of a `Sequence`, also of nested ones, or a lone step."""
    if whole is None:
        return []
    if whole["type"] != "Sequence":
        return [whole]
    return [step for part in whole[inside] for step in _steps(part, inside)]


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
    steps = [
        step for step in _steps(pre_tokenizer, "pretokenizers") if step["type"] != "WhitespaceSplit"
    ]
    kinds = ", ".join(step["type"] for step in steps) or "nothing"
    if kinds != "Metaspace" or steps[0].get("replacement", WORD_BOUNDARY) != WORD_BOUNDARY:
        raise _refusal(source, f"divides texts by {kinds}; expected Metaspace with {WORD_BOUNDARY}")
    scheme = steps[0].get("prepend_scheme")
    return steps[0].get("add_prefix_space", True) if scheme is None else scheme != "never"


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
            raise _refusal(source, f"cuts texts at the piece {text!r}, as an added token")
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
        raise _refusal(
            source,
            f"has scores that are no float32 numbers, as SentencePiece's are ({piece.score!r} of {piece.text!r}), so "
            "texts of nearly equal segmentations would get other ids",
        )
