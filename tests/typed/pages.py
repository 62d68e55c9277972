"""What a page of the documentation asks a reader to type."""

import dataclasses
import re
from pathlib import Path

from tests.installation import ROOT

TRANSLATIONS = {ROOT / "README.zh.md": ROOT / "README.md"}
"""Pages whose blocks are those of another page, which are typed there."""
PAGES = [ROOT / "README.md", *TRANSLATIONS, *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(?P<language>\w*)(?P<where>[^\n]*)\n(?P<code>.*?)^```$", re.M | re.S)
TYPED = {"sh": "commands", "python": "scripts"}
"""Languages of the blocks that a reader types here, and what to call them."""
SHOWN = {"csv", "js", "kotlin", "swift", "text"}
"""Languages of the blocks that are shown only."""


@dataclasses.dataclass(frozen=True)
class Block:
    """A block of code of a page.

    Attributes:
        language: `"sh"` or `"python"`.
        code: what stands in it.
        where: empty, or where else than here it is typed, such as `"(with a phone)"`.
    """

    language: str
    code: str
    where: str

    @property
    def lines(self) -> list[str]:
        """The commands of a shell block, each without its comment; a line that ends in a backslash goes on."""
        joined = self.code.replace("\\\n", " ").splitlines()
        return [line for line in joined if line.strip() and not line.startswith("#")]


def blocks(page: Path) -> list[Block]:
    """Returns the blocks of a page that are typed, here or elsewhere."""
    found = [
        Block(m["language"], m["code"], m["where"].strip()) for m in FENCE.finditer(text(page))
    ]
    unknown = {block.language for block in found} - set(TYPED) - SHOWN
    assert not unknown, f"{page.name}: blocks of {unknown}; expected one of {[*TYPED, *SHOWN]}"
    return [block for block in found if block.language in TYPED]


def text(page: Path) -> str:
    """Returns the text of a page."""
    return page.read_text("utf-8")


def links(page: Path) -> list[str]:
    """Returns the links of a page to files of the project."""
    prose = FENCE.sub("", text(page))
    targets = re.findall(r"\]\(([^)#\s]+)", prose)
    return [target for target in targets if not target.startswith(("http://", "https://"))]
