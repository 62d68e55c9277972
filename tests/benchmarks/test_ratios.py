"""The ratios are those of the figures, and what cannot be formed says so."""

import pytest

from benchmarks.ratios import EXIT, FIXED, HUB, LIMITS, MEASURES, OURS, Limit, compare

SUMMARY = {
    OURS: {"latency_ms": 60.0, "load_ms": 10.0, "texts_ms": 15.0},
    HUB: {"latency_ms": 80.0, "load_ms": 100.0},
    EXIT: {"texts_ms": 10.0},
    FIXED: {"latency_ms": 62.5},
}


@pytest.mark.parametrize(
    ("limit", "measured", "kept"),
    [
        (Limit("latency_ms", HUB, 0.88), 0.75, True),
        (Limit("latency_ms", HUB, 0.75), 0.75, True),
        (Limit("load_ms", HUB, 0.08), 0.10, False),
        (Limit("texts_ms", FIXED, 0.20, ours=EXIT, peer_measure="latency_ms"), 0.16, True),
        (Limit("file_mb", HUB, 1.0), None, None),
        (Limit("latency_ms", "nobody", 1.0), None, None),
    ],
)
def test_a_ratio_is_ours_by_theirs(limit, measured, kept):
    (row,) = compare(SUMMARY, [limit])
    assert row["measured"] == (None if measured is None else pytest.approx(measured))
    assert row["kept"] is kept
    assert row["at_most"] == limit.at_most


def test_a_ratio_says_whose_figures_it_compares():
    assert str(Limit("load_ms", HUB, 0.08)) == "load, beside keras-hub int8"
    limit = Limit("texts_ms", FIXED, 0.2, ours=EXIT, peer_measure="latency_ms")
    expected = (
        "albert_tf int8, exit: SST-2 texts, beside latency at 128 tokens of "
        "albert_tf int8, fixed 128"
    )
    assert str(limit) == expected


def test_every_limit_has_a_name_of_its_own_and_a_measure():
    assert len({str(limit) for limit in LIMITS}) == len(LIMITS)
    for limit in LIMITS:
        assert {limit.measure, limit.peer_measure or limit.measure} <= set(MEASURES)
