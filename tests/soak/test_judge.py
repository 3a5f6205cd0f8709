"""The judge names each write that is lost, doubled or misreported, where one is planted, and no other."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from mcp import Client
from mcp.types import CallToolResult, TextContent

from tests.soak.caller import Caller
from tests.soak.plan import MARKER, Json
from tests.soak.run import Size, soak

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CALM = Size(writes=200, kills=0, callers=1, things=60, has_faults=False)
PLANTED = {
    "acknowledged and not sent": "lost: it was acknowledged as 9999999",
    "sent twice": "doubled: ",
    "denied": "told 'not written', and it was carried out",
    "not named": "told 'an error that does not say whether it was written', and it was carried out",
    "acknowledged and not changed": ": Comment holds ",
}
"""What is done to one call each, and what the judge says of it."""


def answer(text: str = "", **content: str) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=content or None, is_error=not content
    )


@dataclass
class Forger(Caller):
    """A caller with something wrong between it and the server: in each of the ways, once."""

    markers: dict[str, str] = field(default_factory=dict[str, str], init=False)

    async def call_tool(self, client: Client, tool: str, arguments: Json) -> CallToolResult:
        tool_of = dict.fromkeys(PLANTED, "create_task") | {"acknowledged and not changed": "update_task"}
        ways = [one for one in PLANTED if one not in self.markers and tool_of[one] == tool and "comment" in arguments]
        if not ways or "dry_run" in arguments or "task_ids" in arguments:
            return await super().call_tool(client, tool, arguments)
        (self.markers[ways[0]],) = MARKER.findall(arguments["comment"])
        return await self._forge(ways[0], client, tool, arguments)

    async def _forge(self, way: str, client: Client, tool: str, arguments: Json) -> CallToolResult:
        if way.startswith("acknowledged"):
            return answer(id=arguments.get("task_id", "9999999"))
        await super().call_tool(client, tool, arguments)
        if way == "sent twice":
            return await super().call_tool(client, tool, {**arguments, "idempotency_key": "another"})
        return answer("Nothing was written." if way == "denied" else "MiniCRM answered 500.")


def test_what_is_planted_is_named_and_nothing_else(tmp_path: Path) -> None:
    forgers: list[Forger] = []

    def forging(*parts: object) -> Caller:
        forgers.append(Forger(*parts))  # pyright: ignore[reportArgumentType]  # those of a caller
        return forgers[-1]

    report = asyncio.run(soak(CALM, tmp_path, forging))
    (forger,) = forgers
    assert forger.markers.keys() == PLANTED.keys()
    assert {one.write.marker for one in report.violations} == set(forger.markers.values())
    for way, marker in forger.markers.items():
        said = [one.what for one in report.violations if one.write.marker == marker]
        assert any(PLANTED[way] in one for one in said), (way, said)
