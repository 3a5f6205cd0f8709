"""The responses with histories, mails, templates, connections and products, each parsed into a model. Pure.

Types and shapes are told apart as little as they are known: see `wire.bodies`. Errors are those of `wire.responses`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from crm_mcp.crm.paging import Page
from crm_mcp.minicrm.wire.bodies import (
    as_list,
    as_object,
    identify,
    read_count,
    read_date,
    read_id,
    read_json,
    read_list,
    read_object,
    read_own,
    read_text,
    unexpected,
)
from crm_mcp.minicrm.wire.history.models import Connection, Email, StatusChange, Template, TemplateRow
from crm_mcp.minicrm.wire.responses import parse_written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm_mcp.crm.messages import Response


def parse_get_project_history(response: Response) -> Page[StatusChange]:
    """Parse changes of a status: `{"Count": "2", "Results": {"7": {"Id": "7", "Status_New_Name": ...}}}`.

    Rows of another `Type` than `StatusHistory` are left out.
    """
    found = read_list(response)
    rows = [identify(response, row) for row in found.rows]
    changes = [_status_change(*row) for row in rows if row[1].get("Type") in (None, "", "StatusHistory")]
    left_out = len(rows) - len(changes)
    return Page(changes, None if found.total is None else found.total - left_out)


def _status_change(change_id: str, row: Mapping[str, object]) -> StatusChange:
    entries = {
        "id": change_id,
        "at": read_date(row.get("ClosedAt")),
        "user_id": read_id(row.get("UserId")),
        "old_status": read_text(row.get("Status_Old_Name")),
        "old_status_id": read_id(row.get("Status_Old_Id")),
        "status": read_text(row.get("Status_New_Name")),
        "status_id": read_id(row.get("Status_New_Id")),
    }
    return cast("StatusChange", _without_none(entries))


def parse_list_emails(response: Response) -> Page[Email]:
    """Parse the mails of a project: `{"Count": 1, "Results": {"31": {"Id": "31", "Subject": ..., "Body": ...}}}`."""
    found = read_list(response)
    return Page([_email(*identify(response, row)) for row in found.rows], found.total)


def _email(email_id: str, row: Mapping[str, object]) -> Email:
    entries = {
        "id": email_id,
        "subject": read_text(row.get("Subject")) or "",
        "from": _addresses(row.get("From")),
        "to": _addresses(row.get("To")),
        "at": read_date(row.get("CreatedAt")),
        "status": read_text(row.get("Status")),
        "opened_at": read_date(row.get("OpenedAt")),
        "clicked_at": read_date(row.get("ClickedAt")),
        "unsubscribed_at": read_date(row.get("UnsubscribedDate")),
        "template_id": read_id(row.get("TemplateId")),
        "body": read_text(row.get("Body")),
    }
    return cast("Email", _without_none(entries))


def _addresses(value: object) -> str | None:
    """Return addresses as one text; where they come as a list or an object, its texts joined."""
    listed = as_list(value)
    if listed is None:
        listed = list((as_object(value) or {}).values())
    return read_text(value) or ", ".join(text for one in listed if (text := read_text(one))) or None


def parse_list_templates(response: Response) -> Page[TemplateRow]:
    """Parse the templates of a module: `{"Count": 1, "Results": [{"Id": 12, "Type": "Email", "Name": ...}]}`."""
    found = read_list(response)
    return Page([_template_row(*identify(response, row)) for row in found.rows], found.total)


def _template_row(template_id: str, row: Mapping[str, object]) -> TemplateRow:
    entries = {
        "id": template_id,
        "name": read_text(row.get("Name")) or "",
        "type": read_text(row.get("Type")),
        "url": read_text(row.get("Url")),
    }
    return cast("TemplateRow", _without_none(entries))


_TEMPLATE_FIELDS = frozenset({"Id", "Name", "CategoryId", "Type", "Subject", "Content", "FolderId", "Folders"})


def parse_get_template(response: Response) -> Template:
    """Parse one template: `{"Id": 12, "CategoryId": 3, "Type": "To do", "Content": "<p>...", "Folders": [4]}`."""
    template_id, row = read_own(response)
    folders = [one for value in as_list(row.get("Folders")) or [] if (one := read_id(value))]
    entries = {
        "id": template_id,
        "name": read_text(row.get("Name")) or "",
        "module_id": read_id(row.get("CategoryId")),
        "type": read_text(row.get("Type")),
        "subject": read_text(row.get("Subject")),
        "content": read_text(row.get("Content")),
        "folder_id": read_id(row.get("FolderId")),
        "folder_ids": folders or None,
        "fields": {name: value for name, value in row.items() if name not in _TEMPLATE_FIELDS},
    }
    return cast("Template", _without_none(entries))


def parse_list_project_connections(response: Response) -> Page[Connection]:
    """Parse connections: `{"TotalCount": 1, "Page": 0, "ItemPerPage": 100, "Connections": {"0": {...}}}`, or `[]`."""
    body = read_json(response)
    page = as_object(body)
    if page is None:
        raise unexpected(response, "sent no Connections")
    listed = page.get("Connections", [])
    rows = as_list(listed)
    if rows is None:
        found = as_object(listed)
        if found is None:
            raise unexpected(response, "sent Connections that are no list")
        rows = list(found.values())
    return Page([_connection(response, row) for row in rows], read_count(page.get("TotalCount")))


def parse_create_project_connection(response: Response) -> Connection:
    """Parse the connection that was made, seen from the project that it was made from."""
    return _connection(response, read_object(response))


def _connection(response: Response, value: object) -> Connection:
    row = as_object(value)
    project_id = None if row is None else read_id(row.get("ProjectId"))
    if row is None or project_id is None:
        raise unexpected(response, "sent a connection without a ProjectId")
    entries = {
        "project_id": project_id,
        "name": read_text(row.get("ProjectName")) or "",
        "description": read_text(row.get("Description")),
        "module_id": read_id(row.get("CategoryId")),
        "status_id": read_id(row.get("StatusId")),
        "main_contact_id": read_id(row.get("MainContactId")),
    }
    return cast("Connection", _without_none(entries))


def parse_update_project_connection(response: Response) -> None:
    """Accept any success: what a changed connection is answered by is not known."""
    read_json(response)


parse_delete_project_connection = parse_update_project_connection
parse_create_product = parse_update_product = parse_written


def _without_none(entries: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in entries.items() if value is not None}
