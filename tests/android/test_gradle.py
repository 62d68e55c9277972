"""The Gradle project of the Android demo, which cannot be run here: its versions, coordinates and scripts."""

import re
import subprocess
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.android.host_tools import DEMO, needs_java

SCRIPTS = sorted(
    path.relative_to(DEMO) for path in DEMO.rglob("*.kts") if "target" not in path.parts
)
# Google publishes these in its own repository only, which Gradle reads as google().
GOOGLES = ("com.android.", "com.google.ai.edge.litert")


def catalog() -> dict:
    return tomllib.loads((DEMO / "gradle" / "libs.versions.toml").read_text("utf-8"))


def properties(pom: Path) -> dict[str, str]:
    """What stands in the <properties> of a pom."""
    space = "{http://maven.apache.org/POM/4.0.0}"
    return {
        e.tag.removeprefix(space): e.text
        for e in ET.parse(pom).getroot().find(f"{space}properties")
    }


def coordinates() -> list[str]:
    """`group:artifact:version` of every library and plugin of the catalog."""
    names = catalog()
    versions = names["versions"]
    libraries = [
        f"{entry['module']}:{versions[entry['version']['ref']]}"
        for entry in names["libraries"].values()
    ]
    plugins = [
        f"{entry['id']}:{entry['id']}.gradle.plugin:{versions[entry['version']['ref']]}"
        for entry in names["plugins"].values()
    ]
    return libraries + plugins


def maven(*arguments: str) -> subprocess.CompletedProcess:
    command = ["mvn", "--batch-mode", "--no-transfer-progress", "-Dstyle.color=never", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def test_both_builds_have_the_same_versions():
    gradle, pom = catalog()["versions"], properties(DEMO / "maven" / "pom.xml")
    assert gradle["kotlin"] == pom["kotlin.version"]
    assert gradle["junit"] == pom["junit.version"]
    assert gradle["min-sdk"] == pom["min.sdk"]
    assert (
        re.search(r"^min_sdk=(\d+)$", (DEMO / "tools" / "make-apk").read_text("utf-8"), re.M)[1]
        == pom["min.sdk"]
    )
    # Android's resources of an API level later than 34 cannot be read by the aapt2 that Maven's build has.
    assert int(pom["target.sdk"]) <= int(gradle["target-sdk"])
    script = (DEMO / "app" / "build.gradle.kts").read_text("utf-8")
    version = re.search(
        r"<version>(.+?)</version>", (DEMO / "maven" / "pom.xml").read_text("utf-8")
    )[1]
    assert f'versionName = "{version}"' in script


def test_every_entry_of_the_catalog_is_used_and_every_use_has_an_entry():
    names = catalog()
    entries = {f"libs.{name.replace('-', '.')}" for name in names["libraries"]}
    entries |= {f"libs.plugins.{name.replace('-', '.')}" for name in names["plugins"]}
    entries |= {f"libs.versions.{name.replace('-', '.')}" for name in ("min-sdk", "target-sdk")}
    used = set()
    for script in SCRIPTS:
        text = re.sub(r"\s*\n\s*\.", ".", (DEMO / script).read_text("utf-8"))
        used |= {match.removesuffix(".get") for match in re.findall(r"libs(?:\.[a-z]+)+", text)}
    used = {re.sub(r"\.(get|to[A-Z]\w*).*$", "", name) for name in used}
    assert used == entries
    references = {
        entry["version"]["ref"]
        for part in ("libraries", "plugins")
        for entry in names[part].values()
    }
    assert references | {"min-sdk", "target-sdk"} == set(names["versions"])


def test_versions_are_exact():
    for name in coordinates():
        assert re.fullmatch(r"[\w.-]+:[\w.-]+:\d+(\.\d+)+", name), name


def test_the_manifest_asks_for_no_permission():
    manifest = ET.parse(DEMO / "app" / "src" / "main" / "AndroidManifest.xml").getroot()
    assert [e.tag for e in manifest.iter() if e.tag.startswith("uses-permission")] == []


@pytest.mark.slow
@needs_java
@pytest.mark.parametrize("name", [n for n in coordinates() if not n.startswith(GOOGLES)])
def test_coordinates_are_published(name):
    """Asks the repository that Maven is set up with, which is Central or a copy of it."""
    result = maven("dependency:get", "-Dtransitive=false", f"-Dartifact={name}:pom")
    assert result.returncode == 0, result.stdout[-2000:]


@pytest.fixture(scope="module")
def ktlint() -> Path:
    """ktlint, whose first step parses a file with Kotlin's compiler."""
    result = maven(
        "--file",
        str(DEMO / "maven"),
        "--activate-profiles",
        "style",
        "--projects",
        "style",
        "generate-resources",
    )
    assert result.returncode == 0, result.stdout[-2000:]
    return DEMO / "maven" / "style" / "target" / "ktlint-cli.jar"


def parse(ktlint: Path, folder: Path, *files: str) -> subprocess.CompletedProcess:
    command = [
        "java",
        "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "-jar",
        ktlint,
        "--relative",
        *files,
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)


@pytest.mark.slow
@needs_java
def test_scripts_parse_as_kotlin(ktlint, tmp_path):
    assert len(SCRIPTS) == 4
    result = parse(ktlint, DEMO, *map(str, SCRIPTS))
    assert result.returncode == 0, result.stdout + result.stderr
    # It would tell: the same script without its last brace.
    text = (DEMO / "text" / "build.gradle.kts").read_text("utf-8")
    (tmp_path / "build.gradle.kts").write_text(text.rstrip().removesuffix("}"), "utf-8")
    broken = parse(ktlint, tmp_path, "build.gradle.kts")
    assert broken.returncode != 0
    assert "Not a valid Kotlin file" in broken.stdout + broken.stderr
