"""Sessions as the store keeps them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from crm_mcp.http_service.sessions import rows
from crm_mcp.http_service.sessions.rows import SessionRow
from crm_mcp.store.engine import Store


def test_a_session_is_ended_by_its_owner_alone(tmp_path: Path) -> None:
    async def play() -> list[SessionRow | None]:
        store = Store(str(tmp_path / "store"))
        row = SessionRow("anna", "{}")
        await store.run(lambda transaction: rows.keep(transaction, "s", row))
        seen: list[SessionRow | None] = []
        for owner in ("bela", "", "anna"):
            await store.run(lambda transaction, owner=owner: rows.forget(transaction, "s", owner))
            seen.append(await store.run(lambda transaction: rows.use(transaction, "s")))
        await store.close()
        return seen

    row = SessionRow("anna", "{}")
    assert asyncio.run(play()) == [row, row, None]
