"""The ratios that this project holds itself to: what a figure of this package's may be of a peer's, in one run."""

import dataclasses

OURS = "albert_tf int8"
FIXED = "albert_tf int8, fixed 128"
EXIT = "albert_tf int8, exit"
HUB = "keras-hub int8"
HUB_ANY_LENGTH = "keras-hub int8, any length"
ORT = "ONNX Runtime int8"
EXECUTORCH = "ExecuTorch int8, tuned, any length"
WEIGHT_CACHE = "ExecuTorch int8, tuned, C++ weight cache"
MEASURES = {
    "latency_ms": "latency at 128 tokens",
    "load_ms": "load",
    "extra_rss_mb": "extra memory",
    "extra_anonymous_mb": "extra memory that is not of files",
    "first_answer_ms": "closed file to first answer",
    "file_mb": "file",
    "texts_ms": "SST-2 texts",
}


@dataclasses.dataclass(frozen=True)
class Limit:
    """What a figure may be, at most, as a multiple of another.

    Args:
        measure: a key of `MEASURES`, and of the summary.
        peer: whose figure it is compared with.
        at_most: the ratio.
        ours: whose figure it is.
        peer_measure: of the peer, where it is another.
    """

    measure: str
    peer: str
    at_most: float
    ours: str = OURS
    peer_measure: str | None = None

    def __str__(self):
        ours = "" if self.ours == OURS else f"{self.ours}: "
        other = f"{MEASURES[self.peer_measure]} of " if self.peer_measure else ""
        return f"{ours}{MEASURES[self.measure]}, beside {other}{self.peer}"


LIMITS = (
    Limit("latency_ms", HUB, 0.88),
    Limit("latency_ms", HUB_ANY_LENGTH, 0.88),
    Limit("load_ms", HUB, 0.08),
    Limit("extra_rss_mb", HUB, 0.30),
    Limit("first_answer_ms", HUB, 0.30),
    Limit("file_mb", HUB, 1.00),
    Limit("latency_ms", ORT, 0.78),
    Limit("load_ms", ORT, 0.20),
    Limit("extra_rss_mb", ORT, 0.65),
    Limit("first_answer_ms", ORT, 0.55),
    Limit("latency_ms", EXECUTORCH, 0.95),
    Limit("extra_rss_mb", EXECUTORCH, 0.25),
    Limit("extra_rss_mb", WEIGHT_CACHE, 1.00),
    Limit("extra_anonymous_mb", WEIGHT_CACHE, 1.00),
    Limit("texts_ms", FIXED, 0.25, peer_measure="latency_ms"),
    Limit("texts_ms", FIXED, 0.20, ours=EXIT, peer_measure="latency_ms"),
    Limit("load_ms", "albert_tf int8, 12 layers", 1.15, ours="albert_tf int8, 64 layers"),
    Limit("extra_rss_mb", "albert_tf int8, 12 layers", 1.15, ours="albert_tf int8, 64 layers"),
)


def compare(summary: dict[str, dict], limits=LIMITS) -> list[dict]:
    """Returns each limit with the ratio that was measured, None where a figure is missing."""
    rows = []
    for limit in limits:
        ours = summary.get(limit.ours, {}).get(limit.measure)
        peer = summary.get(limit.peer, {}).get(limit.peer_measure or limit.measure)
        measured = ours / peer if ours is not None and peer else None
        rows.append(
            {
                "name": str(limit),
                "measured": measured,
                "at_most": limit.at_most,
                "kept": None if measured is None else measured <= limit.at_most,
            }
        )
    return rows
