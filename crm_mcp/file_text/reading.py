"""A file's text, read by a process that is ended where it takes too long."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from crm_mcp.errors import InputError

MOST_CHARACTERS = 1_000_000
"""Of a longer text the rest is left out."""
READING_S = 8.0
"""How long a text is read; what is done by then is returned."""
_GRACE_S = 10.0
"""How much longer a process may take, to start and where it does not see how late it is."""
_MEMORY = 1 << 30
_AT_ONCE = 2
_KEPT_VARIABLES = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_START = (
    "import json, sys; order = json.loads(sys.argv[1]); sys.path[:] = order['path']; "
    "from crm_mcp.file_text.worker import main; main(order)"
)
_PROGRAMS = {"pdf": "a PDF", "docx": "a Word document", "xlsx": "an Excel workbook"}


@dataclass(frozen=True, slots=True)
class FileText:
    """The text of a file.

    Attributes:
        format: `text`, `html`, `pdf`, `docx` or `xlsx`.
        text: At most `MOST_CHARACTERS` of it.
        note: What it lacks or what was guessed, as sentences; empty where there is nothing to say.
    """

    format: str
    text: str
    note: str


class FileReader:
    """Reads files, a few at a time.

    Args:
        reading_s: How long a text is read, in seconds.
    """

    def __init__(self, *, reading_s: float = READING_S) -> None:
        self._reading_s = reading_s
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def read(self, content: bytes, *, name: str, media_type: str = "") -> FileText:
        """Return the text of a file.

        Args:
            content: The file.
            name: What it is called, for errors; whether it may be HTML shows in its ending.
            media_type: As sent; only a charset in it is used.

        Raises:
            InputError: It has no text that can be read, takes too much, or needs libraries that are not installed.
        """
        order = {
            "path": [one for one in sys.path if one],
            "media_type": media_type[:200],
            "is_page": name.lower().endswith((".html", ".htm", ".xhtml")),
            "most_characters": MOST_CHARACTERS,
            "seconds": self._reading_s,
            "memory": _MEMORY,
        }
        async with self._turns:
            result = await _run(order, content, self._reading_s + _GRACE_S)
        if kind := result.get("error"):
            raise _refusal(kind, str(result.get("what")), name)
        return FileText(result["format"], result["text"], " ".join(result["notes"]))


async def _run(order: Mapping[str, object], content: bytes, seconds: float) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-c", _START, json.dumps(order)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
        limit=1 << 20,
    )
    try:
        async with asyncio.timeout(seconds):
            output, _ = await process.communicate(content)
        return json.loads(output)
    except TimeoutError:
        return {"error": "slow"}
    except ValueError:  # it was ended, for its memory as a rule
        return {"error": "large"}
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _refusal(kind: str, what: str, name: str) -> InputError:
    called = f"{name!r}" if name else "The file"
    if kind == "missing":
        return InputError(
            f"{called} is {_PROGRAMS.get(what, what)}, which this server cannot read as it is installed.",
            hint="Whoever runs it can install crm-mcp-server[files]; text and CSV need nothing.",
        )
    reasons = {
        "empty": "holds no text.",
        "encrypted": f"is {what} that wants a password.",
        "broken": "is damaged, or not what it says it is: it cannot be read.",
        "large": "takes too much memory to read.",
        "slow": "takes too long to read.",
        "page": "came as a page of HTML, as a login page does, and not as the file.",
        "other": f"is {what}: there is no text in it that can be read.",
    }
    return InputError(f"{called} {reasons.get(kind, reasons['broken'])}", hint="Open it in the CRM.")
