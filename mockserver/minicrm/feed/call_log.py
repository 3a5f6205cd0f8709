"""`POST /Api/CallLog`: a telephone exchange says who called whom, by a key of its own in the body."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from mockserver.crm.api import SeedError
from mockserver.documents.checked import is_moment
from mockserver.documents.strict_json import as_list, as_object
from mockserver.minicrm import rules
from mockserver.minicrm.account import READER
from mockserver.minicrm.deviations import CALL_LOG_TELLS_NOT_FOUND
from mockserver.minicrm.endpoints.contacts import Contact, keep_digits
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.seeding.rows import SeedReader, take_row_id
from mockserver.minicrm.store import Row, Table, count_rows, list_rows, take_next_id
from mockserver.minicrm.values import read_whole

CALL_TYPES = {0: "Outgoing", 1: "Incoming", 2: "Lost"}
_COMPARED_DIGITS = 9
_FEWEST_DIGITS = 6


@dataclass(slots=True, kw_only=True)
class Call(Row):
    """One call of a contact; it lies on the card that was updated last, where the contact has one."""

    TABLE: ClassVar[Table] = Table("call", "calls", {"by_reference": "(reference_id)", "by_project": "(project_id)"})
    contact_id: int
    project_id: int | None = None
    number: str = ""
    duration: int = 0
    call_type: int = 0
    date: str = ""
    user_extension: str = ""
    reference_id: str | None = None


def log_calls(context: RequestContext) -> object:
    """Answer `POST /Api/CallLog` with how many calls were taken.

    Observed (grade B), but for who is called by a number, which is whose last nine digits are the same (assumed).
    """
    body = context.read_body()
    if not hmac.compare_digest(str(body.get("ApiKey", "")).encode(), context.account.voip_key.encode()):
        raise RefusalError(rules.BAD_VOIP_KEY)
    extension, calls = body.get("UserExtension"), as_list(body.get("Data"))
    if not isinstance(extension, str) or not extension:
        raise RefusalError(rules.CALL_LOG_NEEDS, "UserExtension")
    if calls is None:
        raise RefusalError(rules.CALL_LOG_NEEDS, "Data")
    read = [_read_call(as_object(each), extension) for each in calls]
    outcomes = [_keep(context, each) for each in read]
    return _count(context, outcomes)


def _read_call(given: Mapping[str, object] | None, extension: str) -> Call:
    given = given or {}
    digits = keep_digits(str(given.get("Number", "")))
    duration, call_type, date = read_whole(given.get("Duration")), read_whole(given.get("CallType")), given.get("Date")
    wrong = [
        name
        for name, is_right in (
            ("Number", len(digits) >= _FEWEST_DIGITS),
            ("Duration", duration is not None and duration >= 0),
            ("CallType", call_type in CALL_TYPES),
            ("Date", isinstance(date, str) and is_moment(date)),
        )
        if not is_right
    ]
    if wrong or duration is None or call_type is None:
        raise RefusalError(rules.BAD_CALL, ", ".join(wrong))
    reference = given.get("ReferenceId")
    return Call(
        id=0,
        contact_id=0,
        number=str(given["Number"]),
        duration=duration,
        call_type=call_type,
        date=str(date),
        user_extension=extension,
        reference_id=None if reference in (None, "") else str(reference),
    )


def _keep(context: RequestContext, call: Call) -> str:
    """Store a call, and tell whether it was taken, was there, or is nobody's."""
    if call.reference_id and count_rows(context.connection, Call, "reference_id = ?", (call.reference_id,)):
        return "Exists"
    ending = keep_digits(call.number)[-_COMPARED_DIGITS:][::-1]
    found = list_rows(context.connection, Contact, "phone_backwards GLOB ? AND deleted = 0", (f"{ending}*",), limit=1)
    if not found:
        return "Skipped"
    cards = list_rows(context.connection, Project, "contact_id = ? AND deleted = 0", (found[0].id,))
    newest = max(cards, key=lambda card: (card.updated_at, card.id), default=None)
    call.id, call.contact_id = take_next_id(context.connection, Call), found[0].id
    call.project_id = newest.id if newest else None
    context.save(call)
    return "Processed"


def _count(context: RequestContext, outcomes: list[str]) -> dict[str, int]:
    if context.observes(CALL_LOG_TELLS_NOT_FOUND):
        return {
            "Missing": 0,
            "NotFound": outcomes.count("Skipped"),
            "Processed": outcomes.count("Processed") + outcomes.count("Exists"),
        }
    return {name: outcomes.count(name) for name in ("Skipped", "Processed", "Exists")}


def read_call(_reader: SeedReader, part: dict[str, object], path: str) -> Call:
    """Read one call out of a seed: the keys of the API, with `ContactId`, `ProjectId` and `UserExtension`."""
    call_id = take_row_id(part, path)
    contact_id = READER.take_id(part.pop("ContactId", None), f"{path}.ContactId")
    project_id = READER.take_id(part.pop("ProjectId"), f"{path}.ProjectId") if "ProjectId" in part else None
    extension = READER.take_text(part.pop("UserExtension", ""), f"{path}.UserExtension")
    READER.take_object(part, path, ("Number", "Duration", "CallType", "Date", "ReferenceId"))
    try:
        call = _read_call(part, extension)
    except RefusalError as refusal:
        raise SeedError(f"{path}: {refusal}") from refusal
    call.id, call.contact_id, call.project_id = call_id, contact_id, project_id
    return call
