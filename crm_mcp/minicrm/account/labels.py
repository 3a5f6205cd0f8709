"""Names beside ids: what a row calls its status and user by id is said as people say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from crm_mcp.errors import CrmError
from crm_mcp.minicrm.account.directory import Directory
from crm_mcp.minicrm.models import Project, Schema, Task


async def add_labels(directory: Directory, rows: Sequence[Project] | Sequence[Task], module_id: str = "") -> None:
    """Add the labels of status and user to rows, which have ids alone, and without a module the module's name.

    Schemas are asked for one by one, the module's own first, until every row has its labels: a status belongs to one
    module, but not every module lists every user (observed). Rows are worth giving without labels too, so a CRM that
    cannot be asked now changes nothing.
    """
    try:
        await _add_labels(directory, rows, module_id)
    except CrmError:
        return


async def _add_labels(directory: Directory, rows: Sequence[Project] | Sequence[Task], module_id: str) -> None:
    if not module_id and any("module_id" in row for row in rows):
        names = await directory.modules()
        for row in rows:
            if name := names.get(str(row.get("module_id"))):
                cast("dict[str, object]", row).setdefault("module", name)
    if module_id:
        _apply(rows, await directory.readable_schema(module_id), "")
    if not any(_lacks_label(row) for row in rows):
        return
    for one, name in (await directory.modules()).items():
        if one != module_id:
            _apply(rows, await directory.readable_schema(one), "" if module_id else name)
        if not any(_lacks_label(row) for row in rows):
            return


def _lacks_label(row: Mapping[str, object]) -> bool:
    return ("status_id" in row and "status" not in row) or ("user_id" in row and "user" not in row)


def _apply(rows: Sequence[Project] | Sequence[Task], schema: Schema | None, module: str) -> None:
    if schema is None:
        return
    for row in rows:
        entries = cast("dict[str, object]", row)
        if status := schema["statuses"].get(str(entries.get("status_id"))):
            entries.setdefault("status", status)
            if module:
                entries.setdefault("module", module)
        if user := schema["users"].get(str(entries.get("user_id"))):
            entries.setdefault("user", user)
