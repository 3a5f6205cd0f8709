"""Pages of a search of projects from the replica, where all rows that it could find are held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from crm_mcp.crm.paging import Page
from crm_mcp.errors import AuthenticationError, CrmError, StoreError
from crm_mcp.minicrm.models import PAGE_SIZE, Project
from crm_mcp.minicrm.replica.columns import PROJECTS
from crm_mcp.minicrm.replica.questions.reads import ReplicaReads, Row
from crm_mcp.replica.freshness import read_passes

_COLUMNS: Mapping[str, str] = {
    "CategoryId": "part_",
    "StatusId": "status_id",
    "UserId": "user_id",
    "StatusGroup": "status_group",
}
"""The columns that criteria compare; others are left to the CRM."""


async def find_held_page(reads: ReplicaReads, criteria: Mapping[str, object], number: int) -> Page[Project] | None:
    """Return a page of the projects that fulfil criteria, in the order of their ids; None where the CRM is to be asked.

    Rows that are older than a minute are refreshed first.
    """
    wanted = {name: str(value) for name, value in criteria.items() if name != "Deleted"}
    if wanted.keys() - _COLUMNS.keys() or not all(map(_is_one_value, criteria.values())):
        return None
    try:
        return await _find(reads, wanted, number, is_trash="Deleted" in criteria)
    except AuthenticationError:
        raise
    except (StoreError, CrmError):
        return None


async def _find(reads: ReplicaReads, wanted: Mapping[str, str], number: int, *, is_trash: bool) -> Page[Project] | None:
    module_id = wanted.get("CategoryId", "")
    if not await _holds_all(reads, module_id):
        return None
    before = len(reads.problems)
    await reads.refresh_projects(module_id, ["status_group"] if "StatusGroup" in wanted else [])
    if len(reads.problems) > before:
        del reads.problems[before:]
        return None
    where = " and ".join(["deleted = ?", *(f"cast({_COLUMNS[name]} as text) = ?" for name in wanted)])
    values = [int(is_trash), *wanted.values()]
    if "StatusGroup" in wanted and await _lacks_groups(reads, module_id, is_trash=is_trash):
        return None
    names = ("id", "name", "status_id", "user_id", "contact_id", "business_id")
    (total,) = await reads.rows({"total": "count(*)"}, f"{PROJECTS} where {where}", values)
    rows = await reads.rows(
        {name: name for name in names},
        f"{PROJECTS} where {where} order by id limit ? offset ?",
        [*values, PAGE_SIZE, number * PAGE_SIZE],
    )
    newer = reads.source.facts.schema.rows_hold_contacts
    return Page([_project(row, newer=newer, is_trash=is_trash) for row in rows], total=total["total"])


async def _holds_all(reads: ReplicaReads, module_id: str) -> bool:
    """Tell whether all projects of a module, or of all, were read at any time; nothing is opened for that."""
    if not await reads.source.replica.exists() or not await reads.source.facts.load():
        return False
    passes = await reads.source.replica.run(lambda transaction: read_passes(transaction, PROJECTS))
    modules = [module_id] if module_id else list(reads.source.facts.schema.projects)
    return all(one in passes and passes[one].is_complete for one in modules)


async def _lacks_groups(reads: ReplicaReads, module_id: str, *, is_trash: bool) -> bool:
    """Tell whether the group of some project's status is not known."""
    where = "status_group is null and deleted = ? and ? in ('', part_)"
    return bool(await reads.rows({"id": "id"}, f"{PROJECTS} where {where} limit 1", [int(is_trash), module_id]))


def _is_one_value(value: object) -> bool:
    return isinstance(value, str | int)


def _project(row: Row, *, newer: bool, is_trash: bool) -> Project:
    """Return a row as a search shows it."""
    told = ("status_id", "user_id", *(("contact_id", "business_id") if newer else ()))
    ids = {name: str(row[name]) for name in told if row[name] is not None}
    trash = {"deleted": True} if is_trash else {}
    return cast("Project", {"id": str(row["id"]), "name": row["name"], **ids, **trash, "fields": {}})
