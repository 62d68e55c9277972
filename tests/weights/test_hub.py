"""`hf://owner/name`, against a server on this machine that speaks the needed part of the Hub."""

import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from albert_tf.errors import CheckpointError, MissingExtraError
from albert_tf.weights import read_checkpoint, write_preset
from tests.tokenizer.small_models import pieces_of
from tests.weights.test_preset import random_checkpoint
from tests.weights.tokenizer_files import save_fast

constants = pytest.importorskip("huggingface_hub.constants")
file_download = pytest.importorskip("huggingface_hub.file_download")

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER_COMMIT = "f" * 40


class Hub:
    """A Hub with models in memory: `{name: {file: content}}`, and a log of what was asked for."""

    def __init__(self):
        self.models: dict[str, dict[str, bytes]] = {}
        self.status: dict[str, tuple[int, str]] = {}
        self.log: list[tuple[str, str]] = []
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_HEAD(self):
                hub.answer(self)

            def do_GET(self):
                hub.answer(self)

            def log_message(self, *_):
                return

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        path = request.path.split("?")[0].strip("/")
        self.log.append((request.command, path))
        if path.startswith("api/models/"):
            self.answer_about(request, path.removeprefix("api/models/"))
        else:
            owner, name, _, commit, *file = path.split("/")
            content = self.models.get(f"{owner}/{name}", {}).get("/".join(file))
            headers = {"X-Repo-Commit": commit}
            if content is None:
                self.send(request, 404, b"", {**headers, "X-Error-Code": "EntryNotFound"})
            else:
                headers["ETag"] = f'"{hashlib.sha1(content).hexdigest()}"'
                self.send(request, 200, content, headers)

    def answer_about(self, request, path):
        name, _, revision = path.partition("/revision/")
        commits = {"": COMMIT, "main": COMMIT, "v2": OTHER_COMMIT, COMMIT: COMMIT}
        if name in self.status:
            status, code = self.status[name]
            self.send(request, status, b"{}", {"X-Error-Code": code})
        elif name not in self.models:
            self.send(request, 401, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif revision not in commits:
            self.send(request, 404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        else:
            files = [{"rfilename": file} for file in self.models[name]]
            about = {"id": name, "modelId": name, "sha": commits[revision], "siblings": files}
            self.send(
                request, 200, json.dumps(about).encode(), {"Content-Type": "application/json"}
            )

    @staticmethod
    def send(request, status, content, headers):
        request.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            request.send_header(name, value)
        request.end_headers()
        if request.command == "GET":
            request.wfile.write(content)

    @property
    def downloaded(self) -> set[str]:
        return {
            path.split("/", 4)[-1]
            for method, path in self.log
            if method == "GET" and "resolve" in path
        }


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A running Hub that `huggingface_hub` takes for the real one, with an empty cache."""
    hub = Hub()
    template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    for module in (constants, file_download):  # the latter may hold a copy of its own
        monkeypatch.setattr(module, "HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield hub
    hub.stop()


def files_of(folder, *names):
    return {name: (folder / name).read_bytes() for name in names}


@pytest.fixture
def hf_files(shared):
    folder = shared / "fixtures" / "hf_sequence_classification"
    return files_of(folder, "config.json", "model.safetensors", "pytorch_model.bin")


def assert_same_arrays(actual, expected):
    assert actual.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(actual[name], array)


def test_a_model_is_downloaded_once_and_only_what_it_needs(hub, hf_files, shared):
    noise = {"README.md": b"x", "tf_model.h5": b"x", "onnx/model.onnx": b"x", "optimizer.pt": b"x"}
    hub.models["poets/albert"] = {**hf_files, **noise}
    checkpoint = read_checkpoint("hf://poets/albert")
    expected = read_checkpoint(shared / "fixtures" / "hf_sequence_classification")
    assert_same_arrays(checkpoint.arrays, expected.arrays)
    assert checkpoint.head == expected.head
    assert hub.downloaded == {"config.json", "model.safetensors"}
    hub.log.clear()
    read_checkpoint("hf://poets/albert")
    assert not hub.downloaded


def test_the_pickle_is_taken_when_there_is_nothing_better(hub, hf_files):
    hub.models["poets/albert"] = {k: v for k, v in hf_files.items() if k != "model.safetensors"}
    assert read_checkpoint("hf://poets/albert").head == "text_classifier"
    assert hub.downloaded == {"config.json", "pytorch_model.bin"}


def test_revisions(hub, hf_files):
    hub.models["poets/albert"] = hf_files
    read_checkpoint("hf://poets/albert@v2")
    assert any(OTHER_COMMIT in path for _, path in hub.log)
    read_checkpoint(f"hf://poets/albert@{COMMIT}")
    with pytest.raises(CheckpointError, match=r"poets/albert .* has no revision 'v3'"):
        read_checkpoint("hf://poets/albert@v3")


@pytest.mark.parametrize("name", ["keras_hub_backbone", "google_tf1_groups"])
def test_other_formats_are_downloaded_too(hub, shared, name):
    folder = shared / "fixtures" / name
    hub.models["poets/albert"] = files_of(folder, *(p.name for p in folder.iterdir()))
    assert_same_arrays(read_checkpoint("hf://poets/albert").arrays, read_checkpoint(folder).arrays)
    assert "expected.npz" not in hub.downloaded


def test_a_preset_is_downloaded_with_its_tokenizer(hub, tmp_path):
    checkpoint = random_checkpoint(tokenizer_model=b"pieces")
    folder = write_preset(checkpoint, tmp_path / "preset")
    hub.models["poets/albert"] = files_of(folder, *(p.name for p in folder.iterdir()))
    assert read_checkpoint("hf://poets/albert").tokenizer_model == b"pieces"


@pytest.mark.parametrize("inner", ["", "0_Transformer/"])
def test_a_folder_of_sentence_transformers_is_downloaded_whole(
    hub, shared, inner, small_model, tmp_path
):
    save_fast(small_model, tmp_path)
    model = files_of(shared / "fixtures" / "hf_model", "config.json", "model.safetensors")
    model |= files_of(tmp_path, "tokenizer.json", "tokenizer_config.json")
    model["sentence_bert_config.json"] = b'{"max_seq_length": 24}'
    steps = [
        (inner.rstrip("/"), "Transformer"),
        ("1_Pooling", "Pooling"),
        ("2_Normalize", "Normalize"),
    ]
    listed = [
        {"idx": i, "path": path, "type": f"models.{kind}"} for i, (path, kind) in enumerate(steps)
    ]
    hub.models["poets/albert"] = {
        **{inner + name: content for name, content in model.items()},
        "modules.json": json.dumps(listed).encode(),
        "1_Pooling/config.json": b'{"pooling_mode_mean_tokens": true}',
        "onnx/model.onnx": b"x",
    }
    checkpoint = read_checkpoint("hf://poets/albert")
    assert checkpoint.head == "text_embedder"
    assert checkpoint.extra["preprocessor"] == {"sequence_length": 24}
    assert pieces_of(checkpoint.tokenizer_model) == pieces_of(small_model.read_bytes())
    assert "onnx/model.onnx" not in hub.downloaded


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (None, "does not exist or is private; check it, or set HF_TOKEN"),
        ((403, "GatedRepo"), "is gated; accept its terms"),
        ((500, ""), r"cannot be reached .*500"),
    ],
)
def test_refusals_become_one_line(hub, status, message):
    if status is not None:
        hub.status["poets/albert"] = status
    with pytest.raises(CheckpointError, match=message) as error:
        read_checkpoint("hf://poets/albert")
    assert "poets/albert" in str(error.value)
    assert "\n" not in str(error.value)


def test_without_a_network_the_cache_serves_or_one_line_says_so(hub, hf_files, monkeypatch):
    hub.models["poets/albert"] = hf_files
    read_checkpoint("hf://poets/albert")
    hub.stop()
    assert read_checkpoint("hf://poets/albert").head == "text_classifier"
    with pytest.raises(
        CheckpointError, match=r"cannot be reached .* not in the cache; check the network"
    ) as error:
        read_checkpoint("hf://poets/other")
    assert "\n" not in str(error.value)


def test_a_model_without_readable_weights_is_named(hub, hf_files):
    hub.models["poets/albert"] = {"config.json": hf_files["config.json"], "tf_model.h5": b"x"}
    with pytest.raises(
        CheckpointError, match=r"hf://poets/albert has no weights that can be read; looked for"
    ):
        read_checkpoint("hf://poets/albert")


@pytest.mark.parametrize(
    "name",
    [
        "hf://",
        "hf://albert",
        "hf://a/b/c",
        "hf://a/b@",
        "hf://a b/c",
        "hf://../x",
        "hf://a/b@../../c",
    ],
)
def test_malformed_names_are_refused(name):
    with pytest.raises(CheckpointError, match="expected hf://owner/name"):
        read_checkpoint(name)


def test_without_huggingface_hub_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtraError, match=r'pip install "albert-tf\[hub\]"'):
        read_checkpoint("hf://poets/albert")


def test_offline_only_the_cache_is_asked(hub, hf_files, monkeypatch):
    from huggingface_hub.utils import reset_sessions

    hub.models["poets/albert"] = hub.models["poets/other"] = hf_files
    read_checkpoint("hf://poets/albert")
    hub.log.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    reset_sessions()
    try:
        assert read_checkpoint("hf://poets/albert").head == "text_classifier"
        with pytest.raises(CheckpointError, match=r"OfflineModeIsEnabled.*HF_HUB_OFFLINE"):
            read_checkpoint("hf://poets/other")
    finally:
        reset_sessions()
    assert not hub.log


@pytest.mark.slow
def test_the_environment_names_the_endpoint_and_the_cache(hub, hf_files, tmp_path):
    hub.models["poets/albert"] = hf_files
    script = (
        "from albert_tf.weights import read_checkpoint; "
        "print(read_checkpoint('hf://poets/albert').source)"
    )
    settings = {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home")}
    run = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **settings, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip().startswith(str(tmp_path / "home"))
