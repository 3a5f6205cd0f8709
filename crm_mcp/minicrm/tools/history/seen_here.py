"""What this server itself knows of a card's past: the changes that its replica saw, and its own writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from crm_mcp.errors import StoreError
from crm_mcp.minicrm.replica.columns import KINDS, PROJECTS
from crm_mcp.minicrm.tools.context import ToolContext
from crm_mcp.minicrm.tools.projects import NOUN
from crm_mcp.minicrm.wire.files import hide_tokens
from crm_mcp.rendering.html_text import is_rich_text, plain_text
from crm_mcp.store.audit.calls import RecordedWrite, list_of_record

MOST = 10
_MOST_TEXT = 120


async def read_seen_changes(context: ToolContext, project_id: str) -> list[dict[str, Any]]:
    """Return the last changes of a card that the replica saw; none where no replica exists."""
    replica = context.source().replica
    sql = (
        "select seen_at, field, old, new from changes where kind = ? and id = ? "
        "and field not in ('id', 'status_id', 'status_group', 'user_id') order by number desc limit ?"
    )
    try:
        if not await replica.exists():
            return []
        rows = await replica.run(lambda transaction: transaction.execute(sql, (KINDS[PROJECTS], int(project_id), MOST)))
    except StoreError:
        return []
    return [
        {"seen_at": seen_at, "field": field, "old": _shown(old), "new": _shown(new)}
        for seen_at, field, old, new in rows
    ]


async def read_own_writes(context: ToolContext, project_id: str) -> list[dict[str, Any]]:
    """Return the last writes of a card through this server."""
    writer = context.writer
    try:
        found = await writer.store.run(
            lambda transaction: list_of_record(transaction, writer.account.account_id, NOUN, project_id, MOST)
        )
    except StoreError:
        return []
    return [_entry(one, context) for one in found]


def _entry(one: RecordedWrite, context: ToolContext) -> dict[str, Any]:
    moment = datetime.fromtimestamp(one.write.at, UTC).astimezone(context.zone)
    after = cast("Mapping[str, object]", one.write.change.get("shown") or {})
    before = cast("Mapping[str, object]", one.write.change.get("before") or {})
    changed = {name: {"old": _shown(before.get(name)), "new": _shown(value)} for name, value in after.items()}
    return {
        "at": moment.replace(tzinfo=None).isoformat(" ", "seconds"),
        "tool": one.tool,
        **({"who": one.who} if one.who else {}),
        "outcome": one.write.outcome,
        **({"undone": True} if one.write.undone_by else {}),
        "write_id": one.write.write_id,
        "fields": dict(list(changed.items())[:MOST]),
    }


def _shown(value: object) -> object:
    if isinstance(value, bool | int | float | None):
        return value
    text = hide_tokens(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    text = plain_text(text[: _MOST_TEXT * 20]) if is_rich_text(text[: _MOST_TEXT * 20]) else text
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}…"
