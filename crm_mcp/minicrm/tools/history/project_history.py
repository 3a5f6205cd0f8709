"""The tool that tells what happened with a card: the changes of its status, and what this server saw and did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, cast

from typing_extensions import TypedDict

from crm_mcp.mcp.arguments import CallContext, Id, JsonObject, Limit
from crm_mcp.mcp.cursor import FIRST_PAGE, Cursor
from crm_mcp.mcp.tool import READ, CrmTool, build_tool
from crm_mcp.minicrm.models import Project
from crm_mcp.minicrm.search.pages import build_page, rows_after
from crm_mcp.minicrm.search.projects import project_entry
from crm_mcp.minicrm.tools.context import ToolContext
from crm_mcp.minicrm.tools.history.card import read_card_rows
from crm_mcp.minicrm.tools.history.seen_here import read_own_writes, read_seen_changes
from crm_mcp.minicrm.tools.history.stays import add_stays, days_by_status, newest_first
from crm_mcp.minicrm.wire.checks import check_id
from crm_mcp.minicrm.wire.history.models import StatusChange
from crm_mcp.rendering.shortening import RenderOptions, size_of

_MOST_STATUSES = 30
_CONTINUATION = "describe_module shows the status"


class ProjectHistory(TypedDict):
    """The changes of a card's status from MiniCRM's own history, with how long it stayed in each.

    Beside `items` stand `project`, `time_in_status`, and on the first page `seen`, changes of any field that this
    server's replica saw, and `written`, what was written through this server. Unless `exact`, `note` says what it
    lacks.
    """

    items: list[JsonObject]
    total: int
    exact: bool
    next_cursor: NotRequired[str]


@dataclass(frozen=True)
class ProjectHistoryTools:
    """`get_project_history` over one account."""

    context: ToolContext

    def tools(self) -> Sequence[CrmTool]:
        """Return the tool."""
        return (build_tool(self.get_project_history, title="Get a project's history", annotations=READ),)

    async def get_project_history(
        self, ctx: CallContext, project_id: Id, limit: Limit = 20, cursor: Cursor = FIRST_PAGE
    ) -> ProjectHistory:
        """Read how a MiniCRM project's status changed, newest first: when, by whom, days in each status.

        Without `user` no person did it.
        """
        context = self.context
        project_id = check_id("project_id", project_id)
        is_first = not cursor.offset
        read = await read_card_rows(
            context,
            ctx,
            project_id,
            "the history",
            lambda client, page: client.get_project_history(project_id, page),
            is_first=is_first,
        )
        await context.directory.add_labels([read.project])
        changes = newest_first(read.rows)
        stays = list(add_stays(changes, context.now()))
        problems = [read.problem, *self._doubts(read.project, stays)]
        beside = await self._beside(project_id, is_first=is_first)
        beside |= {"project": project_entry(read.project), "time_in_status": days_by_status(stays)[:_MOST_STATUSES]}
        beside |= {"exact": not any(problems), "note": " ".join(filter(None, [*problems, _beginning(changes)]))}
        found = rows_after(cursor, stays)
        items = await self._named(found[:limit], read.project.get("module_id", ""))
        options = RenderOptions(_CONTINUATION)
        page = build_page(items, options, cursor, more=len(found) > limit, total=len(stays), reserved=size_of(beside))
        return cast("ProjectHistory", {**page, **{key: value for key, value in beside.items() if value != ""}})

    async def _beside(self, project_id: str, *, is_first: bool) -> dict[str, Any]:
        """Return what this server itself knows; nothing on later pages, and nothing that is empty."""
        if not is_first:
            return {}
        known = {
            "seen": await read_seen_changes(self.context, project_id),
            "written": await read_own_writes(self.context, project_id),
        }
        return {name: rows for name, rows in known.items() if rows}

    async def _named(self, stays: Sequence[dict[str, Any]], module_id: str) -> list[dict[str, Any]]:
        """Return changes with the names of users and of statuses that came as ids alone; names replace ids."""
        schema = await self.context.directory.merged_project_schema(module_id)
        users = schema["users"]
        if any(one.get("user_id", "") not in {"", *users} for one in stays):  # a module need not list every user
            users = (await self.context.directory.merged_project_schema())["users"]
        return [_entry(one, users, schema["statuses"]) for one in stays]

    @staticmethod
    def _doubts(project: Project, stays: Sequence[dict[str, Any]]) -> list[str]:
        """Say what does not fit: no date, or a card that is in another status than its last change says."""
        doubts: list[str] = []
        if any("days" not in one for one in stays):
            doubts.append("Some changes have no date, so days are missing.")
        own = project.get("status", "")
        last = str(stays[0].get("status", "")) if stays else ""
        if own and last and own.casefold() != last.casefold():
            doubts.append(f"The project is in {own!r} now, its last change led to {last!r}: one may be missing.")
        return doubts


def _entry(stay: dict[str, Any], users: dict[str, str], statuses: dict[str, str]) -> dict[str, Any]:
    entry = dict(stay)
    for key, names in (("user", users), ("status", statuses), ("old_status", statuses)):
        held_id = entry.pop(f"{key}_id", "")
        if held_id and not entry.get(key):
            entry[key] = names.get(held_id, held_id)
    return entry


def _beginning(changes: Sequence[StatusChange]) -> str:
    """Say what the history does not reach back to."""
    if not changes:
        return "MiniCRM has no change of its status on record."
    return f"It begins at {changes[-1].get('at', '')}, in the midst." if changes[-1].get("old_status") else ""
