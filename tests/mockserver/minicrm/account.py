"""A fake MiniCRM in memory with a small account, and short ways to ask it something."""

from __future__ import annotations

import datetime as dt
import json
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mockserver.crm.api import ApiRequest, ApiResponse
from mockserver.crm.database import open_connection
from mockserver.crm.profiles import Profile
from mockserver.minicrm.fake import MinicrmFake

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = dt.datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - the account's time has no offset
OBSERVED = Profile("observed")

SEED: dict[str, Any] = {
    "users": {"1": "Ada Lovelace", "2": "Bálint Kovács", "3": "Not Listed"},
    "modules": {
        "3": {
            "name": "Sales",
            "listed_users": ["1", "2"],
            "statuses": {
                "31": {"label": "New", "group": "Lead"},
                "32": {"label": "Offer", "group": "Open"},
                "33": {"label": "Won", "group": "Success"},
                "34": {"label": "Lost", "group": "Failed"},
            },
            "fields": {
                "Int1": {"type": "Int"},
                "Text1": {"type": "Text(20)", "label": "Remark"},
                "Date1": {"type": "DateTime"},
                "File1": {"type": "File(10MB)"},
                "Bool1": {"type": "Boolean"},
                "Enum1": {"type": "Enum", "label": "Source", "choices": {"7": "Web", "8": "Fair"}},
                "Set1": {"type": "Set", "label": "Rooms", "choices": {"1": "Kitchen", "2": "Bath", "4": "Office"}},
            },
        },
        "4": {
            "name": "Support",
            "statuses": {"41": {"label": "New", "group": "Open"}, "42": {"label": "Lost", "group": "Failed"}},
            "fields": {
                "Enum1": {"type": "Enum", "choices": {"8": "Web", "9": "Phone"}},
                "Text4": {"type": "Text", "label": "Problem", "required": True},
            },
        },
    },
    "contact_fields": {
        "Person": {"Enum9": {"type": "Enum", "label": "Channel", "choices": {"1": "Mail", "2": "Phone"}}}
    },
    "task_types": {"5": "Call", "6": "Visit"},
    "contacts": [
        {
            "Id": 10,
            "Type": "Business",
            "Name": "Tölgyfa Kft.",
            "Email": "info@tolgyfa.example",
            "Phone": "06-1 / 987-65432",
        },
        {
            "Id": 11,
            "Type": "Person",
            "BusinessId": 10,
            "FirstName": "Örs",
            "LastName": "Nagy",
            "Enum9": 2,
            "Email": "Ors@tolgyfa.example",
            "Phone": "+36201234567",
            "Position": "Joiner",
            "ReferenceId": "a/b",
        },
        {"Id": 12, "Type": "Person", "FirstName": "Eve"},
    ],
    "projects": [
        {
            "Id": 101,
            "CategoryId": 3,
            "ContactId": 11,
            "StatusId": 32,
            "UserId": 1,
            "Name": "Kitchen, Örs",
            "ReferenceId": " 007/é ",
            "UpdatedAt": "2025-05-01 12:00:00",
            "Set1": 3,
            "Enum1": 7,
            "Legacy": "left over",
        },
        {
            "Id": 102,
            "CategoryId": 3,
            "ContactId": 10,
            "StatusId": 33,
            "UserId": 2,
            "Name": "Office",
            "Int1": 5,
            "UpdatedAt": "2025-06-01 12:00:00",
            "Date1": "2025-07-01 10:00:00",
            "Text1": "squeaky door",
        },
        {
            "Id": 103,
            "CategoryId": 4,
            "ContactId": 12,
            "StatusId": 41,
            "UserId": 1,
            "Name": "Door",
            "Text4": "squeaks",
            "Enum1": 8,
        },
        {
            "Id": 104,
            "CategoryId": 3,
            "ContactId": 12,
            "StatusId": 34,
            "UserId": 1,
            "Name": "Kitchen, thrown away",
            "Deleted": 1,
        },
    ],
    "tasks": [
        {
            "Id": 201,
            "ProjectId": 101,
            "UserId": 1,
            "Type": 5,
            "Deadline": "2026-01-03 10:00:00",
            "Comment": "Ring.",
            "Attachments": {"FileName": "plan.pdf", "Url": "https://files.example/plan.pdf"},
        },
        {"Id": 202, "ProjectId": 101, "UserId": 2, "Status": "Closed", "Comment": "Done."},
    ],
    "addresses": [
        {
            "Id": 301,
            "ContactId": 10,
            "Type": "HQ",
            "Name": "Works",
            "CountryId": "Hungary",
            "PostalCode": 9700,
            "City": "Szombathely",
            "Address": "Fő tér 1.",
            "Default": 1,
        },
        {"Id": 302, "ContactId": 10, "Name": "Shop", "PostalCode": "0800"},
    ],
}


@dataclass(slots=True)
class StandingClock:
    """A clock that a test sets."""

    time: dt.datetime = NOW

    def now(self) -> dt.datetime:
        return self.time


@dataclass(slots=True)
class Seconds:
    """Real seconds that a test sets."""

    passed: float = 0.0

    def __call__(self) -> float:
        return self.passed


@dataclass(slots=True)
class Account:
    """A fake MiniCRM and what it was given."""

    profile: Profile = field(default_factory=Profile)
    seed: Mapping[str, Any] = field(default_factory=lambda: SEED)
    clock: StandingClock = field(default_factory=StandingClock)
    seconds: Seconds = field(default_factory=Seconds)
    fake: MinicrmFake = field(init=False)

    def __post_init__(self) -> None:
        connection = open_connection()
        self.fake = MinicrmFake(connection, self.clock, self.profile, self.seconds)
        weakref.finalize(self.fake, connection.close)
        self.fake.load(self.seed)

    def ask(self, method: str, path: str, query: Mapping[str, str] | None = None, body: object = None) -> ApiResponse:
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        pairs = list((query or {}).items())
        whole = path if path.startswith("/") else f"/Api/R3/{path}"
        return self.fake.respond(ApiRequest(method, whole, pairs, raw, "http://here:1"))

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """Return the JSON of a success."""
        return read_json(self.ask("GET", path, query))

    def post(self, path: str, body: object = None) -> Any:
        """Return the JSON of a success."""
        return read_json(self.ask("POST", path, body=body))

    def stored(self, kind: str) -> list[dict[str, Any]]:
        """Return the rows that no endpoint reads, the newest first, as the fake's own page reads them."""
        request = ApiRequest("GET", f"/_page/minicrm/Stored/{kind}", [], b"", "http://here:1", is_counted=False)
        return list(read_json(self.fake.respond(request))["Results"].values())

    def put(self, path: str, body: Mapping[str, object]) -> int:
        """Return the id in the JSON of a success."""
        return read_json(self.ask("PUT", path, body=body))["Id"]

    def find(self, entity: str, query: Mapping[str, str]) -> list[int]:
        """Return the ids on the first page of a search."""
        return [int(key) for key in self.get(entity, query)["Results"]]


def read_json(answer: ApiResponse) -> Any:
    assert (answer.status, answer.content_type) == (200, "application/json; charset=utf-8"), answer
    assert answer.reason == ""
    return json.loads(answer.body)


def read_refusal(answer: ApiResponse) -> tuple[int, str]:
    assert answer.content_type == "text/plain; charset=utf-8"
    assert "minicrm.txt" in answer.reason or "manual" in answer.reason
    return answer.status, answer.body.decode()
