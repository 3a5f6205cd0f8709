"""Pages as tools show them: rows with the requested fields, as many as a result has room for, and the next cursor.

A row of a search has few fields. For others the details of the rows are read, a few at a time. Fields are requested by
API name or by key, and checked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from crm_mcp.crm.fetch_many import map_bounded
from crm_mcp.errors import NotFoundError, RateLimitedError, RefusedError
from crm_mcp.mcp.cursor import Cursor
from crm_mcp.minicrm.account.contact_names import ContactNames
from crm_mcp.minicrm.account.schema import check_field_names
from crm_mcp.minicrm.field_table import CONTACT, PROJECT
from crm_mcp.minicrm.models import Contact, Project, Schema
from crm_mcp.rendering.shortening import RenderOptions, show_list, show_one

_KEYS: Mapping[str, tuple[str, ...]] = {
    **{field.name: field.keys for entity in (PROJECT, CONTACT) for field in entity.keyed},
    "ContactId": ("contact_id", "contact"),
    "BusinessId": ("business_id", "business"),
}
NAMED = {"contact": "contact_id", "business": "business_id"}
"""Keys of names that are read by the ids of contacts."""
_ONLY_IN_DETAILS = [field.name for field in PROJECT.fields if field.read_from == "detail" and not field.key]
_ALWAYS_VALID = frozenset({*_KEYS, *(key for keys in _KEYS.values() for key in keys), *_ONLY_IN_DETAILS})
_LABELS = {PROJECT.by_name[name].key: PROJECT.by_name[name].label_key for name in ("StatusId", "UserId")}
"""Keys of ids that a row needs only where it has no label, to the keys of the labels; a task's user has the same."""
_READS_AT_ONCE = 4

_Row = TypeVar("_Row", bound=Mapping[str, Any])
_Item = TypeVar("_Item", Project, Contact)


def shown_keys(fields: Sequence[str]) -> list[str]:
    """Return the keys and fields that show what is requested by API name or by key."""
    return list(dict.fromkeys(key for name in fields for key in _KEYS.get(name, (name,))))


async def complete(
    rows: Sequence[_Item],
    fields: Sequence[str],
    *,
    get: Callable[[str], Awaitable[_Item]],
    schema: Callable[[], Awaitable[Schema]],
    always: bool = False,
) -> list[_Item]:
    """Return rows with the requested fields; details are read only where no row has one of them.

    `get` reads one detail, in any case where it is `always`; `schema` is what names are checked by.
    """
    lacking = [name for name in fields if not any(_has(row, name) for row in rows)]
    if not rows or not (lacking or always):
        await check_asked(None, lacking, schema)
        return list(rows)
    first = await _with_detail(rows[0], get)
    await check_asked(first, lacking, schema)
    return [first, *await map_bounded(rows[1:], lambda row: _with_detail(row, get), at_once=_READS_AT_ONCE)]


async def check_asked(
    item: Project | Contact | None, fields: Sequence[str], schema: Callable[[], Awaitable[Schema]]
) -> None:
    """Refuse a name that neither an object nor its schema has; the schema is read only for uncommon names."""
    doubtful = [name for name in fields if name not in _ALWAYS_VALID and not (item is not None and _has(item, name))]
    if not doubtful:
        return
    try:
        known = await schema()
    except RateLimitedError:
        raise
    except RefusedError:  # a module without a readable schema: names cannot be checked
        return
    check_field_names(known, doubtful, [*_KEYS, *_ONLY_IN_DETAILS, *(item["fields"] if item is not None else ())])


def _has(item: Project | Contact, name: str) -> bool:
    return name in item["fields"] or any(key in item for key in _KEYS.get(name, (name,)))


async def _with_detail(row: _Item, get: Callable[[str], Awaitable[_Item]]) -> _Item:
    try:
        return merge_detail(row, await get(row["id"]))
    except NotFoundError:  # it went away meanwhile
        return row


def merge_detail(row: _Item, detail: _Item) -> _Item:
    """Return a row with the rest of its detail; the row's own keys win, since the detail's are localised."""
    others = {key: value for key, value in detail.items() if key not in row}
    return cast("_Item", {**row, **others, "fields": {**row["fields"], **detail["fields"]}})


async def add_contact_names(rows: Sequence[Project], names: ContactNames) -> str:
    """Add the names of contacts and companies to rows; return what was not read, as a sentence."""
    ids = [one for key in ("business_id", "contact_id") for row in rows if (one := str(row.get(key) or ""))]
    known = await names.read(ids)
    for row in rows:
        for key, id_key in NAMED.items():
            if name := known.get(str(row.get(id_key))):
                cast("dict[str, object]", row)[key] = name
    missing = len(set(ids) - known.keys())
    return f"The names of {missing} contacts were not read; get_contact reads them." if missing else ""


def without_false_flags(rows: Sequence[_Item]) -> list[_Item]:
    """Return rows without `deleted` where it is false: that is what a search finds."""
    return [cast("_Item", {key: value for key, value in row.items() if key != "deleted" or value}) for row in rows]


def build_page(
    rows: Sequence[_Row],
    options: RenderOptions,
    cursor: Cursor,
    *,
    more: bool = False,
    total: int | None = None,
    reserved: int = 0,
) -> dict[str, Any]:
    """Return `{"items": [...], "next_cursor": "...", "total": n}`; the last two only where there is one.

    The rows are those read from the cursor on; `more` tells whether others follow, `total` is the CRM's own count.
    `reserved` is the number of bytes that the rest of the result takes.
    """
    page: dict[str, Any] = {"items": [_as_row(item, options) for item in show_list(rows, options, reserved=reserved)]}
    if next_cursor := cursor.after(rows, len(page["items"]), more=more):
        page["next_cursor"] = next_cursor
    if total is not None:
        page["total"] = total
    return page


def show_object(item: _Row, options: RenderOptions) -> _Row:
    """Return a single object as `options` shows it; see `show_one`."""
    return _without_needless_ids(show_one(item, options), options)


def _as_row(item: _Row, options: RenderOptions) -> _Row:
    """Return an object as it stands in a list: without `fields` that hold nothing."""
    lean = _without_needless_ids(item, options)
    if options.is_raw or lean.get("fields"):
        return lean
    return cast("_Row", {key: value for key, value in lean.items() if key != "fields"})


def _without_needless_ids(item: _Row, options: RenderOptions) -> _Row:
    """Return an object without the ids of choices whose labels tell them, unless they were asked for."""
    if options.is_raw:
        return item
    needless = {key for key, label in _LABELS.items() if item.get(label) and key not in options.only}
    return cast("_Row", {key: value for key, value in item.items() if key not in needless})


def rows_after(cursor: Cursor, rows: Sequence[_Row]) -> Sequence[_Row]:
    """Return what follows a cursor in a list that comes whole: behind the last row given, if it is still there."""
    at = next((at for at, row in enumerate(rows) if row["id"] == cursor.last_id), cursor.offset - 1)
    return rows[at + 1 :]
