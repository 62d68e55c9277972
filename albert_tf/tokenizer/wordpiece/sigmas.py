"""The small form of a capital sigma, which depends on whether its word ends there.

`str.lower` looks over some characters that are no letters, such as a full stop, to the letters behind them. So the word
is what the reference lower-cases as one: all between white space and Chinese characters, without controls.
"""

import itertools
import re

from albert_tf.tokenizer.normalization import CAPITAL_SIGMA
from albert_tf.tokenizer.wordpiece.characters import CHINESE, SPACES, is_left_out

_WORD = re.compile(f"[^{SPACES}{''.join(f'{chr(first)}-{chr(last)}' for first, last in CHINESE)}]+")


def lower_sigmas(text: str) -> str:
    """Returns a text in which the small form of each capital sigma stands for it."""
    return _WORD.sub(_lowered, text) if CAPITAL_SIGMA in text else text


def _lowered(match: re.Match) -> str:
    word = match[0]
    if CAPITAL_SIGMA not in word:
        return word
    kept = [c for c in word if not is_left_out(ord(c))]
    lower = "".join(kept).lower()
    starts = itertools.accumulate([len(c.lower()) for c in kept], initial=0)
    forms = iter(
        [lower[start] for c, start in zip(kept, starts, strict=False) if c == CAPITAL_SIGMA]
    )
    return "".join(next(forms) if c == CAPITAL_SIGMA else c for c in word)
