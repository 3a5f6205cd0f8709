"""The suite's own data for a fake: large enough for every page, and odd enough that each mistake shows.

Ids cross 99, 100, 999 and 1000, so that an order by text differs from one by number; ids of different modules overlap;
values tie, are missing, hold wildcards, signs that a URL gives a meaning, and letters from far outside of ASCII.
"""

from __future__ import annotations

import functools
from datetime import datetime, timedelta
from typing import Any

from tests.contract.harness.accounts.home_beyond import build_beyond
from tests.contract.harness.accounts.home_documents import MODULES, VENDOR, build_cards, build_documents

FIRST_NAMES = ("John", "Joanna", "Ágnes", "Zoë", "Peter", "Jo", "Łukasz", "Mary", "Bob", "marJOrie", "张伟", "Emoji 🎉")
LAST_NAMES = ("Doe", "Smith", "Kovács", "O'Neil", "Lee", "Nagy", "de la Cruz")
REMARKS = (
    "100% sure", "100x sure", "100 percent", "under_score", "underXscore", "star*light", "starlight", "starXXlight",
    "a+b", "a b", "a%2Bb", "a%20b", "a&b=c#d;e", 'said "yes"', "back\\slash", "two\nlines", "question? yes", "[list]",
    "árvíztűrő tükörfúrógép", "🎉 party 🎉", "<b>bold</b>", "it's", "NULL", "null", "0", "",
)  # fmt: skip
TITLES = ("Test", "Garden", "Testing", "Kert ápolás")
FIRST_MOMENT = datetime(2020, 4, 1, 9, 0, 0)  # noqa: DTZ001 - the accounts' own time, which has no zone
RECORDS = 211
PROJECTS = 216
CONTACTS = 145


@functools.cache
def build_home_seed() -> dict[str, Any]:
    """Return the seed document."""
    return {"ivinex": {"modules": _build_ivinex_modules()}, "minicrm": _build_minicrm()}


def _moment(number: int, minutes: int) -> str:
    return (FIRST_MOMENT + timedelta(minutes=number * minutes)).isoformat(" ", "seconds")


def _build_ivinex_modules() -> dict[str, Any]:
    contacts = [_build_record(i) for i in range(1, RECORDS + 1)]
    return {
        "1001": {"name": "contact", "fields": _CONTACT_FIELDS, "records": contacts},
        "1002": {"name": "note", "fields": _NOTE_FIELDS, "records": [_build_note(i) for i in range(1, 61)]},
        "1003": {
            "name": "company",
            "fields": {"name": {"type": "text"}},
            "records": [
                {"collection_id": str(i), "created_date": _moment(i, 60), "name": f"Company {i}"} for i in range(1, 13)
            ],
        },
    }  # fmt: skip


_CONTACT_FIELDS: dict[str, Any] = {
    "first_name": {"type": "text"},
    "last_name": {"type": "text"},
    "full_name": {"type": "text", "joins": ["first_name", "last_name"]},
    "email": {"type": "text"},
    "phone": {"type": "text"},
    "contact_type": {"type": "option", "options": {"14795": "Customer", "14796": "Supplier", "14801": "Partner"}},
    "score": {"type": "number"},
    "remarks": {"type": "text"},
    "company": {"type": "link", "module": "1003"},
}
_NOTE_FIELDS: dict[str, Any] = {
    "description": {"type": "html"},
    "contact": {"type": "link", "module": "1001"},
    "company": {"type": "link", "module": "1003"},
}


def _build_record(i: int) -> dict[str, Any]:
    host = ("gmail.com", "ivinex.com", "example.com")[i % 3]
    record = {
        "collection_id": str(i),
        "created_date": _moment(i, 191),
        "first_name": FIRST_NAMES[i % len(FIRST_NAMES)],
        "last_name": LAST_NAMES[i % len(LAST_NAMES)],
        "email": f"user{i}@{host}",
        "phone": f"+3620{1000000 + i * 37}",
        "contact_type": ("14795", "14796", "14801")[i % 3],
        "score": str(i * 7 % 113) if i % 10 else None,
        "remarks": REMARKS[i % len(REMARKS)] if i % 5 else None,
        "company": str(i % 12 + 1),
    }
    return {name: value for name, value in record.items() if value is not None}


def _build_note(i: int) -> dict[str, Any]:
    link = {"company": str(i % 12 + 1)} if i % 3 == 0 else {"contact": str(i % 11 + 1)}
    return {
        "collection_id": str(i),
        "created_date": _moment(i, 600),
        "description": f"Note {i}: {('I love Ivinex', 'called back', 'ivinex again', 'nothing new')[i % 4]}",
        **link,
    }


def _build_minicrm() -> dict[str, Any]:
    return {
        "users": {"3200": "John Doe", "3300": "Jane Roe", "3400": "Kiss Ágnes"},
        "task_types": {"1566": "Call", "1567": "Meeting"},
        "modules": {**_build_minicrm_modules(), **MODULES},
        "contacts": [_build_contact(i) for i in range(CONTACTS)],
        "projects": [
            *(_build_project(i) for i in range(PROJECTS)),
            *(_build_ticket(i) for i in range(12)),
            *build_cards(),
        ],
        "vendor": VENDOR,
        "documents": build_documents(),
        "tasks": _build_tasks(),
        "addresses": _build_addresses(),
        **build_beyond(),
    }


def _build_minicrm_modules() -> dict[str, Any]:
    return {
        "3": {
            "name": "Sales",
            "type": "Generic",
            "details": {"Id": 1, "OrderId": 1, "SenderName": "Test User", "SenderEmail": "test.user@minicrm.local",
                        "Phone": 36201234567},
            "statuses": {
                "2509": {"label": "Contacted", "group": "Open"},
                "2500": {"label": "In progress", "group": "Open"},
                "2540": {"label": "Customer", "group": "Success"},
                "2550": {"label": "Lost", "group": "Failed"},
            },
            "fields": {
                "Int1107": {"type": "Int"},
                "DateTime1106": {"type": "DateTime"},
                "Text1105": {"type": "Text(1024)"},
                "File1113": {"type": "File(10MB)"},
                "Referrer": {"type": "Enum", "choices": {"1253": "Cold Call", "1254": "WOM", "1255": "Google"}},
                "Set1035": {"type": "Set", "choices": {"1": "First choice", "2": "Second choice", "4": "Third choice"}},
            },
        },
        "5": {
            "name": "Support",
            "type": "HelpDesk",
            "details": {"Id": 2, "OrderId": 3},
            "statuses": {"2600": {"label": "New", "group": "Open"}, "2601": {"label": "Solved", "group": "Success"}},
        },
    }  # fmt: skip


def _build_contact(i: int) -> dict[str, Any]:
    moment = {"CreatedAt": _moment(i, 60), "UpdatedAt": _moment(i, 60)}
    if i % 9 == 0:
        return {"Id": 940 + i, "Type": "Business", "Name": f"Firm {i} Kft.", "Email": f"office{i}@firm.example",
                "Phone": f"06-1 / {300 + i}-65{i:03}", "Url": f"http://firm{i}.example", **moment}  # fmt: skip
    return {
        "Id": 940 + i,
        "Type": "Person",
        "FirstName": FIRST_NAMES[i % len(FIRST_NAMES)],
        "LastName": LAST_NAMES[i % len(LAST_NAMES)],
        "Email": f"person{i}{'+news' if i % 4 == 0 else ''}@example.com",
        "Phone": f"+36 20 {2345000 + i * 11}",
        "Position": ("IT", "Sales", "Boss")[i % 3],
        "BusinessId": 940 + i - i % 9,
        **moment,
    }


def _build_project(i: int) -> dict[str, Any]:
    return {
        "Id": 900 + i,
        "CategoryId": 3,
        "ContactId": 940 + i % 40,
        "StatusId": (2509, 2500, 2540, 2550, 2500, 2500)[i % 6],
        "UserId": (3200, 3300)[i % 5 == 0],
        "Name": f"{TITLES[i % len(TITLES)]} project {i:03} {REMARKS[i % len(REMARKS)][:20]}".strip(),
        "Deleted": 1 if i % 50 == 7 else 0,
        "ReferenceId": f"{('ref', 'REF')[i % 2]}-{i // 2}",
        "Int1107": i * 3 % 40,
        "DateTime1106": _moment(i, 1440),
        "Text1105": REMARKS[i % len(REMARKS)],
        "Referrer": (1253, 1254, 1255)[i % 3],
        "Set1035": i % 8,
        "CreatedAt": _moment(i, 37),
        "UpdatedAt": _moment(i, 37),
    }  # fmt: skip


def _build_ticket(i: int) -> dict[str, Any]:
    return {"Id": 1500 + i, "CategoryId": 5, "ContactId": 941, "StatusId": (2600, 2601)[i % 2], "UserId": 3400,
            "Name": f"Ticket {i}", "CreatedAt": _moment(i, 61), "UpdatedAt": _moment(i, 61)}  # fmt: skip


def _build_tasks() -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = [
        {"Id": 95 + i, "ProjectId": 900, "UserId": 3200, "Type": (1566, 0)[i % 2], "Comment": f"Do something {i} ő 🎉.",
         "Status": ("Open", "Closed", "Open")[i % 3], "Deadline": _moment(i, 1440)}
        for i in range(8)
    ]  # fmt: skip
    tasks.append({"Id": 200, "ProjectId": 901, "UserId": 3300, "Comment": "Only one", "Deadline": "2021-01-02 23:59:00",
                  "Attachments": {"FileName": "details.pdf", "Url": "https://cdn.example/details.pdf"}})  # fmt: skip
    return tasks


def _build_addresses() -> list[dict[str, Any]]:
    streets = ("Walrand 66", "Lap 197", "Well Known street 1.", "Fő utca 3.")
    return [
        {"Id": 98 + i, "ContactId": (941, 941, 941, 950)[i], "Type": "HQ",
         "Name": ("Home", "Office", "Depot", "Home")[i], "CountryId": "Hungary", "PostalCode": str(5555 + i),
         "City": ("Budapest", "Győr")[i % 2], "Address": street, "Default": int(i == 0)}
        for i, street in enumerate(streets)
    ]  # fmt: skip
