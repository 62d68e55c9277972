"""The app's engine on older and newer TensorFlow Lite: which file runs where is what the file says of itself."""

import json
import subprocess
from pathlib import Path

import pytest

from albert_tf.export import TFLiteRunner
from albert_tf.export.runtime_versions import RESIZING_LOOP_RUNTIME, parse_version
from tests.android.answer_checks import check_entities, check_questions
from tests.android.exported import KINDS, TEXTS, export_kind
from tests.android.host_tools import (
    DEMO,
    answers,
    differences,
    lines_of,
    needs_java,
    needs_models,
    predict,
)
from tests.shipped import MODELS, examples_of, shipped_models

pytestmark = [pytest.mark.slow, needs_java]

RUNTIMES = {"2.15": "2.15.0-1.5.10", "2.18": "2.18.0-1.5.11", "2.19": "2.19.0-1.5.12", "2.21": None}
"""Versions of `org.bytedeco:tensorflow-lite` on Maven Central; None: the one that the tools use."""

CLOSE = 5e-3
"""Kernels of different versions round quantized numbers differently, and the weights here are random."""

SHIPPED_CLOSE = 0.03
"""Likewise, where training has made the probabilities steep."""

ENTITIES_CLOSE = 0.1
"""Likewise of single tokens, which in odd texts stand between several labels."""

WRONG = {("int4", "2.18"), ("int4", "2.19")}
"""Files that these runtimes load and answer wrongly, since they have every operator. The files ask for newer ones."""

BY_CHANCE = {("fp16", "2.15"), ("fp16", "2.18")}
"""Likewise, but what comes out depends on the processor and on what stood in the memory: wrong numbers, infinite ones,
or right ones."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("exported")


@pytest.fixture(scope="module")
def class_paths(tmp_path_factory):
    """The class path of the host tools over each runtime, by its version."""
    predict("--help")  # builds the tools
    target = DEMO / "maven" / "tools" / "target"
    jars = [*target.glob("tools-*.jar"), *(target / "lib").glob("*.jar")]
    kept = [jar for jar in jars if not jar.name.startswith(("tensorflow-lite-", "javacpp-"))]
    assert len(kept) <= len(jars) - 4
    paths = {}
    for version, artifact in RUNTIMES.items():
        chosen = jars
        if artifact is not None:
            chosen = [*kept, *download(artifact, tmp_path_factory.mktemp(version))]
        paths[version] = ":".join(map(str, chosen))
    return paths


def download(version: str, folder: Path) -> list[Path]:
    """Fetches a runtime and what it needs from Maven Central."""
    presets = version.split("-")[1]
    for artifact in (
        f"org.bytedeco:tensorflow-lite:{version}:jar",
        f"org.bytedeco:tensorflow-lite:{version}:jar:linux-x86_64",
        f"org.bytedeco:javacpp:{presets}:jar",
        f"org.bytedeco:javacpp:{presets}:jar:linux-x86_64",
    ):
        command = ["mvn", "--batch-mode", "--quiet", "--file", str(DEMO / "maven" / "host")]
        command += ["dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"]
        result = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        if result.returncode != 0:
            pytest.skip(f"{artifact} cannot be fetched from Maven Central: {result.stdout[-300:]}")
    return list(folder.glob("*.jar"))


def lowest(file: Path) -> str:
    return TFLiteRunner(file).metadata["runtime"]["lowest"]


@pytest.mark.parametrize("version", RUNTIMES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_runs_where_it_says(folder, class_paths, kind, version):
    file = export_kind(kind, folder)
    result = predict(file, stdin=lines_of(TEXTS), class_path=class_paths[version])
    if parse_version(lowest(file))[:2] > parse_version(version):
        check_too_old(result, file, kind, version)
        return
    assert result.returncode == 0, result.stderr
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    others, largest = differences(rows, TFLiteRunner(file)(TEXTS))
    assert others == []
    assert largest < CLOSE
    assert ("new interpreter for each length" in result.stderr) == must_renew(file, version)


def check_too_old(result, file, kind, version):
    if (kind, version) in WRONG:
        check_wrong(result, file)
    elif (kind, version) in BY_CHANCE:
        check_loaded(result)
    else:
        check_refused(result, file)


def check_refused(result, file):
    """A file that needs more is refused in one line that names what it needs and what to do."""
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("predict: ")]
    assert line.startswith(
        f"predict: {file}: it needs TensorFlow Lite {lowest(file)} or newer, and "
    )
    assert line.endswith("export the model again with --runtime and the version here")


def check_wrong(result, file):
    """What the lowest runtime in the file rests on: an older one answers, and not as Python does."""
    assert result.returncode == 0, result.stderr
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    _, largest = differences(rows, TFLiteRunner(file)(TEXTS))
    assert largest > CLOSE


def check_loaded(result):
    """An older runtime does not refuse the file."""
    if result.returncode == 0:
        assert len(result.stdout.splitlines()) == len(TEXTS)
    else:
        assert "expected finite numbers" in result.stderr


def must_renew(file: Path, version: str) -> bool:
    """Whether the engine has to find out that this runtime takes one length only."""
    since = TFLiteRunner(file).metadata["runtime"]["resizes_since"]
    assert since in (None, RESIZING_LOOP_RUNTIME)
    return since is not None and parse_version(version) < parse_version(since)[:2]


@needs_models
@pytest.mark.parametrize("version", RUNTIMES)
def test_shipped_models_run_on_all(class_paths, version):
    jars = class_paths[version]
    for shipped in shipped_models():
        file = MODELS / shipped["file"]
        if shipped["screen"] == "commands":
            check_entities(file, TEXTS, jars, ENTITIES_CLOSE)
        elif shipped["screen"] == "ask":
            check_questions(file, *examples_of(shipped), jars, SHIPPED_CLOSE)
        else:
            rows = answers(file, TEXTS, class_path=jars)
            others, largest = differences(rows, TFLiteRunner(file)(TEXTS))
            assert others == [], file.name
            assert largest < SHIPPED_CLOSE, file.name


@pytest.mark.parametrize("version", RUNTIMES)
def test_lengths_in_any_order(folder, class_paths, version):
    """Each length after each other, so that every change of length is tried, and staying at one."""
    file = export_kind("int8_for_2.16", folder)
    texts = ["one " * size for size in (1, 30, 30, 2, 9, 3, 25, 1, 1, 60, 5, 6, 7, 17)]
    rows = answers(file, texts, class_path=class_paths[version])
    others, largest = differences(rows, TFLiteRunner(file)(texts))
    assert others == []
    assert largest < CLOSE
