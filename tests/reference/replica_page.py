"""The tables that statements can ask, with their columns, as the demo data has them."""

from __future__ import annotations

import asyncio
import os
import re
from unittest import mock

from mcp.types import TextResourceContents

from mockserver.fake_process import running_fake
from tests.support.mcp_play import assistant, both_crms

_MODULES = "contact=1001,note=1002,company=1003,deal=1004"
_ROWS = re.compile(r"[:,] [\d ,]+ rows?( so far)?(?=$)", re.MULTILINE)


def render_replica() -> str:
    """Return the tables that `crm-mcp replica schema` lists for the demo data, without how many rows they hold."""
    with running_fake("--seed", "demo") as fake:
        settings = both_crms(fake.url) | {"IVINEX_MODULES": _MODULES, "CRM_MCP_STORE": "memory"}
        with mock.patch.dict(os.environ, settings):
            text = asyncio.run(_read_schema())
    tables = text[text.index("\n## ", text.index("## Questions") + 1) :].strip()
    return f"The demo data as `crm-mcp replica schema` lists it:\n\n```text\n{_ROWS.sub('', tables)}\n```\n"


async def _read_schema() -> str:
    async with assistant() as client:
        (content,) = (await client.read_resource("crm://replica/schema")).contents
    assert isinstance(content, TextResourceContents)
    return content.text
