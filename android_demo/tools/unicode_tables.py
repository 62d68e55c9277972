"""Writes the Unicode tables of the Kotlin text library, from the code that the Python package runs.

The Java library's own ideas of Unicode differ from phone to phone, so Kotlin asks it nothing: all
it needs to know stands in text files of its resources, `unicode.txt` for the tokenizer and
`words.txt` for entities. Run from the repository's root, with the Python whose `unicodedata` is the
version that `albert_tf.tokenizer.normalization` names:

    .venv/bin/python android_demo/tools/unicode_tables.py

`--check` compares instead of writing, and exits with status 1 when the file is out of date.

**A file.** A header, then sections, each begun by its name in brackets. Numbers are hexadecimal
code points. A line of a set is `FIRST` or `FIRST-LAST`. A line of a mapping is one of

    CODE TARGET TARGET ...     becomes these
    CODE                       becomes nothing
    FIRST-LAST                 each becomes nothing
    FIRST-LAST TARGET          FIRST becomes TARGET, the next one TARGET + 1, and so on
    FIRST-LAST/2 TARGET        the same for every second code point, FIRST + 2 to TARGET + 2, ...
"""

import argparse
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from albert_tf.answers.text_tokens import is_of_word
from albert_tf.tokenizer.code_points import CASED, IGNORABLE, PAGE_SIZE, build_case_table
from albert_tf.tokenizer.normalization import CAPITAL_SIGMA, WHITE_SPACE, Normalizer, is_surrogate
from albert_tf.tokenizer.wordpiece.characters import (
    CHINESE,
    SPACES,
    Characters,
    is_left_out,
    is_punctuation,
)

UNICODE_VERSION = "14.0.0"
RESOURCES = Path(__file__).resolve().parents[1] / "text/src/main/resources/io/github/alberttf/text"
HANGUL_SYLLABLES = range(
    0xAC00, 0xD7A4
)  # the standard computes their decomposition, and so does Kotlin
ALL = range(0x110000)

Mapping = dict[int, tuple[int, ...]]


def main() -> int:
    """Writes or checks the file; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare the file, write nothing")
    arguments = parser.parse_args()
    if unicodedata.unidata_version != UNICODE_VERSION:
        print(
            f"this Python has Unicode {unicodedata.unidata_version}; expected {UNICODE_VERSION}, "
            "the version of the tokenizer's tables: run it with Python 3.11",
            file=sys.stderr,
        )
        return 2
    outdated = []
    for name, content in (("unicode.txt", file_content()), ("words.txt", words_content())):
        target = RESOURCES / name
        if arguments.check:
            if not target.exists() or target.read_text("utf-8") != content:
                outdated.append(target)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, "utf-8", newline="\n")
    for target in outdated:
        print(f"{target} is out of date: run {Path(__file__).name}", file=sys.stderr)
    return 1 if outdated else 0


HEADER = (
    f"# Unicode {UNICODE_VERSION}",
    "# Written by android_demo/tools/unicode_tables.py, which describes the format; not edited by hand.",
    "# Derived from the Unicode Character Database, (c) Unicode, Inc., Unicode License V3.",
)


def file_content() -> str:
    """The whole `unicode.txt`."""
    classes = _case_classes()
    _check_case_classes_survive_lowering(classes)
    lines = [
        *HEADER,
        "[white_space]",
        *_set_lines(map(ord, WHITE_SPACE)),
        "[digit]",
        *_set_lines(c for c in ALL if chr(c).isdigit()),
        "[without_marks]",
        *_mapping_lines(_without_marks()),
        "[lowercase]",
        *_mapping_lines(_lowercase()),
        "[cased]",
        *_set_lines(c for c in ALL if classes[c] == CASED),
        "[case_ignorable]",
        *_set_lines(c for c in ALL if classes[c] == IGNORABLE),
        *_wordpiece_lines(),
    ]
    return "\n".join(lines) + "\n"


def _wordpiece_lines() -> list[str]:
    """What only a tokenizer of WordPieces asks for, which therefore stands at the end."""
    return [
        "[space]",
        *_set_lines(sorted(map(ord, SPACES))),
        "[left_out]",
        *_set_lines(filter(is_left_out, ALL)),
        "[chinese]",
        *(_range(first, last) for first, last in CHINESE),
        "[punctuation]",
        *_set_lines(filter(is_punctuation, ALL)),
        "[without_accents]",
        *_mapping_lines(_without_accents()),
    ]


def _without_accents() -> Mapping:
    """NFD without accents, of every code point that it changes, but for those that are left out and for Hangul."""
    characters = Characters(lowercase=False, strip_accents=True)
    return {
        c: tuple(map(ord, text))
        for c in ALL
        if c not in HANGUL_SYLLABLES
        and not is_left_out(c)
        and (text := characters.normalized(c)) != chr(c)
    }


def words_content() -> str:
    """The whole `words.txt`: the characters that make words in scripts that part these by blanks."""
    lines = [*HEADER, "[word]", *_set_lines(c for c in ALL if is_of_word(chr(c)))]
    return "\n".join(lines) + "\n"


def _without_marks() -> Mapping:
    """NFKD without combining marks, of every code point that it changes."""
    normalizer = Normalizer(lowercase=False, strip_accents=True)
    mapping = {}
    for code_point in ALL:
        text = normalizer.substitute(code_point)
        if code_point in HANGUL_SYLLABLES:
            if text != _decomposed_syllable(code_point):
                raise AssertionError(f"U+{code_point:04X} is not decomposed by the formula")
        elif text != chr(code_point) and not is_surrogate(code_point):
            mapping[code_point] = tuple(map(ord, text))
    return mapping


def _decomposed_syllable(code_point: int) -> str:
    """The formula of the Unicode standard, section 3.12."""
    index = code_point - HANGUL_SYLLABLES.start
    lead, vowel, trail = 0x1100 + index // 588, 0x1161 + index % 588 // 28, 0x11A7 + index % 28
    return chr(lead) + chr(vowel) + (chr(trail) if trail != 0x11A7 else "")


def _lowercase() -> Mapping:
    """`str.lower` of every single code point that it changes but the capital sigma."""
    return {
        c: tuple(map(ord, chr(c).lower()))
        for c in ALL
        if chr(c).lower() != chr(c) and chr(c) != CAPITAL_SIGMA
    }


def _case_classes() -> list[int]:
    table = build_case_table()
    return [int(table.entries[table.page_of[c // PAGE_SIZE], c % PAGE_SIZE]) for c in ALL]


def _check_case_classes_survive_lowering(classes: list[int]) -> None:
    """Kotlin looks at the neighbors of a sigma after lowering them: it must see the same."""
    for code_point in ALL:
        lowered = [classes[ord(c)] for c in chr(code_point).lower()]
        for seen in (lowered, lowered[::-1]):
            solid = next((kind for kind in seen if kind != IGNORABLE), IGNORABLE)
            if solid != classes[code_point]:
                raise AssertionError(f"U+{code_point:04X} has another case class in lower case")


def _set_lines(code_points: Iterable[int]) -> list[str]:
    runs: list[list[int]] = []
    for code_point in code_points:
        if runs and runs[-1][1] == code_point - 1:
            runs[-1][1] = code_point
        else:
            runs.append([code_point, code_point])
    return [_range(first, last) for first, last in runs]


def _mapping_lines(mapping: Mapping) -> list[str]:
    lines = []
    rest = sorted(mapping, reverse=True)
    while rest:
        first = rest.pop()
        target = mapping[first]
        last, step = first, 1
        if len(target) <= 1:
            step = 2 if target and _continues(mapping, first, 2) and first + 1 not in mapping else 1
            while _continues(mapping, last, step) and (step == 1 or last + 1 not in mapping):
                last += step
                if rest.pop() != last:
                    raise AssertionError("a run skipped a code point")
        suffix = "/2" if step == 2 else ""
        lines.append(" ".join([_range(first, last) + suffix, *(f"{c:X}" for c in target)]))
    return lines


def _continues(mapping: Mapping, code_point: int, step: int) -> bool:
    """Whether the code point `step` further on is mapped as far as this one, or to nothing as it is."""
    here, there = mapping[code_point], mapping.get(code_point + step)
    return there == tuple(target + step for target in here) if here else there == ()


def _range(first: int, last: int) -> str:
    return f"{first:X}" if first == last else f"{first:X}-{last:X}"


if __name__ == "__main__":
    sys.exit(main())
