"""One call of the toolset `history` beside the default one."""

from __future__ import annotations

from typing import Any

from mcp import Client

from tests.support.crm_stub import in_session
from tests.support.mcp_play import call, fail


def ask(tool: str, **arguments: Any) -> Any:
    """Return the result of a call that must succeed."""

    async def play(client: Client) -> Any:
        return await call(client, tool, **arguments)

    return in_session(play, toolsets="default,history")


def refused(tool: str, **arguments: Any) -> str:
    """Return what a model reads of a call that must fail."""

    async def play(client: Client) -> str:
        return await fail(client, tool, **arguments)

    return in_session(play, toolsets="default,history")
