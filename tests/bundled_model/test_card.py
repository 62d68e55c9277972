"""The model card says what the logs hold."""

from bundled_model import card
from bundled_model.data import ROWS
from bundled_model.fine_tuning import read_log


def test_the_card_shows_the_logs(tmp_path, monkeypatch):
    copy = tmp_path / "README.md"
    copy.write_text(card.CARD.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(card, "CARD", copy)
    card.write_tables()
    assert copy.read_text("utf-8") == card.PRESET.joinpath("README.md").read_text("utf-8")


def test_every_seed_was_measured_once():
    measured = [(line["row"], line["seed"]) for line in read_log(card.QUALITY)]
    assert len(set(measured)) == len(measured)
    assert {row for row, _ in measured} <= set(ROWS)


def test_quality_is_the_mean_over_the_seeds():
    lines = [
        {
            "row": "uci",
            "accuracy": accuracy,
            "tfidf_accuracy": 0.8,
            "int8_accuracy": accuracy - 0.001,
            "int4_accuracy": accuracy - 0.01,
        }
        for accuracy in (0.90, 0.92)
    ]
    last = card.quality_table(lines).splitlines()[-1]
    cells = [cell.strip() for cell in last.strip("|").split("|")]
    assert cells == ["UCI sentences", "80.0", "91.0 (90.0–92.0)", "90.9", "90.0", "2"]


def test_exits_and_four_bits():
    exits = card.exits_table(
        [
            {
                "row": "uci",
                "full": {"accuracy": 0.9, "mean_layers": 6.0},
                "controls": {"confidence": 0.95},
                "early": {"accuracy": 0.897, "mean_layers": 3.456},
                "num_layers": 6,
            }
        ]
    )
    assert "| UCI sentences | 90.0 | confidence 0.95 | 89.7 | 3.46 of 6 |" in exits
    bits = card.four_bits_table(
        [
            {
                "row": "uci",
                "accuracy": 0.9,
                "int4_accuracy": 0.88,
                "trained_int4_accuracy": 0.899,
                "int4_bytes": 5_357_569,
            }
        ]
    )
    assert "| UCI sentences | 90.0 | 88.0 | 89.9 | 5.4 |" in bits
