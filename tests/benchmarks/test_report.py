"""Tables, plots and pages of made-up figures."""

import json

import pytest

from benchmarks import plots, report, tables

STARTUP = {
    "settings": {"size": "small", "text": "a text", "rounds": 2, "file_mb": 9.9},
    "requirements": {"onnx": ["onnxruntime==1.32.0", "tokenizers==0.22.2"]},
    "skipped": {"transformers": "it was not asked for"},
    "rows": {
        "albert_tf": {"seconds": [0.2, 0.3], "memory_mb": [70, 80], "environment_mb": 186.2},
        "LiteRT alone": {"seconds": [0.1, 0.1], "memory_mb": [48, 48], "environment_mb": 186.2},
    },
}
TRAINING = {
    "machine": None,
    "versions": {"albert_tf": {"keras": "3.15.1"}},
    "settings": {"size": "small", "texts": 128, "batch_size": 32, "rounds": 3},
    "texts_per_second": {"albert_tf": [24.0, 26.0, 23.0], "keras-hub": [4.0, 5.0, 3.0]},
    "skipped": {},
}
TRAINING["settings"]["sequence_length"] = 128
VISIT = {
    "load_ms": 900.0,
    "first_answer_ms": 50.0,
    "latency_ms": {"16": 8.0, "32": 16.0, "64": 30.0, "128": 61.0},
    "memory_mb": 140.0,
    "settled_memory_mb": 100.0,
    "bytes": 10_000_000,
    "gzip_bytes": 9_000_000,
}
BROWSER = {
    "settings": {"rounds": 2},
    "browser": "Chromium 156",
    "versions": {"onnxruntime-web": "1.30.0"},
    "rows": {
        "blank page": [{"memory_mb": 37.0, "settled_memory_mb": 36.0}] * 2,
        "albert-web": [VISIT, {**VISIT, "load_ms": 1100.0}],
    },
}
TOKENIZERS = {
    "settings": {"language": "en", "texts": 5000, "rounds": 3, "characters": 41.6},
    "texts_per_second": {"albert_tf": [9e4], "keras-hub": [3e4]},
    "agreement": {"albert_tf": 1.0, "keras-hub": 0.175},
    "skipped": {},
}


def cells(table, first):
    """The cells of the row that begins with `first`."""
    rows = [[c.strip() for c in line.strip("| ").split(" | ")] for line in table.splitlines()]
    return next(row for row in rows if row[0] == first)


def test_the_table_holds_medians_and_ranges(result):
    row = cells(tables.edge_table(result), "**albert_tf** int8")
    assert row[1:] == [
        "60.0 (58.0–66.0)",
        "15.0",
        "16.0",
        "10.0 (9.0–14.0)",
        "71 (70–75)",
        "27.5 (27.0–28.0)",
        "12.2 (12.0–12.4)",
        "12.0",
        "3.0%",
    ]


def test_what_starts_first(result):
    assert cells(tables.startup_table(STARTUP), "**albert_tf**")[1:] == [
        "0.25 (0.20–0.30)",
        "75 (70–80)",
        "186",
    ]
    assert cells(tables.startup_short_table(STARTUP), "LiteRT alone")[1:] == ["0.10", "48", "186"]


def test_a_blank_page_has_memory_only():
    table = tables.browser_table(BROWSER)
    assert table.splitlines()[0] == "|  | blank page | albert-web |"
    assert cells(table, "page ready, ms")[1:] == ["", "1,000 (900–1,100)"]
    assert cells(table, "128 tokens, ms")[1:] == ["", "61.0 (61.0–61.0)"]
    assert cells(table, "memory of the page, MB")[1:] == ["37 (37–37)", "140 (140–140)"]
    assert cells(table, "over the wire, MB")[1:] == ["", "10.0 (10.0–10.0)"]


def test_models_of_more_layers_have_a_table_of_their_own(result):
    assert "64 layers" not in tables.edge_table(result)
    assert cells(tables.depth_table(result), "albert_tf int8, 64 layers")[1:] == [
        "11.0",
        "27.0",
        "12.0",
    ]


def test_a_fixed_length_leaves_the_others_empty(result):
    table = tables.latency_table(result, "1")
    assert table.splitlines()[0] == "| tokens | 16 | 128 |"
    assert table.splitlines()[2] == "| **albert_tf** int8 | 8.0 | 60.0 |"
    assert table.splitlines()[4] == "| keras-hub int8, TF converter, fixed 128 |  | 80.0 |"


def test_a_missed_ratio_and_a_missing_one_are_told(result):
    result["summary"]["albert_tf int8"]["latency_ms"] = 79.0
    table = tables.ratio_table(result)
    missed = cells(table, "latency at 128 tokens, beside keras-hub int8")
    assert missed[1:] == ["0.99", "0.88", "**no**"]
    assert cells(table, "load, beside keras-hub int8")[1:] == ["0.06", "0.08", "yes"]
    assert cells(table, "load, beside ONNX Runtime int8")[1:3] == ["not measured", "0.20"]


def test_operators_stand_by_their_time_with_shares(profile):
    lines = tables.operator_table(profile).splitlines()
    assert lines[2] == "| Fully Connected (QD8) | 3.00 | 75.0% | 45.00 | 90.0% |"
    assert lines[3] == "| Softmax | 0.00 | 0.0% | 5.00 | 10.0% |"


def test_products_stand_beside_each_peak(profile):
    row = cells(tables.peak_table(profile), "FULLY_CONNECTED, 128 tokens")
    assert row[1:] == ["80.0", "80%", "50%"]


def test_plots_are_drawn(result, tmp_path):
    plots.plot_peers(result, TRAINING, tmp_path / "peers.png")
    plots.plot_lengths(result, tmp_path / "lengths.png")
    plots.plot_layers(result, tmp_path / "layers.png")
    for name in ("peers", "lengths", "layers"):
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_the_page_of_another_folder_leaves_the_readme(result, profile, tmp_path, monkeypatch):
    startup, browser, training, tokenizers = (
        {**figures, "machine": result["machine"]}
        for figures in (STARTUP, BROWSER, TRAINING, TOKENIZERS)
    )
    chinese = {**tokenizers, "settings": {**tokenizers["settings"], "language": "zh"}}
    all_figures = (startup, result, browser, profile, training, tokenizers, chinese)
    for name, figures in zip(report.FIGURES, all_figures, strict=True):
        (tmp_path / f"{name}.json").write_text(json.dumps(figures), "utf-8")
    before = report.README.read_bytes()
    monkeypatch.setattr("sys.argv", ["report", "--folder", str(tmp_path)])
    report.main()
    page = (tmp_path / "README.md").read_text("utf-8")
    assert "PyTorch int8 was left out: ALBERT_TF_TORCH_PYTHON names no environment." in page
    assert "leaves the loop after 8 of 12 layers" in page
    assert "transformers was left out: it was not asked for." in page
    for language in ("en", "zh"):
        assert f"benchmarks.tokenizers --language {language} --texts 5000" in page
    assert "$" not in page.replace("$PWD", "")
    assert "With 64 layers instead of 12" in (tmp_path / "readme_block.md").read_text("utf-8")
    assert report.README.read_bytes() == before


def test_missing_figures_name_their_command(tmp_path):
    with pytest.raises(SystemExit, match=r"python -m benchmarks\.on_device"):
        report.read(tmp_path, "on_device")
    with pytest.raises(SystemExit, match=r"python -m benchmarks\.tokenizers --language zh"):
        report.read(tmp_path, "tokenizers_zh")
