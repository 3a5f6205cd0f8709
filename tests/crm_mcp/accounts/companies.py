"""Two companies on one fake: the same ids in both, and in each text a word that only this one has."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncGenerator, Generator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, cast

import pytest
from mcp import Client
from mcp.client.session import ElicitationFnT

from crm_mcp.commands.connecting import connect, find_server_builder
from crm_mcp.registry import choose_toolsets
from mockserver.fake_process import FakeServer
from mockserver.testing.crm_fake import CrmFake

WORDS = {"acme": "Aardvark", "beta": "Buffalo"}
_MARKED = ("Name", "FirstName", "LastName", "Comment", "Description", "first_name", "last_name")
Json = dict[str, Any]


@dataclass(frozen=True)
class Companies:
    """The workspaces of the two, by the names of their accounts, and the settings file that names both."""

    fakes: Mapping[str, CrmFake]
    settings: Path

    def requests_of(self, account: str) -> list[Json]:
        """Return what was asked of a company since this was last asked."""
        asked = self.fakes[account].requests()
        self.fakes[account].forget_requests()
        return asked

    def forget_requests(self) -> None:
        for fake in self.fakes.values():
            fake.forget_requests()


@contextlib.contextmanager
def two_companies(server: FakeServer, folder: Path) -> Generator[Companies]:
    """Make both."""
    with contextlib.ExitStack() as stack:
        made = {name: server.new_workspace(_seed(word), name=name) for name, word in WORDS.items()}
        fakes = {name: stack.enter_context(workspace) for name, workspace in made.items()}
        path = folder / "settings.toml"
        path.write_text("\n".join(section_of(name, fake) for name, fake in fakes.items()), encoding="utf-8")
        path.chmod(0o600)
        yield Companies(fakes, path)


def section_of(name: str, fake: CrmFake, *, ivinex: bool = True) -> str:
    """Return the sections of an account."""
    text = f"""
[accounts.{name}.minicrm]
url = "{fake.url}"
system_id = "{fake.minicrm.system_id}"
api_key = "{fake.minicrm.api_key}"
requests_per_minute = 0
"""
    return (
        text
        if not ivinex
        else f"""{text}
[accounts.{name}.ivinex]
url = "{fake.url}"
username = "{fake.ivinex.username}"
password = "{fake.ivinex.password}"
modules = {{ contact = 1001, note = 1002 }}
"""
    )


def _seed(word: str) -> Json:
    folder = resources.files("mockserver") / "seeds" / "documented"
    seed = {crm: json.loads((folder / f"{crm}.json").read_text(encoding="utf-8")) for crm in ("ivinex", "minicrm")}
    for part in ("contacts", "projects", "tasks", "addresses"):
        seed["minicrm"][part] = [_marked(one, word) for one in seed["minicrm"][part]]
    for module in seed["ivinex"]["modules"].values():
        module["records"] = [_marked(one, word) for one in module["records"]]
    return seed


def _marked(record: Json, word: str) -> Json:
    return {
        name: f"{value} {word}" if name in _MARKED and isinstance(value, str) else value
        for name, value in record.items()
    }


@contextlib.asynccontextmanager
async def assistant_of(
    settings: Path,
    patch: pytest.MonkeyPatch,
    *,
    user: ElicitationFnT | None = None,
    toolsets: str = "",
) -> AsyncGenerator[Client]:
    """Connect a client in this process to a server on the accounts of a settings file."""
    patch.setenv("CRM_MCP_SETTINGS", str(settings))
    patch.setenv("CRM_MCP_STORE", "memory")
    read, pool, kept, connectors = connect()
    build = find_server_builder(connectors)
    server = build(connectors, pool, store=kept, toolsets=choose_toolsets(toolsets), read_only=read.read_only)
    async with Client(server, elicitation_callback=user) as client:
        yield client


def text_of(result: object) -> str:
    """Return all that a client got, as text."""
    return cast("Any", result).model_dump_json()
