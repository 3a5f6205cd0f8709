"""The ids in responses of MiniCRM: those of results, in whatever way servers write them."""

from __future__ import annotations

from typing import cast

from mockserver.crm.drift_questions import is_id


def has_no_result(body: object) -> bool:
    """Tell whether a list of results is empty, in whatever way servers write that."""
    if not isinstance(body, dict):
        return False
    found = cast("dict[str, object]", body)
    return str(found.get("Count", found.get("TotalCount"))) == "0"


def read_ids(body: object) -> list[str]:
    """Return the ids of the results of a search or a list: their keys, or their `Id`."""
    results = cast("dict[str, object]", body).get("Results") if isinstance(body, dict) else None
    if isinstance(results, dict):
        return read_keys(cast("dict[str, object]", results))
    ids: list[str] = []
    for row in cast("list[object]", results) if isinstance(results, list) else []:
        if isinstance(row, dict):
            entry = cast("dict[str, object]", row)
            ids += [str(entry["Id"])] if is_id(str(entry.get("Id"))) else read_keys(entry)
    return ids


def read_keys(body: object) -> list[str]:
    """Return the keys of an object that are ids."""
    return [key for key in cast("dict[str, object]", body) if is_id(key)] if isinstance(body, dict) else []
