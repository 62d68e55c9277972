"""Made-up figures of a run, in the form that `benchmarks.on_device` writes."""

import copy

import pytest

OURS, EXIT, HUB = "albert_tf int8", "albert_tf int8, exit", "keras-hub int8"
SHALLOW, DEEP = "albert_tf int8, 12 layers", "albert_tf int8, 64 layers"


def summary(latency, load, memory, file, **more):
    row = {"latency_ms": latency, "load_ms": load, "first_answer_ms": latency + load}
    return row | {"extra_rss_mb": memory, "file_mb": file, **more}


FILES = [
    {"name": OURS, "engine": "litert", "fixed": None},
    {"name": EXIT, "engine": "litert", "fixed": None, "layers_run": [8, 12]},
    {"name": HUB, "engine": "litert", "fixed": 128},
    {"name": SHALLOW, "engine": "litert", "fixed": None, "layers": 12},
    {"name": DEEP, "engine": "litert", "fixed": None, "layers": 64},
]
RESULT = {
    "machine": {
        "cpu": "A processor",
        "instruction_sets": ["avx2"],
        "cores": 2,
        "system": "Linux",
        "date": "2026-01-31",
        "versions": {"tensorflow": "2.20.0", "onnx": None},
    },
    "peer_versions": {"torch": "2.13.0"},
    "settings": {"size": "base", "texts": 2},
    "files": FILES,
    "summary": {
        OURS: summary(60.0, 10.0, 27.0, 12.0, texts_ms=15.0, logit_difference=0.03),
        EXIT: summary(40.0, 10.0, 27.0, 12.0, texts_ms=10.0),
        HUB: summary(80.0, 160.0, 108.0, 12.5, logit_difference=0.04),
        SHALLOW: {"load_ms": 10.0, "extra_rss_mb": 27.0, "file_mb": 12.0},
        DEEP: {"load_ms": 11.0, "extra_rss_mb": 27.0, "file_mb": 12.0},
    },
    "skipped": {"PyTorch int8": "ALBERT_TF_TORCH_PYTHON names no environment"},
    "loading": {
        name: [
            {
                "load_ms": load,
                "first_answer_ms": first_answer,
                "extra_rss_mb": memory,
                "extra_anonymous_mb": anonymous,
            }
            for load, first_answer, memory, anonymous in (
                (9.0, 70.0, 27.0, 12.0),
                (10.0, 71.0, 27.5, 12.2),
                (14.0, 75.0, 28.0, 12.4),
            )
        ]
        for name in (OURS, EXIT, HUB, SHALLOW, DEEP)
    },
    "latency_ms": {
        "1": {
            OURS: {"16": [8.0, 9.0, 7.0], "128": [60.0, 58.0, 66.0]},
            EXIT: {"16": [5.0], "128": [40.0]},
            HUB: {"128": [80.0, 81.0, 79.0]},
        },
        "2": {OURS: {"16": [5.0], "128": [35.0]}, HUB: {"128": [44.0]}},
    },
    "texts": {
        OURS: {"milliseconds": [10.0, 20.0], "cpu_seconds": 0.032},
        EXIT: {"milliseconds": [5.0, 15.0], "cpu_seconds": 0.021},
    },
}
PROFILE = {
    "machine": RESULT["machine"],
    "settings": {"size": "base"},
    "operators": {
        "16": {"Fully Connected (QD8)": 3.0, "ADD": 1.0},
        "128": {"Fully Connected (QD8)": 45.0, "Softmax": 5.0},
    },
    "fully_connected_gflops": {"16": 40.0, "128": 80.0},
    "peaks": {"float32, numpy": 100.0, "int8, ONNX Runtime": 160.0},
}


@pytest.fixture
def result():
    return copy.deepcopy(RESULT)


@pytest.fixture
def profile():
    return copy.deepcopy(PROFILE)
