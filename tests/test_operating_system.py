"""What differs on Windows, with system calls that refuse what those of Windows refuse."""

import ast
import dataclasses
import errno
import io
import json
import os
import signal
import sys

import pytest

from albert_tf import AlbertTextClassifier, AlbertTokenizer, TFLiteRunner, operating_system
from albert_tf.atomic_files import write_files
from albert_tf.cli import console, streams
from albert_tf.cli.measure import headline
from albert_tf.errors import CheckpointError
from albert_tf.pretraining import ExampleRecipe, build_records
from albert_tf.runtime import measure_tflite, measurement_child
from tests.requirements import modules
from tests.runtime.test_light import FILE
from tests.tiny import english_model
from tests.windows import is_open

SYSTEM_CALLS = {
    "os.replace",
    "os.rename",
    "os.fork",
    "os.link",
    "os.symlink",
    "os.kill",
    "os.name",
    "sys.platform",
    "signal.SIGTERM",
    "signal.SIGKILL",
    "multiprocessing.get_context",
    "multiprocessing.Process",
}
"""What exists or behaves otherwise on some system, and stands in `operating_system.py` alone."""
ELSEWHERE = {"runtime/measurement_child.py": {"sys.platform"}}  # imports nothing of the package


def test_what_differs_stands_in_one_place():
    for name, path in modules().items():
        if name == "operating_system.py":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert used & SYSTEM_CALLS <= ELSEWHERE.get(name, set()), name


def test_every_text_file_has_an_encoding_and_lines_of_one_kind():
    """Windows would take the encoding of the country, such as cp1252, and end lines in two characters."""
    for name, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
            if called not in ("read_text", "write_text"):
                continue
            arguments = node.args[called == "write_text" :]
            keywords = {keyword.arg for keyword in node.keywords}
            place = f"{name}:{node.lineno}"
            assert arguments or "encoding" in keywords, place
            if called == "write_text":
                assert len(arguments) == 3 or "newline" in keywords, place


# === Files ===


def test_checkpoints_are_written_where_folders_cannot_be_opened(windows, tmp_path):
    with pytest.raises(PermissionError):
        os.open(tmp_path, os.O_RDONLY)
    write_files(tmp_path / "a", {"one.txt": "first\nsecond\n", "two.bin": b"2"})
    write_files(tmp_path / "a", {"one.txt": "1\n2\n", "two.bin": b"3"})
    assert (tmp_path / "a" / "one.txt").read_bytes() == b"1\n2\n"
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["one.txt", "two.bin"]


def test_a_file_that_is_open_elsewhere_stays_and_the_line_says_so(windows, tmp_path):
    write_files(tmp_path, {"a.txt": "1", "b.txt": "1", "c.txt": "1"})
    with (tmp_path / "b.txt").open("rb"), pytest.raises(CheckpointError) as caught:
        write_files(tmp_path, {"a.txt": "2", "b.txt": "2", "c.txt": "2"})
    message = str(caught.value)
    assert "b.txt" in message
    assert "it may be open in this or another program; close it there" in message
    assert "a.txt there is new, what else stood there is unchanged" in message
    contents = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert contents == {"a.txt": "2", "b.txt": "1", "c.txt": "1"}
    write_files(tmp_path, {"a.txt": "2", "b.txt": "2", "c.txt": "2"})  # closed, it is replaced


def test_a_file_that_is_open_for_a_moment_is_waited_for(windows, monkeypatch, tmp_path):
    write_files(tmp_path, {"a.txt": "1"})
    scanner = (tmp_path / "a.txt").open("rb")
    monkeypatch.setattr(operating_system.time, "sleep", lambda seconds: scanner.close())
    write_files(tmp_path, {"a.txt": "2"})
    assert (tmp_path / "a.txt").read_text("utf-8") == "2"


def test_elsewhere_nothing_is_waited_for(monkeypatch, tmp_path):
    def refuse(source, target):
        raise PermissionError(errno.EACCES, "Permission denied", str(target))

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr(operating_system.time, "sleep", lambda seconds: pytest.fail("slept"))
    with pytest.raises(PermissionError, match="Permission denied"):
        operating_system.move_file(tmp_path / "a", tmp_path / "b")


def test_a_folder_takes_the_place_of_an_empty_one(windows, tmp_path):
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "file").touch()
    (tmp_path / "target").mkdir()
    operating_system.move_folder(tmp_path / "made", tmp_path / "target")
    assert [path.name for path in (tmp_path / "target").iterdir()] == ["file"]


def test_a_file_can_be_exported_anew_while_it_answers(windows, tmp_path):
    path = tmp_path / "spæm.tflite"  # nor would LiteRT take this path there
    path.write_bytes(FILE.read_bytes())
    runner = TFLiteRunner(path)
    expected = runner(["what a lovely week"])
    assert not is_open(path)
    write_files(tmp_path, {path.name: FILE.read_bytes()})
    assert runner(["what a lovely week"]) == expected == TFLiteRunner(FILE)(["what a lovely week"])


def test_a_preset_is_written_over_the_one_it_was_read_from(windows, tmp_path):
    model = english_model()
    model.save_to_preset(tmp_path / "preset")
    again = AlbertTextClassifier.from_preset(tmp_path / "preset")
    again.save_to_preset(tmp_path / "preset")
    for name in (".safetensors", ".json"):
        assert not any(is_open(path) for path in (tmp_path / "preset").glob(f"*{name}"))


# === Processes and signals ===


@pytest.mark.slow
def test_records_are_made_by_processes_that_start_anew(windows, tmp_path):
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("\n\n".join(f"Text {i}.\nIt goes on.\nIt ends." for i in range(20)), "utf-8")
    recipe = ExampleRecipe(sequence_length=32, seed=1)
    (tmp_path / "two").mkdir()  # an empty folder of that name gives way
    for name, processes in (("one", 1), ("two", 2)):
        build_records([corpus], tmp_path / name, AlbertTokenizer(), recipe, processes=processes)
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("one", "two")
    )
    assert one == two


def test_processes_are_started_in_the_way_that_there_is(windows):
    assert operating_system.process_context("json").get_start_method() == "spawn"
    assert operating_system.most_processes(100) == 61
    assert operating_system.most_processes(4) == 4


def test_elsewhere_they_are_started_from_one_that_has_imported_the_module():
    assert operating_system.process_context("json").get_start_method() == "forkserver"
    assert operating_system.most_processes(100) == 100


@pytest.mark.parametrize("name", ["SIGTERM", "SIGBREAK"])
def test_signals_that_end_a_process_interrupt_it(name, monkeypatch):
    monkeypatch.setattr(signal, "SIGBREAK", signal.SIGUSR1, raising=False)
    number = getattr(signal, name)
    earlier = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGUSR1)}
    try:
        operating_system.interrupt_when_told_to_stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
    finally:
        for each, handler in earlier.items():
            signal.signal(each, handler)


# === Memory ===


def test_a_file_is_measured_where_memory_is_not_told(monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "resource", None)
    controls = {
        row["name"]: [row["dtype"], row["default"]]
        for row in TFLiteRunner(FILE).metadata["controls"]
    }
    measurement_child.main(
        module="ai_edge_litert.interpreter",
        path=str(FILE),
        lengths=[16],
        signatures=[None],
        num_threads=1,
        runs=2,
        controls=controls,
    )
    found = json.loads(capsys.readouterr().out)
    assert found["extra_rss_mb"] is None
    assert found["latency_ms"]["16"]["median"] > 0


def test_memory_of_macos_is_the_most_so_far(monkeypatch):
    linux = measurement_child.resident_mb()
    monkeypatch.setattr(sys, "platform", "darwin")
    most = measurement_child.resident_mb() * 1024  # Linux counts it in such, macOS in bytes
    assert most >= linux * 0.9


def test_the_command_leaves_out_what_is_not_told():
    measured = measure_tflite(FILE, [16], runs=2, num_threads=2)
    assert "MB of memory, 2 threads" in headline(str(FILE), measured)
    unknown = dataclasses.replace(measured, extra_rss_mb=None, num_threads=1)
    assert headline(str(FILE), unknown).endswith("ms, 1 thread")


# === Streams ===


class ClosedPipe(io.StringIO):
    """Standard output whose reader has gone, as Windows tells it."""

    def write(self, text):
        raise OSError(errno.EINVAL, "Invalid argument")


def test_a_reader_that_has_gone_is_no_error(windows, monkeypatch):
    monkeypatch.setattr(sys, "stdout", ClosedPipe())
    with pytest.raises(BrokenPipeError):
        console.answer("positive")


def test_elsewhere_that_is_an_error(monkeypatch):
    monkeypatch.setattr(sys, "stdout", ClosedPipe())
    monkeypatch.setattr(streams, "drop", lambda stream: None)
    with pytest.raises(console.AlbertError, match="cannot be written: Invalid argument"):
        console.answer("positive")


def test_commands_are_quoted_as_the_shell_there_wants_them(windows):
    assert console.quoted("my model") == '"my model"'


def test_a_console_that_may_not_know_colours_gets_none(windows, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    console.note("said")
    assert capsys.readouterr().err == "note: said\n"
