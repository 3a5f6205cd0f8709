"""The tool that lists the mails of a card, and reads one of them whole."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NotRequired, cast

from pydantic import Field
from typing_extensions import TypedDict

from crm_mcp.errors import InputError
from crm_mcp.mcp.arguments import CallContext, Id, JsonObject, Limit, TextFrom
from crm_mcp.mcp.cursor import FIRST_PAGE, Cursor
from crm_mcp.mcp.tool import READ, CrmTool, build_tool
from crm_mcp.minicrm.account.local_time import parse_local_time
from crm_mcp.minicrm.search.pages import build_page, rows_after
from crm_mcp.minicrm.tools.context import ToolContext
from crm_mcp.minicrm.tools.history.card import read_card_rows
from crm_mcp.minicrm.tools.history.mail_text import mail_text
from crm_mcp.minicrm.wire.checks import check_id
from crm_mcp.minicrm.wire.history.models import Email
from crm_mcp.rendering.shortening import CONTINUED_TEXT, OBJECT_TEXT, RenderOptions, show_one

_CONTINUATION = "list_emails(..., email_id=..., text_from={at})"
_LIST_TEXT = 300

Since = Annotated[str, Field(description="ISO date")]
EmailId = Annotated[Id, Field(description="one mail, whole")]


class EmailPage(TypedDict):
    """Mails of one card, the newest first, with their beginning; unless `exact`, `note` says what it lacks."""

    items: list[JsonObject]
    total: int
    exact: bool
    next_cursor: NotRequired[str]


@dataclass(frozen=True)
class EmailTools:
    """`list_emails` over one account."""

    context: ToolContext

    def tools(self) -> Sequence[CrmTool]:
        """Return the tool."""
        return (build_tool(self.list_emails, title="List a project's mails", annotations=READ),)

    async def list_emails(
        self,
        ctx: CallContext,
        project_id: Id,
        since: Since = "",
        email_id: EmailId = "",
        text_from: TextFrom = 0,
        limit: Limit = 20,
        cursor: Cursor = FIRST_PAGE,
    ) -> EmailPage:
        """List a MiniCRM project's mails, newest first, bodies cut: sent, opened and clicked when."""
        project_id = check_id("project_id", project_id)
        from_moment = parse_local_time(since, self.context.zone, end_of_day=False) if since else ""
        if email_id and (since or cursor.offset):
            raise InputError("email_id reads one mail.", hint="Leave out since and cursor.")
        if text_from and not email_id:
            raise InputError("`text_from` reads one mail on.", hint="Give its email_id.")
        is_first = not (cursor.offset or text_from)
        read = await read_card_rows(
            self.context,
            ctx,
            project_id,
            "the mails",
            lambda client, page: client.list_emails(project_id, page),
            is_first=is_first,
        )
        if email_id:
            mail = await _one(read.rows, project_id, check_id("email_id", email_id), text_from)
            return {"items": [mail], "total": 1, "exact": True}
        mails, undated = _since(read.rows, from_moment)
        none = "" if mails else f"MiniCRM has no mails of this project{' since then' if read.rows else ''}."
        notes = [read.problem, undated, none]
        found = rows_after(cursor, mails)
        shown = await _readable(found[:limit])
        options = RenderOptions(_CONTINUATION, _LIST_TEXT)
        page = build_page(shown, options, cursor, more=len(found) > limit, total=len(mails))
        page["exact"] = not (read.problem or undated)
        if note := " ".join(filter(None, notes)):
            page["note"] = note
        return cast("EmailPage", page)


def _since(mails: Sequence[Email], moment: str) -> tuple[list[Email], str]:
    """Return the mails from a moment on, the newest first, and a sentence on those whose time is not known."""
    ordered = sorted(mails, key=lambda mail: (_time(mail), int(mail["id"])), reverse=True)
    if not moment:
        return ordered, ""
    undated = sum("at" not in mail for mail in ordered)
    found = [mail for mail in ordered if _time(mail) >= moment]
    return found, f"{undated} mails without a date are left out." if undated else ""


def _time(mail: Email) -> str:
    return mail.get("at", "").replace("T", " ")


async def _one(mails: Sequence[Email], project_id: str, email_id: str, text_from: int) -> dict[str, Any]:
    mail = next((one for one in mails if one["id"] == email_id), None)
    if mail is None:
        raise InputError(
            f"Project {project_id} has no mail {email_id}.", hint="list_emails without email_id lists its mails."
        )
    (readable,) = await _readable([mail])
    if text_from:
        return show_one(readable, RenderOptions(_CONTINUATION, CONTINUED_TEXT, text_from, only=("body",)))
    return show_one(readable, RenderOptions(_CONTINUATION, OBJECT_TEXT))


async def _readable(mails: Sequence[Email]) -> list[dict[str, Any]]:
    """Return mails with their bodies as text; in a thread, since bodies may be long."""

    def read() -> list[dict[str, Any]]:
        return [{**mail, "body": mail_text(mail["body"])} if "body" in mail else {**mail} for mail in mails]

    return await asyncio.to_thread(read)
