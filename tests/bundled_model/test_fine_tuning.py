"""What the stages share."""

from bundled_model.fine_tuning import append_line, measure_rows, read_log


def test_rows_are_measured_once_and_leave_no_folder(tmp_path):
    log, work = tmp_path / "log.jsonl", tmp_path / "work"
    append_line(log, {"row": "uci", "accuracy": 0.9})
    measured = []

    def measure(row, folder):
        folder.mkdir(parents=True)
        measured.append(row)
        return {"row": row, "accuracy": 0.5}

    for _ in range(2):
        measure_rows(log, ["uci", "sst2"], work, measure)
    assert measured == ["sst2"]
    assert [(line["row"], line["accuracy"]) for line in read_log(log)] == [
        ("uci", 0.9),
        ("sst2", 0.5),
    ]
    assert list(work.iterdir()) == []
