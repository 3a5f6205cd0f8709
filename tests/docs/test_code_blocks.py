"""Each code block of README and documentation does what its page says: commands, programs, statements, files."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from mockserver.fake_process import FakeServer, running_fake
from tests.docs.pages import ROOT, Block, list_pages, needs_of, read_blocks
from tests.docs.shell_session import ShellSession
from tests.support.mcp_play import assistant, both_crms, call
from tests.support.warm_commands import WARM

pytestmark = pytest.mark.slow

SETTINGS = "".join(f"{name}={value}\n" for name, value in both_crms("http://127.0.0.1:8080").items())
PARSERS = {"json": json.loads, "toml": tomllib.loads, "yaml": yaml.safe_load}
# What is drawn, or shown as it is. A program in another language has a name, and is run by a command of the page.
SHOWN = {"text", "", "csv", "ini", "sql"}
PAGES = [page for page in list_pages() if any(block.language for block in read_blocks(page))]
MOST_NOT_RUN = 30
OPTIONS = {"exit", "needs", "answer", "no-rows", "own"}


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeServer]:
    with running_fake("--seed", "demo") as server:
        yield server


@pytest.fixture
def programs() -> Path:
    """A folder with a `crm-mcp` that starts at once."""
    return WARM.path().parent


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_blocks_of_a_page_do_what_it_says(
    page: Path, fake: FakeServer, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = list(read_blocks(page))
    with ShellSession(tmp_path, fake, programs) as session:
        if "fake" in needs_of(page):
            session.use_fake()
        if "settings" in needs_of(page):
            session.write(".env", SETTINGS)
        for block, below in zip(blocks, [*blocks[1:], None], strict=True):
            play(session, block, below if below and below.follows else None)
    statements = [block for block in blocks if block.language == "sql" and not block.why_not_run]
    if statements:
        for name, value in both_crms(fake.url).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("CRM_MCP_STORE", "memory")
        asyncio.run(ask(statements))
    if left_out := sorted({program for block in blocks for program in lacking(block)}):
        pytest.skip(f"run, but for the blocks that need {', '.join(left_out)}")


def lacking(block: Block) -> list[str]:
    """Return the programs that a block needs and this machine has not."""
    return [program for program in block.options.get("needs", "").split(",") if program and not shutil.which(program)]


def play(session: ShellSession, block: Block, shown: Block | None) -> None:
    """Do with a block what a reader does: save it, start it, run it, or read it."""
    if block.why_not_run or lacking(block):
        return
    if block.file:
        session.write(block.file, block.text)
    elif block.language == "sh" and block.text.startswith(("crm-mock serve", "crm-mock proxy")):
        own = ["--seed", "demo"] if "own" in block.options else []
        session.use_fake(*shlex.split(block.text)[2:], *own)
    elif block.language == "sh" and "crm-mcp serve --transport http" in block.text:
        session.serve(block.text)
    elif block.language in {"sh", "python"}:
        run(session, block, shown)
    elif block.language in PARSERS:
        if not block.follows:
            PARSERS[block.language](block.text)
    else:
        assert block.language in SHOWN, f"{block.place}: nothing here runs {block.language}"


def run(session: ShellSession, block: Block, shown: Block | None) -> None:
    """Run a block, and hold what it says to what the page shows below it."""
    command = block.text
    if block.language == "python":
        session.write("block.py", command)
        command = "python block.py"
    assert shown is None or shown.language in {"text", "json", "toml", "csv"}, f"{shown.place} is compared with nothing"
    is_one_stream = shown is not None and shown.language != "json"
    code, said, errors = session.run(command, answer=block.options.get("answer", ""), is_one_stream=is_one_stream)
    told = f"{block.place}\n{block.text}\nexit code {code}\n{said}\n{errors}"
    assert code == int(block.options.get("exit", "0")), told
    assert shown or '"error"' not in said, told
    if shown and shown.language == "json":
        assert fits(json.loads(said), json.loads(shown.text)), f"{told}\nthe page shows:\n{shown.text}"
    elif shown:
        assert reads_like(said, shown.text), f"{told}\nthe page shows:\n{shown.text}"


def fits(found: object, shown: object) -> bool:
    """Tell whether an answer is what the page shows, where "..." stands for anything."""
    if isinstance(shown, dict) and isinstance(found, dict):
        expected, got = cast("dict[str, Any]", shown), cast("dict[str, Any]", found)
        return expected.keys() == got.keys() and all(fits(got[key], value) for key, value in expected.items())
    if isinstance(shown, list) and isinstance(found, list):
        wanted, had = cast("list[Any]", shown), cast("list[Any]", found)
        return len(wanted) == len(had) and all(fits(*pair) for pair in zip(had, wanted, strict=True))
    return shown == "..." or found == shown


def reads_like(said: str, shown: str) -> bool:
    """Tell whether a text is the one shown, where ... stands for anything, and alone on a line for any lines."""
    lines = [re.escape(line.rstrip()).replace(r"\.\.\.", ".*") for line in shown.strip().splitlines()]
    # Any lines, none included; the line break before or after them goes with them.
    pattern = "\n".join(lines).replace("\n.*\n", r"\n(?:.*\n)*")
    pattern = re.sub(r"\A\.\*\n", r"(?:.*\\n)*", pattern)
    pattern = re.sub(r"\n\.\*\Z", r"(?:\\n.*)*", pattern)
    return re.fullmatch(pattern, "\n".join(line.rstrip() for line in said.strip().splitlines())) is not None


async def ask(statements: list[Block]) -> None:
    """Ask each statement of the demo data, and want rows where the demo data has some."""
    async with assistant() as client:
        for block in statements:
            answered = await call(client, "query_crm", sql=block.text)
            assert answered["exact"], f"{block.place}: {answered.get('note')}"
            assert answered["rows"] or "no-rows" in block.options, f"{block.place}: no rows"


def test_few_blocks_are_not_run_and_each_has_a_reason() -> None:
    left_out = [block for page in PAGES for block in read_blocks(page) if block.why_not_run and block.language]
    docker = [block for block in left_out if " engine" in block.why_not_run]
    assert len(left_out) - len(docker) <= MOST_NOT_RUN
    assert [block.place for block in left_out if len(block.why_not_run) < len("a reason")] == []


def test_every_marker_says_what_the_tests_know() -> None:
    said = {(block.place, option) for page in PAGES for block in read_blocks(page) for option in block.options}
    assert [place for place, option in sorted(said) if option not in OPTIONS] == []


def test_what_a_page_shows_is_compared_and_dots_stand_for_anything() -> None:
    assert reads_like("one\ntwo 5 s\nthree\n", "one\ntwo ... s\nthree")
    assert reads_like("one\ntwo\nthree\nfour\n", "one\n...\nfour")
    assert not reads_like("one\ntwo\n", "one\nthree")
    assert not reads_like("one\ntwo\nthree\n", "one\ntwo")
    assert fits({"a": [1, "x"]}, {"a": [1, "..."]})
    assert not fits({"a": 1, "b": 2}, {"a": 1})
