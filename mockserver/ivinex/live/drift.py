"""What drift asks an Ivinex portal: the documented ways to read the modules that `IVINEX_MODULES` names.

The fields of a record are the portal's own, so they are compared as one: by the kinds of their values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import cast

from mockserver.crm.drift_questions import ANY_ITEM, OWN, Ask, DriftQuestions, DriftResponse, KeyNames, NameKey, Place

PATH = "/API/Records.php"
SYSTEM_FIELDS = frozenset({"collection_id", "created_by", "created_date", "modified_by", "modified_date"})
_NO_ID = "999999999"
_MOST_MODULES = 5

RECORDS, LABELLED = "GET records", "GET records with LookupOptionText"
FILTERED, SORTED = "GET records with Filters", "GET records with OrderBy"


class IvinexQuestions(DriftQuestions):
    """The questions to the modules of one portal."""

    def __init__(self, module_ids: Iterable[str]) -> None:
        self._module_ids = list(module_ids)

    async def ask(self, ask: Ask, *, breadth: int) -> None:
        """Ask everything, five requests a module."""
        for module_id in self._module_ids[:_MOST_MODULES]:
            module = {"CollectionTypeID": module_id}
            page = {**module, "Limit": str(min(max(10, breadth), 100))}
            found = read_record_ids((await ask(RECORDS, PATH, page)).body)
            await ask(LABELLED, PATH, {**page, "LookupOptionText": "true"})
            await ask(SORTED, PATH, {**page, "OrderBy": "created_date DESC"})
            for record_id in [*found[:1], _NO_ID]:
                condition = {"Field": "collection_id", "Operand": "Equal", "Value": record_id}
                await ask(FILTERED, PATH, {**module, "Filters": json.dumps([condition])})

    def name_endpoint(self, path: str, query: Mapping[str, str], status: int, body: object) -> str:  # noqa: ARG002 - the promise is both CRMs'
        """Return what a recorded request asks; empty where `ask` never asks it."""
        if "Filters" in query or "Filter" in query:
            return FILTERED
        if "OrderBy" in query:
            return SORTED
        return LABELLED if "LookupOptionText" in query else RECORDS

    def build_key_names(self, responses: Iterable[DriftResponse], others: Iterable[DriftResponse]) -> KeyNames:  # noqa: ARG002 - the promise is both CRMs'
        """Return how to name keys: those of a record that are not the system's go as one."""
        return _name_endpoint


def _name_endpoint(_endpoint: str) -> NameKey:
    return _name_key


def _name_key(place: Place, key: str) -> str:
    is_record = place[-1:] == (ANY_ITEM,)
    return f"{OWN})" if is_record and key not in SYSTEM_FIELDS else key


def read_record_ids(body: object) -> list[str]:
    """Return the ids of the records in a parsed body, whichever of its two known shapes it has."""
    records = cast("dict[str, object]", body).get("Records") if isinstance(body, dict) else body
    found = [
        cast("dict[str, object]", record)
        for record in (cast("list[object]", records) if isinstance(records, list) else [])
        if isinstance(record, dict)
    ]
    return [str(record["collection_id"]) for record in found if "collection_id" in record]
