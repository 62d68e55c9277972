"""The base install on arm64, under QEMU: the ids of all reference texts, and the answers of the shipped models.

`ALBERT_TF_ARM64` says how many texts each model answers; `make test-arm64` says 500, and shows how far the answers are
from this machine's.
"""

import json
import os
import platform
import subprocess
from pathlib import Path

import numpy as np
import pytest

from albert_tf import AlbertTextEmbedder
from albert_tf.export import export_tflite
from albert_tf.tasks import demo_data
from tests.arm64.userland import Userland, make_userland, missing_tools
from tests.shipped import MODELS

TEXTS = int(os.environ.get("ALBERT_TF_ARM64", 0))
SCRIPT = Path(__file__).with_name("answers.py")
DATA = {"sentiment": "uci_sentences", "spam": "sms_spam", "banking77": "banking77"}
EMBEDDER = "albert_small_en"
PROCESSORS = {  # and of how many texts it reads one
    "cortex-a72": 10,  # a Raspberry Pi 4; without dot products QEMU needs more than twice the time
    "cortex-a76": 1,  # a Raspberry Pi 5: dot products
    "max,sme=off": 10,  # products of matrices, SVE; QEMU 7.2 computes SME wrongly, and 10.0 rightly
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not TEXTS, reason="takes minutes under QEMU: run make test-arm64"),
    pytest.mark.skipif(bool(missing_tools()), reason=f"needs {', '.join(missing_tools())}"),
]


@pytest.fixture(scope="module")
def userland(made_once, wheel) -> Userland:
    folder = made_once("arm64", lambda folder: make_userland(folder, wheel))
    return Userland(folder / "root", folder / "site")


@pytest.fixture(scope="module")
def golden(shared) -> list[dict]:
    """Texts and the ids that google-research/albert gives them."""
    lines = (shared / "fixtures" / "tokenizer_golden.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> dict[str, list[str]]:
    """Every model's texts, by its file."""
    embedder = tmp_path_factory.mktemp("exported") / f"{EMBEDDER}.tflite"
    export_tflite(AlbertTextEmbedder.from_preset(EMBEDDER), embedder)
    found = {str(MODELS / f"{name}.tflite"): texts_of(data) for name, data in DATA.items()}
    return {**found, str(embedder): texts_of("uci_sentences")}


def texts_of(name):
    texts = list(dict.fromkeys(demo_data(name).texts))
    return texts[:: len(texts) // TEXTS][:TEXTS]


@pytest.fixture(scope="module")
def ask(golden, models, tmp_path_factory):
    """A function that has Python answer every nth text; it takes what runs Python."""

    def asked(run, every):
        folder = tmp_path_factory.mktemp("asked")
        job, answers = folder / "job.json", folder / "answers.json"
        texts = [row["text"] for row in golden[::every]]
        shares = {name: texts[::every] for name, texts in models.items()}
        job.write_text(json.dumps({"texts": texts, "models": shares}), "utf-8")
        run(SCRIPT, job, answers)
        return json.loads(answers.read_text("utf-8"))

    return asked


@pytest.fixture(scope="module")
def here(ask, installed) -> dict:
    """This machine's answers, by the same script."""
    python = installed / "python"
    return ask(lambda *arguments: subprocess.run([python, *arguments], check=True), 1)


@pytest.fixture(scope="module", params=PROCESSORS)
def there(request, ask, userland) -> dict:
    """The answers of an arm64 processor."""
    every = PROCESSORS[request.param]
    answers = ask(lambda *arguments: userland.run(request.param, *arguments), every)
    return {**answers, "every": every, "processor": request.param}


def test_it_is_arm64_and_the_base_install(there, here):
    assert (there["machine"], here["machine"]) == ("aarch64", platform.machine())
    assert not {"tensorflow", "keras", "pandas", "sklearn"} & set(there["modules"])


def test_ids_and_offsets_of_the_reference_texts(there, here, golden):
    assert len(golden) == 2695
    assert here["ids"] == [row["ids"] for row in golden]
    assert there["ids"] == here["ids"][:: there["every"]]
    assert there["offsets"] == here["offsets"][:: there["every"]]


def test_answers_of_the_models(there, here):
    assert len(here["scores"]) == len(DATA) + 1
    for name, rows in here["scores"].items():
        expected, found = np.array(rows[:: there["every"]]), np.array(there["scores"][name])
        difference, model = np.abs(expected - found).max(), Path(name).stem
        told = f"{there['processor']}, {model}: {len(found)} texts, largest difference"
        print(f"{told} {difference:.2g}")
        if model == EMBEDDER:
            assert (expected * found).sum(axis=1).min() > 0.998  # cosines
        else:
            np.testing.assert_array_equal(found.argmax(axis=1), expected.argmax(axis=1))
