"""The objects that a written one is linked to: read before the write, so that no link leads nowhere unnoticed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from crm_mcp.crm.wording import quoted
from crm_mcp.errors import InputError, NotFoundError
from crm_mcp.minicrm.client import MinicrmClient
from crm_mcp.minicrm.field_table import LINKS
from crm_mcp.minicrm.wire.checks import check_id

Values = Mapping[str, object]

_WHERE = {
    "contact": "search_contacts finds contacts and their ids.",
    "business": "search_contacts with type Business finds companies and their ids.",
    "project": "search_projects finds projects and their ids.",
    "address": "list_addresses lists a contact's addresses and their ids.",
}
_NOUNS = {"contact": "contact", "business": "company", "project": "project", "address": "address", "task": "task"}


class Linked(NamedTuple):
    """The linked objects of one write: their names by field, and sentences about them."""

    names: dict[str, str]
    notes: tuple[str, ...]


class LinkedRecords:
    """Reads linked objects, each once."""

    def __init__(self, client: MinicrmClient) -> None:
        self._get: dict[str, Callable[[str], Awaitable[Mapping[str, object]]]] = {
            "contact": client.get_contact,
            "project": client.get_project,
            "address": client.get_address,
            "task": client.get_task,
        }
        self._found: dict[tuple[str, str], Mapping[str, object] | None] = {}

    def learn(self, kind: str, record: Mapping[str, object]) -> None:
        """Take an object that was found already, so that it is not read."""
        self._found[(kind, str(record["id"]))] = record

    async def read(self, sent: Values) -> Linked:
        """Return what the links among these fields lead to; an empty one leads to nothing.

        Raises:
            InputError: One leads to no such object; the message says what the id is instead.
        """
        names: dict[str, str] = {}
        notes: list[str] = []
        for field in linking(sent):
            kind, linked_id = LINKS[field], check_id(field, sent[field])
            linked = await self._read_one(kind, linked_id)
            names[field] = str(linked.get("name") or linked_id)
            if linked.get("deleted"):
                notes.append(f"The {_NOUNS[kind]} {quoted(names[field])} ({linked_id}) is in the trash.")
        return Linked(names, tuple(notes))

    async def _read_one(self, kind: str, linked_id: str) -> Mapping[str, object]:
        linked = await self._find("contact" if kind == "business" else kind, linked_id)
        if linked is None:
            raise InputError(await self._explain_missing(kind, linked_id), hint=_WHERE[kind])
        if kind == "business" and linked.get("type") == "Person":
            raise InputError(
                f"{linked_id} is not a company but a person, {quoted(linked.get('name'))}.", hint=_WHERE[kind]
            )
        return linked

    async def _explain_missing(self, kind: str, linked_id: str) -> str:
        for other in self._get:
            if other not in (kind, _NOUNS[kind]) and (found := await self._find(other, linked_id)) is not None:
                name = quoted(found.get("name") or found.get("comment") or "")
                return f"There is no {_NOUNS[kind]} {linked_id}: that is the id of the {_NOUNS[other]} {name}."
        return f"There is no {_NOUNS[kind]} {linked_id}."

    async def _find(self, kind: str, linked_id: str) -> Mapping[str, object] | None:
        key = (kind, linked_id)
        if key not in self._found:
            try:
                self._found[key] = await self._get[kind](linked_id)
            except NotFoundError:
                self._found[key] = None
        return self._found[key]


def linking(sent: Values) -> list[str]:
    """Return the fields that link to something; 0 and empty values do not."""
    return [name for name in sent if name in LINKS and str(sent[name] or "").strip("0 ")]
