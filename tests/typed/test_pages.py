"""README and guides as a reader types them: each command and each script a process, from the installed wheel.

Each page is typed from top to bottom in a fresh folder, so what it speaks of must come from the page or from what the
package ships. A block whose fence says where else it is typed, such as "```sh (with a phone)", is left out.
"""

import ast
from collections import Counter

import pytest

from tests.conftest import TYPED
from tests.typed import pages

TYPED_PAGES = [
    page
    for page in pages.PAGES
    if page not in pages.TRANSLATIONS and any(not b.where for b in pages.blocks(page))
]
TYPED_ELSEWHERE = {"albert-tf demo --language zh"}
"""Commands of translations that other tests type, here `tests/cli/test_demo.py`."""


@pytest.mark.slow
@pytest.mark.parametrize("page", TYPED_PAGES, ids=lambda page: page.name)
def test_page(page, shell, record_property):
    counts = Counter(pages=1)
    for block in pages.blocks(page):
        if block.where:
            counts["blocks for elsewhere"] += 1
        elif block.language == "python":
            shell.python(block.code)
            counts["scripts"] += 1
        else:
            for line in block.lines:
                shell.type(line)
                counts["commands"] += 1
    record_property(TYPED, dict(counts))  # what pytest-xdist can send


@pytest.mark.parametrize("page", pages.TRANSLATIONS, ids=lambda page: page.name)
def test_a_translation_has_the_commands_and_scripts_of_its_page(page):
    """Scripts but for their comments, which are translated."""
    original = pages.blocks(pages.TRANSLATIONS[page])
    for language, read in (("sh", lambda b: b.lines), ("python", lambda b: [_script(b)])):
        known = {part for b in original if b.language == language for part in read(b)}
        typed = {part for b in pages.blocks(page) if b.language == language for part in read(b)}
        assert typed - known <= TYPED_ELSEWHERE
        assert typed & known


def _script(block):
    return ast.dump(ast.parse(block.code))


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: page.name)
def test_commands_to_type_stand_in_blocks(page):
    """A command that is only indented would never be run."""
    indented = [line for line in pages.text(page).splitlines() if line.startswith("    albert-tf")]
    typed = "".join(block.code for block in pages.blocks(page))
    shown = pages.FENCE.findall(pages.text(page))
    assert [line for line in indented if line not in typed and line not in str(shown)] == []


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in pages.links(page):
        assert (page.parent / target).exists(), f"{page.name}: {target}"
