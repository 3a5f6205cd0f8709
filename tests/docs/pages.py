"""Taking the blocks of a documentation page apart, and running its commands as a reader would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
# A block is a file where its name, as code and with a colon, ends the line before it.
_BLOCK = re.compile(
    r"(?:`(?P<name>[\w.]+)`[^\n`]*:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its language, its text, the file it is (if any), and whether it stands right below another block."""

    language: str
    text: str
    file: str
    follows: bool


def read_blocks(page: Path) -> Iterator[Block]:
    """Yield a page's blocks in order."""
    text = page.read_text(encoding="utf-8")
    last_end = -1
    for found in _BLOCK.finditer(text):
        is_next = last_end >= 0 and not text[last_end : found.start()].strip()
        yield Block(found["language"], found["text"], found["name"] or "", is_next)
        last_end = found.end()


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a shell command in a folder, with this environment's programs first."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CRM_MOCK_"))}
    # Plugins that are slow to load and that no page uses.
    environment["PYTEST_ADDOPTS"] = "-p no:schemathesis -p no:hypothesispytest -p no:faker"
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    return subprocess.run(
        ["/bin/sh", "-e", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
