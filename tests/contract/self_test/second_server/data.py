"""The small account that the second server serves: plain dicts, made by a rule so that nothing depends on chance.

Names, ids and values are invented; the shapes are those which the field notes have from live accounts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]

IVINEX_LOGIN = ("api", "secret-of-the-second-server")
MINICRM_LOGIN = ("20002", "key-of-the-second-server")
IVINEX_MODULES = {"contact": "2001", "note": "2005"}

MODULES = {"12": "Értékesítés", "15": "Ügyfélszolgálat"}
USERS = {71: "Kiss Anna", 72: "Nagy Béla", 73: "Tóth Csilla"}
STATUSES = {
    "12": {
        2801: ("Érdeklődő", "Lead"),
        2802: ("Ajánlat", "Open"),
        2803: ("Megnyert", "Success"),
        2804: ("Elbukott", "Failed"),
    },
    "15": {2901: ("Új", "Open"), 2902: ("Megoldva", "Success")},
}
SOURCES = {501: "Ajánlás", 502: "Hirdetés", 503: "Honlap"}
TOPICS = {1: "Szerviz", 2: "Oktatás", 4: "Garancia"}
CONTACT_TYPES = {"Person": "Személy", "Business": "Cég"}
EMPTY_DATE = ""

_FIRST = datetime(2024, 3, 1, 8, 30, 0)  # noqa: DTZ001 - the account's own time, which has no zone
_FAMILY = ("Kovács", "Szabó", "Horváth", "Varga", "Molnár")
_GIVEN = ("Ágnes", "Péter", "Zsófia", "John", "Márta", "Gábor", "Joan")
_THINGS = ("Kert", "Tető", "Pince", "Homlokzat", "Test")


def moment(step: int, minutes: int = 47) -> str:
    """Return the account's time some steps after its first moment."""
    return (_FIRST + timedelta(minutes=step * minutes)).strftime("%Y-%m-%d %H:%M:%S")


def build_ivinex() -> dict[str, list[Row]]:
    """Return the records of each Ivinex module, every value text or null."""
    contacts: list[Row] = []
    for i in range(1, 157):
        given, family = _GIVEN[i % len(_GIVEN)], _FAMILY[i % len(_FAMILY)]
        record = _stamp(i, moment(i, 211))
        record |= {
            "first_name": given,
            "last_name": family,
            "full_name": f"{given} {family}",
            "email": f"{family.lower()}{i}@{'gmail.com' if i % 2 else 'posta.example'}" if i % 9 else None,
            "phone": f"+36{300000000 + i * 137}",
            "contact_type": ("611", "612", None)[i % 3],
            "yearly_value": f"{i * 17 % 230}.00" if i % 7 else None,
            "visits": str(i * 7 % 113),
            "remark": ("", None, "50% előleg", "a+b & c", "100_000", "csillag*")[i % 6],
        }
        contacts.append(record)
    notes = [
        {**_stamp(i, moment(i, 400)), "description": f"<p>{i}. jegyzet: Ivinex</p>", "contact": str(i % 12 + 1)}
        for i in range(1, 41)
    ]
    return {IVINEX_MODULES["contact"]: contacts, IVINEX_MODULES["note"]: notes}


IVINEX_OPTIONS = {"contact_type": {"611": "Vevő", "612": "Szállító"}}


def _stamp(number: int, at: str) -> Row:
    return {
        "collection_id": str(number),
        "created_by": "1",
        "created_date": at,
        "modified_by": "1",
        "modified_date": at,
    }


def build_contacts() -> dict[int, Row]:
    """Return the contacts: every eighth one a business, the others its people."""
    contacts: dict[int, Row] = {}
    for i in range(1, 124):
        contact_id = 4000 + i
        kind = "Business" if i % 8 == 1 else "Person"
        contact: Row = {
            "Id": contact_id,
            "Type": kind,
            "Email": f"iroda{i}{'+hir' * (i % 6 == 0)}@ceg.example",
            "Phone": f"+36 1 {2000000 + i * 7}",
        }
        if kind == "Business":
            contact |= {
                "Name": f"{_THINGS[i % 5]}építő {i} Kft.",
                "Url": f"https://ceg{i}.example",
                "Employees": i % 40,
            }
        else:
            contact |= {"FirstName": _GIVEN[i % 7], "LastName": _FAMILY[i % 5], "BusinessId": 4001 + (i - 1) // 8 * 8}
            contact["Position"] = "Ügyvezető" if i % 5 == 0 else ""
        if i % 11 == 0:
            contact["Phone"] = ""
        contact |= {"CreatedAt": moment(i), "UpdatedAt": moment(i + 3), "CreatedBy": 71, "UpdatedBy": 72}
        contacts[contact_id] = contact
    return contacts


def build_projects() -> dict[int, Row]:
    """Return the projects of both modules; every thirtieth is in the trash."""
    projects: dict[int, Row] = {}
    for i in range(1, 241):
        module = "15" if i % 10 == 0 else "12"
        statuses = list(STATUSES[module])
        projects[7000 + i] = {
            "Id": 7000 + i,
            "CategoryId": int(module),
            "ContactId": 4001 + i % 50,
            "StatusId": statuses[i % len(statuses)],
            "UserId": 71 + i % 3,
            "Name": f"{_THINGS[i % 5]} felújítás {i}",
            "Deleted": int(i % 30 == 0),
            "ReferenceId": f"kulso-{i}" if i % 4 == 0 else "",
            "Forras": 501 + i % 3 if i % 6 else None,
            "SetTema": i % 8,
            "Int301": i * 1000,
            "DateTime302": moment(i, 1500) if i % 5 else EMPTY_DATE,
            "Text303": "Az első árajánlat elküldve, válaszra várunk." if i % 2 else "",
            "CreatedAt": moment(i, 31),
            "UpdatedAt": moment(i, 61),
            "CreatedBy": 71,
            "UpdatedBy": 73,
        }
    return projects


def build_tasks() -> dict[int, Row]:
    """Return the tasks of the first projects."""
    return {
        9000 + i: {
            "Id": 9000 + i,
            "ProjectId": 7001 + i // 5,
            "UserId": 71 + i % 3,
            "Type": (0, 601)[i % 2],
            "Status": ("Open", "Closed", "Open")[i % 3],
            "Deadline": moment(i, 1440),
            "Comment": f"{i}. teendő: visszahívni",
            "Attachments": [] if i % 4 else {"FileName": "terv.pdf", "Url": "https://files.example/terv.pdf"},
        }
        for i in range(1, 26)
    }


def build_addresses() -> dict[int, Row]:
    """Return the addresses of the first contacts."""
    return {
        3000 + i: {
            "Id": 3000 + i,
            "ContactId": 4001 + i // 3,
            "Type": "Székhely",
            "Name": ("Iroda", "Telephely", "Raktár")[i % 3],
            "CountryId": "Magyarország",
            "PostalCode": 1010 + i,
            "City": "Budapest",
            "Address": f"Fő utca {i}.",
            "Default": int(i % 3 == 0),
        }
        for i in range(1, 13)
    }
