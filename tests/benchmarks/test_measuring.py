"""What the measuring does besides timing: lengths, failures, processes, operations."""

import sys

import numpy as np
import pytest

from albert_tf import AlbertConfig
from albert_tf.export import export_tflite
from albert_tf.export.parity import ANY_DIFFERENCE
from benchmarks import environments, on_device, profile_ops
from benchmarks.contestant import Contestant
from benchmarks.engines.inputs import FIRST, VOCABULARY, make_inputs
from benchmarks.engines.litert import Engine
from benchmarks.environments import PeerError
from benchmarks.files.model import make_model
from benchmarks.files.ours import control_defaults
from benchmarks.litert_profiler import OperatorTime

ANSWERING = """
import json, sys
print("a line of some library")
print(json.dumps({"load_ms": 1.0, "output": [0.5]}), flush=True)
for line in sys.stdin:
    lengths = json.loads(line)["lengths"]
    if 13 in lengths:
        sys.exit("13 tokens are too many")
    print(json.dumps({"milliseconds": lengths, "cpu_seconds": 0.1}), flush=True)
"""


def program(tmp_path, name, code, fixed=None):
    """The description of a file that a Python program runs."""
    path = tmp_path / f"{name}.py"
    path.write_text(code, "utf-8")
    runner = tmp_path / name
    runner.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{path}" "$@"\n', "utf-8")
    runner.chmod(0o755)
    path = str(path)
    return {"name": name, "engine": "x", "runner": str(runner), "path": path, "fixed": fixed}


def test_a_process_answers_and_its_other_lines_are_ignored(tmp_path):
    contestant = Contestant(program(tmp_path, "good", ANSWERING), 128, 1)
    assert contestant.report["load_ms"] == 1.0
    assert contestant.run([8, 16]) == {"milliseconds": [8, 16], "cpu_seconds": 0.1}
    contestant.close()


def test_a_process_that_does_not_start_gives_its_last_line(tmp_path):
    broken = program(tmp_path, "broken", "raise ImportError('no module named torch')")
    with pytest.raises(PeerError, match="broken ended: ImportError: no module named torch"):
        Contestant(broken, 128, 1)


def test_who_fails_is_left_out_and_the_others_go_on(tmp_path):
    files = [program(tmp_path, "good", ANSWERING), program(tmp_path, "bad", "raise SystemExit(1)")]
    field = on_device.Field(files)
    assert list(on_device.measure_loading(field, rounds=2)) == ["good"]
    assert "bad" in field.failed
    found = on_device.measure_latency(field, threads=1, rounds=2, runs=1, lengths=[64, 13])
    assert found["good"] == {"64": [64, 64], "13": []}  # what came before stays
    assert "13 tokens are too many" in field.failed["good"]


def test_a_fixed_file_is_asked_for_its_length_alone(tmp_path):
    field = on_device.Field([program(tmp_path, "fixed", ANSWERING, fixed=128)])
    found = on_device.measure_latency(field, threads=1, rounds=1, runs=1, lengths=[8, 16])
    assert found == {"fixed": {"128": [128]}}
    assert on_device.measure_texts(field, rounds=1, mix=[8]) == {}


@pytest.mark.parametrize(
    ("length", "runs"), [(8, 20), (32, 16), (64, 8), (128, 4), (256, 2), (512, 1), (4096, 1)]
)
def test_lengths_get_about_equal_time(length, runs):
    assert on_device.runs_at(length, 4) == runs


def test_the_mix_is_sst2s(tmp_path):
    mix = on_device.read_mix(None)
    assert len(mix) == 872
    assert mix[:5] == on_device.read_mix(5)
    assert sorted(mix)[0] == 5


def test_quick_figures_are_not_published(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["on_device", "--quick"])
    with pytest.raises(SystemExit):
        on_device.parse_arguments()
    assert "name another --output" in capsys.readouterr().err


def test_the_summary_compares_logits_of_the_same_model_only(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * 2_000_000)
    report = {"load_ms": 1.0, "first_answer_ms": 2.0, "extra_rss_mb": 3.0}
    report |= {"extra_anonymous_mb": 1.0}
    loading = {
        on_device.EXACT: [{**report, "output": [2.0, -1.0]}],
        "int8": [{**report, "output": [1.9, -1.1]}],
        "deep": [{**report, "output": [0.0, 0.0]}],
    }
    files = [{"name": name, "path": str(path)} for name in loading]
    files[-1]["layers"] = 64
    rows = on_device.summarize(files, loading, {"1": {"int8": {"128": [5.0, 7.0, 6.0]}}}, {})
    assert rows["int8"]["logit_difference"] == pytest.approx(0.05)
    assert rows["int8"]["latency_ms"] == 6.0
    assert rows["int8"]["file_mb"] == 2.0
    assert "logit_difference" not in rows["deep"]


def test_an_unnamed_environment_says_which_variable(monkeypatch):
    monkeypatch.delenv("ALBERT_TF_TORCH_PYTHON", raising=False)
    with pytest.raises(PeerError, match="ALBERT_TF_TORCH_PYTHON"):
        environments.python_of("torch")
    monkeypatch.setenv("ALBERT_TF_TORCH_PYTHON", "/nowhere/python")
    with pytest.raises(PeerError, match="/nowhere/python does not start"):
        environments.run_in("torch", "json.tool")
    monkeypatch.setenv("ALBERT_TF_TORCH_PYTHON", sys.executable)
    with pytest.raises(PeerError, match="No module named"):
        environments.run_in("torch", "benchmarks.no_such_module")


def test_inputs_are_tokens_and_the_same_each_time():
    inputs = make_inputs(512)
    ids = inputs["token_ids"]
    assert ids.min() >= FIRST
    assert ids.max() < VOCABULARY
    assert len(np.unique(ids)) == 512
    np.testing.assert_array_equal(make_inputs(512)["token_ids"], ids)
    assert ids[0, :2].tolist() == [20188, 28107]  # what the C++ program computes


def test_a_file_with_exits_runs_the_layers_that_are_asked_for(tmp_path):
    """A control that nobody sets is 0, and a confidence of 0 leaves after the first layer."""
    path = tmp_path / "exits.tflite"
    model = make_model("tiny", early_exit=True)
    export_tflite(model, path, limits=ANY_DIFFERENCE)
    with pytest.raises(ValueError, match="set no value for patience, confidence"):
        Engine(str(path), 8, 1, {"num_layers": 2})
    depth = model.config.num_hidden_layers
    for layers in (1, depth):
        engine = Engine(str(path), 8, 1, {**control_defaults(path), "num_layers": layers})
        engine.run(make_inputs(16))
        run = next(d for d in engine.interpreter.get_output_details() if "logits" not in d["name"])
        assert engine.interpreter.get_tensor(run["index"]) == layers


def test_operators_are_summed_by_kind():
    times = [OperatorTime("ADD", 500), OperatorTime("MUL", 250), OperatorTime("ADD", 1500)]
    assert profile_ops.by_kind(times) == {"ADD": 2.0, "MUL": 0.25}


def test_operations_are_those_of_the_matrices():
    config = AlbertConfig.named("tiny")
    layer = 4 * 312**2 + 2 * 312 * 1248
    products = 10 * (128 * 312 + 4 * layer) + 312**2 + 2 * 312
    assert profile_ops.fully_connected_operations(config, 10) == 2 * products
