"""The second server's Ivinex: one path, GET searches and POST writes, over lists of dicts.

Choices where the document is silent: text compares without case, a record without a value meets no comparison but the
negative ones, and a bare date is its midnight.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.contract.self_test.second_server.data import IVINEX_MODULES, IVINEX_OPTIONS, Row, build_ivinex

if TYPE_CHECKING:
    from collections.abc import Callable

Reply = tuple[int, str, str]
_JSON = "application/json"


class Ivinex:
    """One Ivinex account."""

    def __init__(self) -> None:
        self._modules = build_ivinex()

    def answer(self, method: str, query: dict[str, str], body: bytes) -> Reply:
        """Answer one request that has logged in."""
        try:
            if method == "GET":
                return _reply(200, {"Records": self._search(query)})
            if method == "POST":
                return _reply(200, [self._write(record) for record in json.loads(body)["Records"]])
        except (ValueError, LookupError, TypeError) as error:
            return _reply(400, {"message": f"Bad request: {error}"})
        return _reply(405, {"message": "Method not allowed"})

    def refuse_login(self) -> Reply:
        """Answer a request that has not logged in."""
        return _reply(401, {"message": "Unauthorized"})

    def _search(self, query: dict[str, str]) -> list[Row]:
        records = self._modules[query["CollectionTypeID"]]
        fields = set(records[0])
        for condition in json.loads(query.get("Filters", query.get("Filter", "[]"))):
            meets = _build_condition(fields, condition)
            records = [record for record in records if meets(record)]
        if "OrderBy" in query:
            records = _sort(records, fields, query["OrderBy"])
        limit, offset = int(query.get("Limit", 10)), int(query.get("Offset", 0))
        if limit < 1 or offset < 0:
            raise ValueError("Limit begins at 1, Offset at 0")
        page = records[offset : offset + min(limit, 100)]
        return [_label(record) for record in page] if query.get("LookupOptionText") == "true" else page

    def _write(self, record: Row) -> Row:
        module = str(record.get("CollectionTypeID"))
        result: Row = {"CollectionTypeID": record.get("CollectionTypeID"), "CollectionID": record.get("CollectionID")}
        known = self._modules.get(module)
        fields = {name: _to_text(value) for name, value in record.items() if name not in result}
        if known is None or any(name not in known[0] for name in fields):
            return {**result, "Status": "Failed", "Message": "Unknown module or field", "RelatedRecords": []}
        if "CollectionID" in record:
            found = next((each for each in known if each["collection_id"] == str(record["CollectionID"])), None)
            if found is None:
                return {**result, "Status": "Failed", "Message": "No such record", "RelatedRecords": []}
            found.update(fields)
        else:
            new_id = max(int(each["collection_id"]) for each in known) + 1
            known.append({**dict.fromkeys(known[0]), **fields, "collection_id": str(new_id)})
            result["CollectionID"] = new_id
        return {
            "CollectionTypeID": int(module),
            "CollectionID": int(result["CollectionID"]),
            "Status": "Success",
            "Message": "",
            "RelatedRecords": [],
        }


def _reply(status: int, value: object) -> Reply:
    return status, _JSON, json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def _to_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _label(record: Row) -> Row:
    return {name: IVINEX_OPTIONS.get(name, {}).get(value, value) for name, value in record.items()}


def _sort(records: list[Row], fields: set[str], order: str) -> list[Row]:
    field, _, direction = order.partition(" ")
    if field not in fields or direction.upper() not in {"", "ASC", "DESC"}:
        raise LookupError(f"there is no field {field}")

    def key(record: Row) -> tuple[int, float, str]:
        text = record[field]
        return (text is not None, _to_number(text) or 0.0, (text or "").casefold())

    return sorted(records, key=key, reverse=direction.upper() == "DESC")


def _to_number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _build_condition(fields: set[str], condition: Row) -> Callable[[Row], bool]:
    field = "collection_id" if condition["Field"] == "id" else condition["Field"]
    operand = condition.get("Operand") or condition["Operand_Name"]
    wanted = str(condition["Value"])
    if operand == "LinkedTo":
        module, _, linked = wanted.partition(":")
        if not (module.isdigit() and linked.isdigit()):
            raise ValueError("LinkedTo takes ModuleID:RecordID")
        link = next((name for name, number in IVINEX_MODULES.items() if number == module), "")
        return lambda record: link in record and record[link] == linked
    if field not in fields:
        raise LookupError(f"there is no field {field}")
    meets = _OPERANDS[operand]
    return lambda record: meets(record[field], wanted)


def _is_equal(value: str | None, wanted: str) -> bool:
    numbers = (_to_number(value), _to_number(wanted)) if not wanted.startswith(("+", "0")) else (None, None)
    return (value or "").casefold() == wanted.casefold() or (None not in numbers and numbers[0] == numbers[1])


def _is_less(value: str | None, wanted: str) -> bool:
    numbers = _to_number(value), _to_number(wanted)
    if numbers[0] is not None and numbers[1] is not None:
        return numbers[0] < numbers[1]
    return bool(value) and str(value).casefold() < wanted.casefold()


def _is_greater(value: str | None, wanted: str) -> bool:
    return bool(value) and not _is_less(value, wanted) and not _is_equal(value, wanted)


def _contains(value: str | None, wanted: str) -> bool:
    return wanted.casefold() in (value or "").casefold()


_OPERANDS: dict[str, Callable[[str | None, str], bool]] = {
    "Equal": _is_equal,
    "NotEqual": lambda value, wanted: not _is_equal(value, wanted),
    "In": lambda value, wanted: any(_is_equal(value, each.strip()) for each in wanted.split(",")),
    "Contains": _contains,
    "NotContains": lambda value, wanted: not _contains(value, wanted),
    "StartsWith": lambda value, wanted: (value or "").casefold().startswith(wanted.casefold()),
    "LessThan": _is_less,
    "LessThanEqual": lambda value, wanted: bool(value) and not _is_greater(value, wanted),
    "GreaterThan": _is_greater,
    "GreaterThanEqual": lambda value, wanted: bool(value) and not _is_less(value, wanted),
}
