"""The base install on arm64, under QEMU: the ids of all reference texts, and the answers of the shipped models.

`make test-arm64` runs it, with `-rP`, which shows how far answers are from this machine's.
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

ASKED_FOR = "ALBERT_TF_ARM64"
MODELS = Path(__file__).resolve().parents[2] / "android_demo/app/src/main/assets/models"
SCRIPT = Path(__file__).with_name("answers.py")
TEXTS = 500
DATA = {"sentiment": "uci_sentences", "spam": "sms_spam", "banking77": "banking77"}
EMBEDDER = "albert_small_en"
FIRST = "cortex-a72"
PROCESSORS = {
    FIRST: "a Raspberry Pi 4",
    "cortex-a76": "a Raspberry Pi 5, with dot products",
    "max,sme=off": "all but SME, which QEMU 7.2 computes wrongly, and 10.0 rightly",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(ASKED_FOR not in os.environ, reason="minutes under QEMU: make test-arm64"),
    pytest.mark.skipif(bool(missing_tools()), reason=f"needs {', '.join(missing_tools())}"),
]


@pytest.fixture(scope="module")
def userland(made_once, wheel) -> Userland:
    folder = made_once("arm64", lambda folder: make_userland(folder, wheel))
    return Userland(folder / "root", folder / "site")


@pytest.fixture(scope="module")
def job(golden, tmp_path_factory) -> Path:
    """The file with all texts and models."""
    folder = tmp_path_factory.mktemp("job")
    embedder = folder / f"{EMBEDDER}.tflite"
    export_tflite(AlbertTextEmbedder.from_preset(EMBEDDER), embedder)
    models = {str(MODELS / f"{name}.tflite"): texts_of(data) for name, data in DATA.items()}
    models[str(embedder)] = texts_of("uci_sentences")
    file = folder / "job.json"
    texts = [row["text"] for row in golden]
    file.write_text(json.dumps({"texts": texts, "models": models}), "utf-8")
    return file


def texts_of(name):
    texts = list(dict.fromkeys(demo_data(name).texts))
    return texts[:: len(texts) // TEXTS][:TEXTS]


@pytest.fixture(scope="module")
def golden(shared) -> list[dict]:
    """Texts and the ids that google-research/albert gives them."""
    lines = (shared / "fixtures" / "tokenizer_golden.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def here(job, installed) -> dict:
    """This machine's answers, by the same script."""
    output = job.with_name("here.json")
    subprocess.run([installed / "python", SCRIPT, job, output], check=True)
    return json.loads(output.read_text("utf-8"))


@pytest.fixture(scope="module", params=PROCESSORS)
def there(request, job, userland) -> dict:
    """The answers of an arm64 processor."""
    output = job.with_name(f"{request.param}.json")
    userland.run(request.param, SCRIPT, job, output)
    return json.loads(output.read_text("utf-8"))


def test_it_is_arm64_and_the_base_install(there, here):
    assert (there["machine"], here["machine"]) == ("aarch64", platform.machine())
    assert not {"tensorflow", "keras", "pandas", "sklearn"} & set(there["modules"])


def test_ids_and_offsets_of_the_reference_texts(there, here, golden):
    expected = [row["ids"] for row in golden]
    assert len(expected) == 2695
    assert there["ids"] == here["ids"] == expected
    assert there["offsets"] == here["offsets"]


def test_answers_of_the_models(there, here, request):
    assert len(here["scores"]) == len(DATA) + 1
    for name, rows in here["scores"].items():
        expected, found = np.array(rows), np.array(there["scores"][name])
        assert len(expected) == TEXTS
        difference = np.abs(expected - found).max()
        print(f"{Path(name).stem}: largest difference {difference:.2g} on {TEXTS} texts")
        if Path(name).stem == EMBEDDER:
            assert (expected * found).sum(axis=1).min() > 0.999  # cosines
        else:
            np.testing.assert_array_equal(found.argmax(axis=1), expected.argmax(axis=1))
