"""The pages of the documentation and their code blocks, each with what its markers say.

A block is saved as a file where its name, as code and with a colon, ends the line before it. A marker is a comment
right above it: `<!-- not run: why -->`, or `<!-- run: ... -->` with `exit=1`, `needs=php` (a program), `answer=y`
(typed on a terminal), `no-rows` (of a statement), `own` (a fake of the page's own). `<!-- page not run: why -->` is for
a whole page. A page that begins with the fake and the settings of the tutorial says `<!-- page: fake settings -->`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sybil import Document
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCED = FencedCodeBlockLexer(r"\w*")
_FILE = re.compile(r"`(?P<name>[\w-]+(?:\.\w+)+)`[^\n`]*:\n\n\Z")
_MARKER = re.compile(r"<!-- (?P<kind>not run|run): (?P<words>[^>]*?) -->\n\n\Z")
_PAGE_NOT_RUN = re.compile(r"<!-- page not run: (?P<words>[^>]*?) -->")
_NEEDS = re.compile(r"<!-- page: ([a-z ]+) -->")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a page.

    Attributes:
        place: Page and line, such as `docs/tutorial.md:12`.
        file: The name under which it is saved, if any.
        follows: Whether it stands right below another block.
        why_not_run: The reason, where it is not run.
        options: What `run:` says, such as `{"exit": "1"}`.
    """

    place: str
    language: str
    text: str
    file: str
    follows: bool
    why_not_run: str
    options: dict[str, str]


def list_pages() -> list[Path]:
    """Return each page a person reads here, README first."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md")), ROOT / "CONTRIBUTING.md"]


def needs_of(page: Path) -> set[str]:
    """Return what a page takes for granted: `fake`, `settings`."""
    found = _NEEDS.search(page.read_text(encoding="utf-8"))
    return set(found[1].split()) if found else set()


def read_blocks(page: Path) -> Iterator[Block]:
    """Yield a page's blocks in order."""
    document = Document.parse(str(page), _FENCED)
    of_page = _PAGE_NOT_RUN.search(document.text)
    end = -1
    for example in document.examples():
        above = document.text[max(end, 0) : example.start]
        marker = _MARKER.search(above)
        lexemes = cast("dict[str, str]", example.region.lexemes)
        name = _FILE.search(above[: marker.start()] if marker else above)
        words = marker["words"] if marker else of_page["words"] if of_page else ""
        is_run = marker["kind"] == "run" if marker else of_page is None
        yield Block(
            place=f"{page.relative_to(ROOT)}:{example.line}",
            language=lexemes["language"],
            text=str(lexemes["source"]),
            file=name["name"] if name else "",
            follows=end >= 0 and not above.strip(),
            why_not_run="" if is_run else words,
            options=_read_options(words) if is_run else {},
        )
        end = example.end


def _read_options(words: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for word in words.split():
        name, _, value = word.partition("=")
        options[name] = value
    return options
