"""The whole fake inside the test's process: real ASGI, no socket, called from 127.0.0.1."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx

from mockserver.crm.profiles import Profile
from mockserver.server.app import MockApp, create_app
from tests.support.asgi_transport import AsgiTransport

IVINEX_LOGIN = ("demo", "demo-password")
MINICRM_LOGIN = ("10001", "demo-api-key")

CONTACT_FIELDS: dict[str, object] = {
    "first_name": {"type": "text"},
    "last_name": {"type": "text"},
    "full_name": {"type": "text", "joins": ["first_name", "last_name"]},
    "contact_type": {"type": "option", "options": {"14795": "Customer", "14796": "Lead"}},
    "score": {"type": "number"},
    "birthday": {"type": "date"},
    "met_at": {"type": "datetime"},
    "newsletter": {"type": "boolean"},
}
NOTE_FIELDS: dict[str, object] = {"description": {"type": "html"}, "contact": {"type": "link", "module": "1001"}}


def build_seed(
    *contacts: Mapping[str, object], notes: list[Mapping[str, object]] | None = None, **more: object
) -> dict[str, object]:
    """Return a seed document with contacts in module 1001 and notes in 1002, numbered from 1 where they have no id."""
    numbered = [{"collection_id": str(i), **contact} for i, contact in enumerate(contacts, start=1)]
    numbered_notes = [{"collection_id": str(i), **note} for i, note in enumerate(notes or [], start=1)]
    modules = {
        "1001": {"name": "contact", "fields": CONTACT_FIELDS, "records": numbered},
        "1002": {"name": "note", "fields": NOTE_FIELDS, "records": numbered_notes},
    }
    return {"clock": "2026-01-02T03:04:05", "ivinex": {"modules": modules}, **more}


def call_app(app: MockApp, scope: Mapping[str, Any], *received: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Run one ASGI connection and return what the application sent."""
    sent: list[dict[str, Any]] = []
    messages = iter(received)

    async def receive() -> Mapping[str, Any]:
        return next(messages)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent


class InProcessFake:
    """A fake and a client of it."""

    def __init__(
        self,
        seed: Mapping[str, object],
        profile: Profile | None = None,
        *,
        database_path: str = "",
        control_token: str = "",
        peer: str = "127.0.0.1",
        base_url: str = "http://127.0.0.1:8080",
    ) -> None:
        self.app = create_app(seed, profile, database_path=database_path, control_token=control_token, seed_name="x")
        self.client = httpx.Client(transport=AsgiTransport(self.app, peer), base_url=base_url)

    def close(self) -> None:
        self.client.close()
        self.app.close()

    def search(self, module_id: str = "1001", **parameters: str) -> httpx.Response:
        query = {"CollectionTypeID": module_id, **parameters}
        return self.client.get("/API/Records.php", params=query, auth=IVINEX_LOGIN)

    def filter(self, *conditions: object, module_id: str = "1001", **parameters: str) -> httpx.Response:
        return self.search(module_id, Filters=json.dumps(conditions), **parameters)

    def find_ids(self, field: str, operand: str, value: object, module_id: str = "1001") -> list[str]:
        found = self.filter({"Field": field, "Operand": operand, "Value": value}, module_id=module_id)
        assert found.status_code == 200, found.text
        return [record["collection_id"] for record in found.json()["Records"]]

    def write(self, *records: object) -> httpx.Response:
        return self.client.post("/API/Records.php", json={"Records": records}, auth=IVINEX_LOGIN)

    def get_record(self, record_id: str, module_id: str = "1001") -> dict[str, str | None]:
        condition = {"Field": "collection_id", "Operand": "Equal", "Value": record_id}
        (record,) = self.filter(condition, module_id=module_id).json()["Records"]
        return record

    def read_journal(self) -> list[dict[str, Any]]:
        return self.client.get("/_control/requests").json()
