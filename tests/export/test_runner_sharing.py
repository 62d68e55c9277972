"""One runner for many: threads, copies, pickles, and processes."""

import concurrent.futures
import copy
import itertools
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from albert_tf.errors import ExportError
from albert_tf.export import TFLiteRunner, export_tflite
from tests.export.conftest import text_model
from tests.export.test_exits import exit_model

ROOT = Path(__file__).resolve().parents[2]
WORDS = (
    "see you at six WIN a prize now Grüße one two three 😀😀 please call me back tonight".split()
)
TEXTS = [" ".join(WORDS[i % 7 : i % 7 + 1 + i % 11]) * (1 + i % 3) for i in range(40)]
THREADS = 8


@pytest.fixture(scope="module")
def exits(tmp_path_factory):
    """A classifier whose texts leave at different layers with patience 1."""
    model = exit_model(num_classes=3, class_names=["a", "b", "c"])
    return export_tflite(model, tmp_path_factory.mktemp("exits") / "model.tflite", "none")


def in_threads(work):
    """Runs `work(number)` in all threads at once, and returns what they returned."""
    begin = threading.Barrier(THREADS)

    def begun(number):
        begin.wait()
        return work(number)

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(begun, range(THREADS)))


def answered(runner, number, calls=30):
    """The answers of one thread, which begins with a text of its own: text by text, then in batches."""
    order = [(number + i) % len(TEXTS) for i in range(calls)]
    single = [(i, runner([TEXTS[i]])[0]) for i in order]
    batches = [(i, a) for i in order[:6] for a in runner([TEXTS[i]] * 3)]
    return single + batches


@pytest.mark.parametrize(
    ("file", "controls"),
    [
        ("exported", {}),
        ("signatures", {}),
        ("exits", {"patience": 1}),
        ("exits", {"num_layers": 2}),
    ],
)
def test_threads_get_the_answers_of_one_thread(request, file, controls):
    runner = TFLiteRunner(request.getfixturevalue(file).path, **controls)
    expected = [runner([text])[0] for text in TEXTS]
    assert len({answer.probability for answer in expected}) > 10  # a mix-up would show
    for answers in in_threads(lambda number: answered(runner, number)):
        assert [a for _, a in answers] == [expected[i] for i, _ in answers]


def test_threads_run_token_ids_of_different_lengths(exported):
    runner = TFLiteRunner(exported.path)
    rows = [[[2, *range(5, 5 + length), 3]] for length in range(1, 30)]
    expected = [runner.run(row)["logits"] for row in rows]
    for found in in_threads(lambda number: [runner.run(row)["logits"] for row in rows]):
        np.testing.assert_array_equal(found, expected)


def test_a_call_keeps_the_controls_it_began_with(exits):
    runner = TFLiteRunner(exits.path)
    settings = [{"num_layers": 1}, {"num_layers": 5}]

    def work(number):
        if number == 0:
            for setting in itertools.islice(itertools.cycle(settings), 400):
                runner.set_controls(**setting)
            return []
        return [{answer.layers for answer in runner(TEXTS[:6])} for _ in range(20)]

    runner.set_controls(**settings[0])
    for calls in in_threads(work):
        assert all(layers in ({1}, {5}) for layers in calls)


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, copy.copy, lambda r: pickle.loads(pickle.dumps(r))]
)
def test_copies(exits, duplicate, monkeypatch):
    monkeypatch.chdir(exits.path.parent)
    runner = TFLiteRunner(exits.path.name, num_threads=2, patience=1, confidence=0.9)
    monkeypatch.chdir("/")
    duplicated = duplicate(runner)
    assert duplicated.controls == runner.controls
    assert duplicated.controls["patience"] == 1
    assert duplicated._num_threads == 2
    assert duplicated(TEXTS) == runner(TEXTS)
    duplicated.set_controls(num_layers=1)
    assert runner.controls["patience"] == 1
    assert in_threads(lambda number: copy.deepcopy(runner)(TEXTS)) == [runner(TEXTS)] * THREADS


def test_copies_of_content(exported):
    runner = TFLiteRunner(exported.path.read_bytes())
    for duplicated in (copy.deepcopy(runner), pickle.loads(pickle.dumps(runner))):
        assert duplicated(TEXTS) == runner(TEXTS)


def test_copies_of_a_file_that_has_gone_or_changed(exported, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(exported.path.read_bytes())
    pickled = pickle.dumps(runner := TFLiteRunner(path))
    path.unlink()
    with pytest.raises(ExportError, match=r"^cannot read .*model\.tflite: No such file") as error:
        pickle.loads(pickled)
    assert "\n" not in str(error.value)
    export_tflite(text_model(labels=["x", "y", "z"]), path, "none")
    for reopen in (lambda: pickle.loads(pickled), lambda: copy.deepcopy(runner)):
        with pytest.raises(
            ExportError, match=r"model\.tflite is another file than .* replaced since"
        ) as error:
            reopen()
        assert "\n" not in str(error.value)


def run_script(method, path):
    """Runs this file as a script, and returns what it printed; a process that hangs fails."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, __file__, method, str(path)]
    process = subprocess.run(
        command, capture_output=True, text=True, timeout=300, env=environment, cwd=ROOT
    )
    assert process.returncode == 0, process.stderr[-3000:]
    return process.stdout


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
def test_fork(exported):
    assert run_script("fork", exported.path).splitlines() == ["equal"] * 5


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_other_processes(exported, method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    assert run_script(method, exported.path).splitlines() == ["equal"]


def answer_in_child(runner, path, results):
    """In a child: the answers of the runner that was handed over, and of a new one, in large batches."""
    many = TEXTS * 10
    new = TFLiteRunner(path)
    ids = new.tokenizer.encode_batch(many)
    results.send((runner(many), new(many), new.tokenizer.decode_batch(ids), ids))


def main(method, path):
    context = multiprocessing.get_context(method)
    runner = TFLiteRunner(path, num_threads=2)
    many = TEXTS * 10
    ids = runner.tokenizer.encode_batch(many)  # starts TensorFlow's threads
    answers, decoded = runner(many), runner.tokenizer.decode_batch(ids)
    if method == "fork":  # while another thread is in the middle of a run
        stop = threading.Event()

        def keep_running():
            while not stop.is_set():
                runner.run([[2, *range(5, 40), 3]])

        threading.Thread(target=keep_running, daemon=True).start()
    for _ in range(5 if method == "fork" else 1):
        received, results = context.Pipe(duplex=False)
        child = context.Process(target=answer_in_child, args=(runner, path, results))
        child.start()
        if not received.poll(120):
            child.kill()
            sys.exit(f"the child that was started by {method} hangs")
        handed, new, decoded_there, ids_there = received.recv()
        child.join()
        assert [a.label for a in handed] == [a.label for a in new] == [a.label for a in answers]
        np.testing.assert_allclose(
            [a.probability for a in handed], [a.probability for a in answers], atol=1e-6
        )
        assert (ids_there, decoded_there) == (ids, decoded)
        print("equal", flush=True)
    if method == "fork":
        stop.set()


if __name__ == "__main__":
    main(*sys.argv[1:])
