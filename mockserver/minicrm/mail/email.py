"""One e-mail on a card: its row, and the fields that a seed and an edit write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from mockserver.minicrm.account import READER
from mockserver.minicrm.schema import Field, make_field
from mockserver.minicrm.seeding.rows import SeedReader, take_row_id
from mockserver.minicrm.store import Row, Table

SENT, RECEIVED = "Sent", "Received"
"""The words of `Status` (assumed)."""

COLUMNS = {
    "TemplateId": "template_id",
    "From": "sender",
    "To": "recipient",
    "Subject": "subject",
    "Body": "body",
    "Status": "status",
    "CreatedAt": "created_at",
    "OpenedAt": "opened_at",
    "ClickedAt": "clicked_at",
    "UnsubscribedDate": "unsubscribed_date",
}
EMAIL_FIELDS: Mapping[str, Field] = {
    "TemplateId": make_field("TemplateId", "Int"),
    **{name: make_field(name, "Text") for name in ("From", "To", "Subject", "Body", "Status")},
    **{name: make_field(name, "DateTime") for name in ("CreatedAt", "OpenedAt", "ClickedAt", "UnsubscribedDate")},
}


@dataclass(slots=True, kw_only=True)
class Email(Row):
    """One e-mail that was sent from a card or filed on it; one that no template made has no `template_id`."""

    TABLE: ClassVar[Table] = Table("email", "emails", {"by_project": "(project_id)"})
    project_id: int
    template_id: int | None = None
    sender: str | None = None
    recipient: str | None = None
    subject: str | None = None
    body: str | None = None
    status: str | None = None
    created_at: str | None = None
    opened_at: str | None = None
    clicked_at: str | None = None
    unsubscribed_date: str | None = None


def write_email(email: Email, values: Mapping[str, object]) -> None:
    """Give an e-mail parsed values by the API's names."""
    for name, value in values.items():
        setattr(email, COLUMNS[name], value)


def read_email(reader: SeedReader, part: dict[str, object], path: str) -> Email:
    """Read one e-mail out of a seed; its keys are the API's, and `ProjectId`."""
    project_id = READER.take_id(part.pop("ProjectId", None), f"{path}.ProjectId")
    email = Email(id=take_row_id(part, path), project_id=project_id, status=SENT, created_at=reader.now)
    READER.take_object(part, path, EMAIL_FIELDS)
    write_email(email, reader.parse(EMAIL_FIELDS, part, path))
    return email
