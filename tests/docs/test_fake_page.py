"""The page about the fake is true: its commands run from top to bottom in one folder, and say what it says they do."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any, cast

import pytest

from mockserver.cli import serve
from mockserver.control.routes import Control
from mockserver.fake_process import running_fake
from mockserver.seeds.load import read_seed
from mockserver.workspaces.all import Workspaces
from mockserver.workspaces.fault_plan import KINDS
from mockserver.workspaces.workspace import Workspace
from tests.docs.pages import DOCS, Block, read_blocks, run

PAGE = DOCS / "how-to" / "use-the-fake.md"
SHOWN_URL = "http://127.0.0.1:8080"
BLOCKS = list(read_blocks(PAGE))
# Installing needs an index; that a plain installation is enough is tested elsewhere.
NOT_RUN = ("pip install",)


def list_servers() -> list[list[str]]:
    """Return the options of each server that the page starts."""
    starts = [block.text for block in BLOCKS if block.text.startswith("crm-mock serve")]
    return [shlex.split(text)[2:] for text in starts]


def list_steps() -> list[tuple[str, Block | None]]:
    """Return the commands in order, each with the block that shows what it says."""
    steps: list[tuple[str, Block | None]] = []
    for block, below in zip(BLOCKS, [*BLOCKS[1:], None], strict=True):
        if block.language == "sh" and not block.text.startswith(("crm-mock serve", *NOT_RUN)):
            steps.append((block.text, below if below and below.follows and below.language != "sh" else None))
    return steps


def fits(found: object, shown: object) -> bool:
    """Tell whether an answer is what the page shows, where "..." stands for anything."""
    if isinstance(shown, dict) and isinstance(found, dict):
        expected, got = cast("dict[str, Any]", shown), cast("dict[str, Any]", found)
        return expected.keys() == got.keys() and all(fits(got[key], value) for key, value in expected.items())
    if isinstance(shown, list) and isinstance(found, list):
        wanted, had = cast("list[Any]", shown), cast("list[Any]", found)
        return len(wanted) == len(had) and all(fits(*pair) for pair in zip(had, wanted, strict=True))
    return shown == "..." or found == shown


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not on this machine")
def test_every_command_says_what_the_page_says(tmp_path: Path):
    for block in BLOCKS:
        if block.file:
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
    with running_fake(*list_servers()[0]) as server:
        for command, shown in list_steps():
            result = run(command.replace(SHOWN_URL, server.url), tmp_path)
            said = result.stdout.replace(server.url, SHOWN_URL)
            assert result.returncode == 0, f"{command}\n{said}\n{result.stderr}"
            if shown and shown.language == "json":
                assert fits(json.loads(said), json.loads(shown.text)), f"{command}\n{said}"
            elif shown:
                assert said.strip() == shown.text.strip(), command
            assert shown or '"error"' not in said, f"{command}\n{said}"


@pytest.mark.parametrize("options", list_servers()[1:], ids=" ".join)
def test_every_server_starts(options: list[str], tmp_path: Path):
    with running_fake(*[str(tmp_path / word) if word.endswith(".db") else word for word in options]):
        pass


def test_the_page_starts_servers_and_shows_answers():
    assert len(list_servers()) >= 3
    assert len([shown for _, shown in list_steps() if shown]) >= 10


def test_every_control_endpoint_and_fault_and_option_is_told():
    text = PAGE.read_text(encoding="utf-8")
    workspaces = Workspaces(Workspace(read_seed("empty")))
    told = re.findall(r"^\| ([^|]*`)([^`|]*)(/_control/[\w./]+)` \|", text, re.MULTILINE)
    paths = {path: re.findall("[A-Z]{3,}", before + methods) for before, methods, path in told}
    for path, methods in Control(workspaces).describe_endpoints():
        shown = "/_control/openapi/NAME.json" if "/openapi/" in path else path
        assert paths[shown] == methods
    workspaces.close()
    assert sorted(re.findall(r"^\| `(\w+)` \| (?:yes|no) \|", text, re.MULTILINE)) == sorted(KINDS)
    options = [option.opts[0] for option in serve.params]
    assert [option for option in options if f"`{option}" not in text] == []


def test_every_link_of_the_page_leads_somewhere():
    text = PAGE.read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w ]", "", title).lower().replace(" ", "-") for title in re.findall(r"^## (.*)$", text, re.MULTILINE)
    }
    for link in re.findall(r"\]\(([^)]+)\)", text):
        path, _, anchor = link.partition("#")
        assert (anchor in headings) if not path else (PAGE.parent / path).exists(), link
