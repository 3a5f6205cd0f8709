"""What a CRM tells of a record that a request or an edit changed, so that webhooks can be sent of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChangedRecord:
    """One record that was made or changed.

    Attributes:
        crm: The CRM's name.
        kind: What a webhook calls the kind of record, such as `Project`.
        record_id: Its id.
        module: The id of its module; None where its kind has none.
        fields: The names of the fields that changed, in the order in which the body has them.
        build_body: Returns the webhook's body as JSON, given the user name of the account's login.
    """

    crm: str
    kind: str
    record_id: int
    module: int | None
    fields: Sequence[str]
    build_body: Callable[[str], object]
