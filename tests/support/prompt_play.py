"""Fills in prompts as a host does, of connectors on the CRMs that the environment names."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from typing import Any

from mcp.types import TextContent

from crm_mcp.registry import connect
from crm_mcp.transport.connections import ConnectionPool

QUERYING = frozenset({"query_crm"})
"""The tools of a server that can be asked in SQL, as far as prompts care."""
_SQL = re.compile(r"^```sql\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def statements_in(text: str) -> list[str]:
    """Return every SQL block of a text."""
    return _SQL.findall(text)


def fill_in(name: str, tools: Collection[str] = QUERYING, /, **given: str) -> str:
    """Return the text of a prompt; errors are as the host gets them."""

    async def play() -> str:
        pool = ConnectionPool(timeout_s=30)
        async with pool.open():
            by_name = {prompt.name: prompt for one in connect(pool) for prompt in one.prompts(tools)}
            context: Any = None  # no prompt takes one
            messages: Any = await by_name[name].render(given, context)
        (message,) = messages
        assert isinstance(message.content, TextContent)
        return message.content.text

    return asyncio.run(play())
