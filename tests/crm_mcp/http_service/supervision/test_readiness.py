"""What balancers are told: whether calls should be sent here, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_mcp.errors import StoreError
from crm_mcp.http_service.supervision.readiness import Readiness
from crm_mcp.store.engine import Store

T = TypeVar("T")


class LostStore(Store):
    """A store whose machine is gone; it would say where it was."""

    asked = 0

    async def run(self, work: object) -> object:  # type: ignore[override]
        """Fail."""
        del work
        self.asked += 1
        raise StoreError("postgresql://anna:secret@db.example/crm does not answer", hint="")


def told(readiness: Readiness, path: str) -> tuple[int, object]:
    with TestClient(Starlette(routes=readiness.routes())) as client:
        response = client.get(path)
        return response.status_code, response.json()


def test_a_server_whose_store_is_lost_is_alive_and_not_ready() -> None:
    readiness = Readiness(LostStore("postgresql://anna:secret@db.example/crm"))
    assert told(readiness, "/ready") == (503, {"status": "store unreachable"})
    assert told(readiness, "/health") == (200, {"status": "ok"})


def test_a_store_is_asked_once_for_many_who_want_to_know() -> None:
    store = LostStore("postgresql://db.example/crm")
    readiness = Readiness(store)
    with TestClient(Starlette(routes=readiness.routes())) as client:
        assert {client.get("/ready").status_code for _ in range(50)} == {503}
    assert store.asked < 50


def test_a_server_is_ready_with_a_store_that_answers_or_with_none(tmp_path: Path) -> None:
    for store in (None, Store(), Store(str(tmp_path))):
        assert told(Readiness(store), "/ready") == (200, {"status": "ready"})


def test_a_folder_that_cannot_be_used_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert told(Readiness(Store(str(tmp_path / "file" / "store"))), "/ready")[0] == 503


def test_a_server_that_stops_is_alive_and_not_ready() -> None:
    readiness = Readiness()
    readiness.is_stopping = True
    assert told(readiness, "/ready") == (503, {"status": "stopping"})
    assert told(readiness, "/health") == (200, {"status": "ok"})
