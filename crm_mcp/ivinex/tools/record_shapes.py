"""Records to be written, read from the shapes that models send: fields flat or under `fields`, both ways. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, cast

from pydantic import BeforeValidator, ConfigDict, Field
from typing_extensions import TypedDict

from crm_mcp.ivinex.account.field_kinds import DOCUMENTED_NAMES
from crm_mcp.mcp.arguments import Fields, Id
from crm_mcp.mcp.calls.coercion import coerce, parse_json_text
from crm_mcp.mcp.calls.shapes import Shape

RecordFields = Annotated[Fields, DOCUMENTED_NAMES]
_ID_KEYS = ("record_id", "recordid", "collection_id", "collectionid", "id")


class RecordUpdate(TypedDict):
    """The changes of one record."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportGeneralTypeIssues]

    record_id: Id
    fields: RecordFields


def read_new_records(given: object) -> object:
    """Return records whose fields stand flat, as the tool takes them.

    Raises:
        ValueError: A field stands twice, or `fields` is broken JSON.
    """
    return [_flat(item) for item in cast("list[object]", given)] if isinstance(given, list) else given


def read_updates(given: object) -> object:
    """Return updates as `{"record_id", "fields"}`, also where the fields stand beside the id, or it is called `id`.

    Raises:
        ValueError: A field stands twice, or `fields` is broken JSON.
    """
    return [_update(item) for item in cast("list[object]", given)] if isinstance(given, list) else given


def _flat(item: object) -> object:
    """Return an object with what stands under its `fields` beside its other keys."""
    record = cast("Mapping[str, object]", item) if isinstance(item, dict) else None
    inner = parse_json_text(record.get("fields")) if record is not None else None
    if isinstance(inner, str) and inner.lstrip().startswith(("{", "[")):
        raise ValueError('`fields` is not valid JSON; write an object such as {"first_name": "..."}')
    if record is None or not isinstance(inner, dict):
        return cast("object", item)
    fields = cast("dict[str, object]", inner)
    beside = {name: value for name, value in record.items() if name != "fields"}
    if twice := next((name for name in beside if name in fields and fields[name] != beside[name]), ""):
        raise ValueError(f"{twice!r} is given both beside `fields` and in it; give it once")
    return {**beside, **fields}


def _update(item: object) -> object:
    flat = _flat(item)
    record = cast("dict[str, object]", flat) if isinstance(flat, dict) else {}
    key = next((name for known in _ID_KEYS for name in record if name.casefold() == known), "")
    if not key:
        return item
    beside = {name: value for name, value in record.items() if name != key}
    fields = beside if "fields" in beside else {"fields": beside}  # what is no object there is refused as such
    return {"record_id": coerce(Shape("id"), record[key]), **fields}


NewRecords = Annotated[
    list[RecordFields], Field(min_length=1, description="field name to value"), BeforeValidator(read_new_records)
]
RecordUpdates = Annotated[list[RecordUpdate], Field(min_length=1), BeforeValidator(read_updates)]
