"""The models of histories, mails, templates and connections. Pure data; a key that the CRM holds empty is absent."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict


class StatusChange(TypedDict):
    """One change of a project's status; without `old_status` where the project was created in the new one.

    `at` is local time of the account. There is no `user_id` where no person did it.
    """

    id: str
    at: NotRequired[str]
    user_id: NotRequired[str]
    old_status: NotRequired[str]
    old_status_id: NotRequired[str]
    status: NotRequired[str]
    status_id: NotRequired[str]


Email = TypedDict(
    "Email",
    {
        "id": str,
        "subject": str,
        "from": NotRequired[str],
        "to": NotRequired[str],
        "at": NotRequired[str],
        "status": NotRequired[str],
        "opened_at": NotRequired[str],
        "clicked_at": NotRequired[str],
        "unsubscribed_at": NotRequired[str],
        "template_id": NotRequired[str],
        "body": NotRequired[str],
    },
)
"""One mail of a project; dates are local time of the account, `body` is HTML or plain text as sent."""


class TemplateRow(TypedDict):
    """One template of a list; `type` is `Email`, `Todo`, `Sms` or `File`."""

    id: str
    name: str
    type: NotRequired[str]
    url: NotRequired[str]


class Template(TypedDict):
    """One template; `type` is a label, `content` HTML."""

    id: str
    name: str
    module_id: NotRequired[str]
    type: NotRequired[str]
    subject: NotRequired[str]
    content: NotRequired[str]
    folder_id: NotRequired[str]
    folder_ids: NotRequired[list[str]]
    fields: dict[str, Any]


class Connection(TypedDict):
    """One connection of a project to another, seen from the first: whose name, module, status and contact these are."""

    project_id: str
    name: str
    description: NotRequired[str]
    module_id: NotRequired[str]
    status_id: NotRequired[str]
    main_contact_id: NotRequired[str]
