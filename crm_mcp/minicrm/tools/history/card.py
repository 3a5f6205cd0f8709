"""What is read of one card beside its fields: whole lists, and what it means where MiniCRM refuses them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from crm_mcp.crm.call import Steps
from crm_mcp.crm.paging import Page
from crm_mcp.errors import BadRequestError, MethodNotAllowedError, NotFoundError, RefusedError
from crm_mcp.languages import Texts
from crm_mcp.mcp.arguments import CallContext
from crm_mcp.minicrm.clients.history import HistoryClient
from crm_mcp.minicrm.models import Project
from crm_mcp.minicrm.tools.context import ToolContext

_texts = Texts(__file__)

MOST_PAGES = 50
_NOT_OFFERED = (401, 403, 404, 405)
_T = TypeVar("_T", bound=Any)


@dataclass(frozen=True, slots=True)
class CardRows(Generic[_T]):
    """Rows that belong to a card, as MiniCRM sent them; `problem` says why they may not be all."""

    project: Project
    rows: list[_T]
    problem: str


async def read_card_rows(
    context: ToolContext,
    call: CallContext,
    project_id: str,
    what: str,
    read: Callable[[HistoryClient, int], Awaitable[Page[_T]]],
    *,
    is_first: bool,
) -> CardRows[_T]:
    """Read all rows of one kind that belong to a card.

    Args:
        context: The account.
        call: The call that asks.
        project_id: The card.
        what: What the rows are, for errors: `the history`.
        read: Reads one page of them.
        is_first: Whether they are read anew; else what was read in the last minute is enough.

    Raises:
        NotFoundError: There is no such card.
        BadRequestError: It is in the trash, and MiniCRM gives nothing of it.
        RefusedError: MiniCRM does not offer this in this account.
    """
    steps = Steps(call)
    project = await context.client.recent.get_project(project_id)
    await steps.advance(_texts.later("project"))
    client = HistoryClient((context.client if is_first else context.client.recent).sender)
    try:
        rows, problem = await _read_all(lambda page: read(client, page), steps)
    except RefusedError as error:
        if error.status not in _NOT_OFFERED:
            raise
        raise _refusal(error, project, what) from error
    if project.get("deleted") and not rows:
        problem = f"The project is in the trash: MiniCRM may give {what} of other projects only. {problem}".strip()
    return CardRows(project, rows, problem)


async def _read_all(read: Callable[[int], Awaitable[Page[_T]]], steps: Steps) -> tuple[list[_T], str]:
    """Return the rows of all pages, each once: whether there are pages shows in MiniCRM's count alone."""
    rows: dict[str, _T] = {}
    total: int | None = None
    for number in range(MOST_PAGES):
        try:
            page = await read(number)
        except (BadRequestError, NotFoundError, MethodNotAllowedError):
            if not number:
                raise
            break
        await steps.advance(_texts.later("page {number}", number=number + 1))
        total = page.total if total is None else total
        new = {row["id"]: row for row in page.items if row["id"] not in rows}
        rows |= new
        if not new or len(rows) >= (total or 0):
            break
    lacks = total is not None and total > len(rows)
    return list(rows.values()), f"MiniCRM counts {total:,} of them and sent {len(rows):,}." if lacks else ""


def _refusal(error: RefusedError, project: Project, what: str) -> RefusedError:
    if error.status == 401:
        return error
    if project.get("deleted"):
        return BadRequestError(
            f"Project {project['id']} is in the trash, and MiniCRM gives {what} of other projects only.",
            status=error.status,
            hint="update_project with Deleted 0 takes it out of the trash, where the user wants that.",
        )
    return RefusedError(
        f"MiniCRM does not give {what} of project {project['id']} ({error.status}), though it has that project: "
        "the account's plan, or what this login may do, does not include it.",
        status=error.status,
        hint="Repeating will not help; whoever runs the MiniCRM account can tell.",
    )
