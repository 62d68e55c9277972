"""Normalization against `unicodedata`, and its tables against it."""

import sys

import numpy as np
import pytest

from albert_tf.tokenizer.code_points import (
    CASED,
    IGNORABLE,
    OTHER,
    PAGE_SIZE,
    SubstitutionTable,
    build_case_table,
    build_substitution_table,
)
from albert_tf.tokenizer.normalization import _AFTER_UNICODE_14, WHITE_SPACE, Normalizer
from tests.tokenizer.reference import preprocess
from tests.tokenizer.texts import CHANGING

SURROGATES = range(0xD800, 0xE000)
CODE_POINTS = [c for c in range(0x110000) if c not in SURROGATES and c not in _AFTER_UNICODE_14]
ALL_FLAGS = [(lower, strip) for lower in (True, False) for strip in (True, False)]


def test_white_space_is_complete():
    assert set(WHITE_SPACE) == {chr(c) for c in range(sys.maxunicode + 1) if chr(c).isspace()}


@pytest.mark.parametrize(("lowercase", "strip_accents"), ALL_FLAGS)
def test_characters_that_change(lowercase, strip_accents):
    normalize = Normalizer(lowercase=lowercase, strip_accents=strip_accents)
    for character in CHANGING:
        assert normalize(character) == preprocess(character, lowercase, strip_accents)


@pytest.mark.slow
def test_every_code_point():
    normalize = Normalizer(lowercase=True, strip_accents=True)
    different = [c for c in CODE_POINTS if normalize(f"A{chr(c)}b") != preprocess(f"A{chr(c)}b")]
    assert different == []


@pytest.mark.parametrize("text", ["ΑΣ ΣΑ", "ΑΣ.", "ΟΔΥΣΣΕΥΣ", "'Σ", "Α\u00adΣ\u0345", "Α𝚺"])
def test_final_sigma(text):
    normalize = Normalizer(lowercase=True, strip_accents=True)
    assert normalize(text) == preprocess(text)


def test_later_unicode_versions_change_nothing():
    normalize = Normalizer(lowercase=True, strip_accents=True)
    for code_point in _AFTER_UNICODE_14:
        assert normalize(chr(code_point)) == chr(code_point)


@pytest.mark.parametrize("strip_accents", [True, False])
def test_lone_surrogates_read_as_the_replacement_character(strip_accents):
    normalize = Normalizer(lowercase=True, strip_accents=strip_accents)
    assert normalize("a\ud800B\udfff") == "a\ufffdb\ufffd"


def look_up(table, code_points):
    return table.entries[table.page_of[code_points // PAGE_SIZE], code_points % PAGE_SIZE]


@pytest.mark.parametrize(("lowercase", "strip_accents"), ALL_FLAGS)
def test_substitution_table(lowercase, strip_accents):
    table = build_substitution_table(lowercase, strip_accents, keep_capital_sigma=False)
    normalizer = Normalizer(lowercase=lowercase, strip_accents=strip_accents)
    code_points = np.arange(0x110000)
    entries = look_up(table.table, code_points)
    touched = np.union1d(np.flatnonzero(entries), [ord(c) for c in CHANGING])
    for code_point in touched.tolist():
        entry = entries[code_point]
        if entry < SubstitutionTable.MANY:
            text = chr(code_point + entry)
        else:
            row = entry - SubstitutionTable.MANY
            start = table.row_starts[row]
            text = "".join(map(chr, table.flat[start : start + table.row_lengths[row]]))
        assert text == normalizer.code_point(code_point)


def test_case_table():
    table = build_case_table()
    classes = {c: look_up(table, np.array([ord(c)]))[0] for c in "aAΣßʰ1 .'\u00ad\u0301\u0345"}
    assert {c for c, kind in classes.items() if kind == CASED} == set("aAΣß")
    assert {c for c, kind in classes.items() if kind == IGNORABLE} == set("ʰ.'\u00ad\u0301\u0345")
    assert {c for c, kind in classes.items() if kind == OTHER} == set("1 ")
