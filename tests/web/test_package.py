"""`albert-web` as npm packs it: installed in a folder of its own, used under Node, and its types checked by tsc."""

import json
import subprocess
import tarfile

import pytest

from albert_tf import TFLiteRunner
from tests.android.host_tools import needs_java, needs_models
from tests.shipped import MODELS
from tests.web.node_tools import WEB, needs_node

pytestmark = [pytest.mark.slow, needs_node, needs_java]

ANSWER = """
import {loadModel, ModelFileError} from 'albert-web/node';
const model = await loadModel(process.argv[2]);
console.log(JSON.stringify(await model.answer('what a lovely week')));
const refused = await loadModel(new Uint8Array([1, 2, 3]), 'mine').catch(error => error);
console.log(JSON.stringify([refused instanceof ModelFileError, refused.reason, refused.message]));
"""
TYPED = """
import {type Answer, type Facts, ModelFileError, WorkerModel} from 'albert-web';
import {loadModel, tables} from 'albert-web/node';

export async function typed(worker: Worker): Promise<string> {
  const model = new WorkerModel(worker);
  const facts: Facts = await model.load({file: 'reviews.tflite', wasm: 'wasm/', tables});
  const answer: Answer | null = await model.latest('a text', {controls: {patience: 2}});
  return `${facts.labels?.join()} ${answer?.label ?? ''} ${answer?.probability?.toFixed(3) ?? ''}`;
}

export async function underNode(): Promise<number[]> {
  try {
    const model = await loadModel('reviews.tflite');
    return model.tokens('a text').map(token => token.id);
  } catch (error) {
    return error instanceof ModelFileError && error.reason === 'foreign' ? [] : [1];
  }
}
"""
MISTAKES = {
    "await model.latest(1);": "not assignable to parameter of type 'string'",
    "await model.load({file: 'a.tflite'});": "is not assignable to parameter of type 'Source'",
    "(await model.answer('a')).lable;": "Did you mean 'label'",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder in which the package is installed, with its dependencies in the versions of package-lock.json."""
    # Builds the tokenizer, which the package holds, where that is due.
    subprocess.run([WEB / "tools" / "tokenize", "--help"], check=True, capture_output=True)
    folder = tmp_path_factory.mktemp("project")
    pack = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", folder]
    subprocess.run(pack, cwd=WEB, check=True, capture_output=True)
    (archive,) = folder.glob("albert-web-*.tgz")
    modules = folder / "node_modules"
    with tarfile.open(archive) as package:
        package.extractall(modules, filter="data")
    (modules / "package").rename(modules / "albert-web")
    declared = json.loads((modules / "albert-web" / "package.json").read_text("utf-8"))
    for name in declared["dependencies"]:
        (modules / name).parent.mkdir(exist_ok=True)
        (modules / name).symlink_to(WEB / "node_modules" / name)
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


def test_it_holds_what_it_needs_and_nothing_else(project):
    package = project / "node_modules" / "albert-web"
    held = {str(path.relative_to(package)) for path in package.rglob("*") if path.is_file()}
    assert {"package.json", "README.md", "src/index.js", "src/index.d.ts"} <= held
    assert {"build/tokenizer/albert.mjs", "build/tokenizer/unicode.txt"} <= held
    assert not [name for name in held if name.startswith(("tests/", "tools/", "page/", "kotlin/"))]
    assert sum(path.stat().st_size for path in package.rglob("*") if path.is_file()) < 2e6


@needs_models
def test_it_answers_under_node(project):
    (project / "answer.js").write_text(ANSWER)
    file = MODELS / "sentiment.tflite"
    done = subprocess.run(
        ["node", "answer.js", file], cwd=project, capture_output=True, encoding="utf-8", check=True
    )
    answer, refused = map(json.loads, done.stdout.splitlines())
    (expected,) = TFLiteRunner(file)(["what a lovely week"])
    assert answer["label"] == expected.label
    assert answer["probability"] == pytest.approx(expected.probability, abs=0.05)
    assert refused[:2] == [True, "foreign"]
    assert refused[2].startswith("mine: ")


def checked(project, source):
    """What tsc says of a source."""
    (project / "typed.ts").write_text(source)
    options = [
        "--noEmit",
        "--strict",
        "--module",
        "nodenext",
        "--lib",
        "es2022,dom",
        "--target",
        "es2022",
    ]
    command = [WEB / "node_modules" / ".bin" / "tsc", *options, "typed.ts"]
    done = subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8", check=False)
    return done.stdout.splitlines()


def test_its_types(project):
    assert checked(project, TYPED) == []
    mistakes = TYPED.replace(
        "  return `${facts", "\n".join([*(f"  {line}" for line in MISTAKES), "  return `${facts"])
    )
    found = checked(project, mistakes)
    for line, message in zip([x for x in found if "error" in x], MISTAKES.values(), strict=True):
        assert message in line
