"""ALBERT's tokenizer as one SentencePiece model, for clients that have nothing but SentencePiece.

Google's Task Library and MediaPipe lower-case a text's ASCII letters and hand it to SentencePiece. What this
package does before (white space, NFKD, marks, lower-casing) and after (the digit-comma rule) would be missing. So
the first becomes part of the model's own character map, and the second is had by never using the pieces that the
rule would split.
"""

import functools
import itertools
import unicodedata
from collections.abc import Iterable

from albert_tf.errors import ExportError
from albert_tf.export.charsmap import write_charsmap
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.digit_comma import is_digit_comma
from albert_tf.tokenizer.model_file import (
    NORMALIZER_SPEC,
    PIECES,
    PRECOMPILED_CHARSMAP,
    REMOVE_EXTRA_WHITESPACES,
    SELF_TEST_DATA,
    TYPE,
    UNUSED,
    parse_model,
)
from albert_tf.tokenizer.normalization import WHITE_SPACE, Normalizer, is_surrogate
from albert_tf.tokenizer.segmentation.character_map import CharacterMap
from albert_tf.tokenizer.wire import field, fields, without

CLS, SEP, PAD_ID = "[CLS]", "[SEP]", 0
"""What the clients put around and behind a text, whatever the model."""


def task_tokenizer(tokenizer: AlbertTokenizer) -> bytes:
    """Returns a SentencePiece model that gives a tokenizer's ids by itself.

    Ids differ in two cases. Without the pieces of the digit-comma rule, a number with a comma may be
    divided elsewhere: `▁2` `1,4` `77` instead of `▁21` `,` `47` `7`. And the last sigma of a Greek word
    in capitals becomes σ, since a map of characters does not see where a word ends.

    Args:
        tokenizer: an uncased one, with the special tokens `[CLS]`, `[SEP]` and id 0 for padding.

    Raises:
        ExportError: when the clients could not give its ids.
    """
    check_task_tokenizer(tokenizer)
    return _rewritten(tokenizer.model_bytes, tokenizer.strip_accents)


def check_task_tokenizer(tokenizer: AlbertTokenizer) -> None:
    """Raises an `ExportError` for a tokenizer whose ids the clients could not give."""
    if tokenizer.kind != "sentencepiece":
        raise ExportError(
            "the tokenizer has WordPieces, of which the Task Library makes other ids; export without its metadata"
        )
    if not tokenizer.lowercase:
        raise ExportError(
            "the tokenizer keeps capital letters, but the Task Library lower-cases each text; "
            "export without its metadata, or use an uncased model"
        )
    found = (tokenizer.cls_token, tokenizer.sep_token, tokenizer.pad_id)
    if found != (CLS, SEP, PAD_ID):
        raise ExportError(
            f"the tokenizer has the special tokens {found[0]} and {found[1]} and pads with id "
            f"{found[2]}; the Task Library knows only {CLS}, {SEP} and id {PAD_ID}: export without "
            "its metadata"
        )


# It takes seconds, and the exports of a session all need the same one.
@functools.lru_cache(maxsize=2)
def _rewritten(content: bytes, strip_accents: bool) -> bytes:
    model = parse_model(content)
    rules = composed_rules(
        Normalizer(True, strip_accents),
        CharacterMap(model.charsmap).rules(),
        set().union(*model.pieces),
    )
    pieces, kept, normalizer = iter(model.pieces), [], b""
    for tag, value in fields(content):
        if tag == NORMALIZER_SPEC:
            normalizer += without(value, PRECOMPILED_CHARSMAP, REMOVE_EXTRA_WHITESPACES)
        elif tag == PIECES and is_digit_comma(next(pieces)):
            kept.append(field(tag, without(value, TYPE) + field(TYPE, UNUSED)))
        # Its samples hold for the old model; SentencePiece refuses a model that fails them.
        elif tag != SELF_TEST_DATA:
            kept.append(field(tag, value))
    normalizer += field(PRECOMPILED_CHARSMAP, write_charsmap(rules))
    normalizer += field(REMOVE_EXTRA_WHITESPACES, True)
    return b"".join([*kept, field(NORMALIZER_SPEC, normalizer)])


def composed_rules(
    normalize: Normalizer, charsmap: dict[str, str], alphabet: Iterable[str]
) -> dict[str, str]:
    """Returns the rules that do in one pass what `normalize` and then `charsmap` do.

    Args:
        normalize: what is done to single characters first.
        charsmap: the rules of the model's own map.
        alphabet: the characters of the vocabulary. Rules that turn several characters outside it into
            others outside it, such as those that compose Korean syllables, make no difference to
            ids, since adjoining unknown characters are one unknown token; they are left out.
    """
    alphabet = frozenset(alphabet) | {" "}
    longest = max(map(len, charsmap), default=1)

    @functools.cache
    def first(character):
        return " " if character in WHITE_SPACE else normalize.code_point(ord(character))

    def is_unknown(text):
        return text != "" and alphabet.isdisjoint(text)

    rules = {}
    # A rule of several characters is needed only where those of its parts do not have its effect.
    for key in itertools.chain(_characters(), sorted(charsmap, key=lambda key: (len(key), key))):
        plain = key if len(key) == 1 else _replaced(key, rules, longest)
        replacement = _replaced("".join(map(first, key)), charsmap, longest)
        if replacement != plain and not (
            len(key) > 1 and is_unknown(plain) and is_unknown(replacement)
        ):
            rules[key] = replacement
    return rules


def _characters():
    """Every assigned character that UTF-8 can hold, but for NUL, which ends texts in the map."""
    for code_point in range(1, 0x110000):
        character = chr(code_point)
        if not is_surrogate(code_point) and unicodedata.category(character) not in ("Cn", "Co"):
            yield character


def _replaced(text, rules, longest):
    """The text after replacing, from left to right, the longest piece of it that has a rule."""
    parts, start = [], 0
    while start < len(text):
        for end in range(min(len(text), start + longest), start, -1):
            if text[start:end] in rules:
                parts.append(rules[text[start:end]])
                break
        else:
            end = start + 1
            parts.append(text[start])
        start = end
    return "".join(parts)
