"""Which MiniCRM projects and contacts a search must find, by brute force over the rows of a seed.

Nothing here knows either package. Several criteria must all hold (observed); without `Deleted` the trash is left out,
a Set must hold every value named, a date means its whole day and text is compared exactly (assumed).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.properties.seeds import MODULES, USERS

Row = Mapping[str, Any]


def find_projects(projects: Sequence[Row], contacts: Sequence[Row], criteria: Mapping[str, object]) -> list[str]:
    """Return the ids of the projects that meet all criteria, ascending."""
    wanted = {"Deleted": 0, **criteria}
    found = [row for row in projects if all(_meets(row, contacts, *one) for one in wanted.items())]
    return [str(number) for number in sorted(row["Id"] for row in found)]


def find_contacts(contacts: Sequence[Row], criteria: Mapping[str, object]) -> list[str]:
    """Return the ids of the contacts that meet all criteria, ascending."""
    found = [row for row in contacts if all(_CONTACT[name](row, str(value)) for name, value in criteria.items())]
    return [str(number) for number in sorted(row["Id"] for row in found)]


def _meets(row: Row, contacts: Sequence[Row], name: str, value: object) -> bool:
    text = str(value)
    if name == "MainContactId":
        business = next((one.get("BusinessId") for one in contacts if one["Id"] == row["ContactId"]), None)
        return text in {str(row["ContactId"]), str(business)}
    if name in _PROJECT:
        return _PROJECT[name](row, text)
    return str(row.get(name, "")) == text


def _status(row: Row) -> Mapping[str, str]:
    return MODULES[str(row["CategoryId"])]["statuses"][str(row["StatusId"])]


def _words(text: object) -> list[str]:
    plain = "".join(one for one in unicodedata.normalize("NFD", str(text)) if not unicodedata.combining(one))
    return re.findall(r"[a-z0-9]+", plain.lower())


def _holds_words(texts: Sequence[object], query: str) -> bool:
    held = [word for text in texts for word in _words(text)]
    return all(word in held for word in _words(query))


def _holds_choices(row: Row, text: str) -> bool:
    choices = MODULES["3"]["fields"]["Set1"]["choices"]
    mask = int(text) if text.isdigit() else sum(int(bit) for bit, label in choices.items() if label in text.split(","))
    return row["CategoryId"] == 3 and int(row.get("Set1", 0)) & mask == mask


def _is_choice(row: Row, text: str) -> bool:
    choices = MODULES["3"]["fields"]["Enum1"]["choices"]
    return "Enum1" in row and text in {str(row["Enum1"]), choices[str(row["Enum1"])]}


def _is_at(row: Row, text: str) -> bool:
    return str(row.get("Date1", ""))[: len(text)] == text


_PROJECT: Mapping[str, Callable[[Row, str], bool]] = {
    "Query": lambda row, text: _holds_words([row["Name"], row.get("Text1", "")], text),
    "StatusGroup": lambda row, text: _status(row)["group"] == text,
    "StatusId": lambda row, text: text in {str(row["StatusId"]), _status(row)["label"]},
    "UserId": lambda row, text: text in {str(row["UserId"]), USERS[str(row["UserId"])]},
    "CategoryId": lambda row, text: text in {str(row["CategoryId"]), MODULES[str(row["CategoryId"])]["name"]},
    "UpdatedSince": lambda row, text: row["UpdatedAt"] >= (text if len(text) > 10 else f"{text} 00:00:00"),
    "Deleted": lambda row, text: str(row.get("Deleted", 0)) == text,
    "Enum1": _is_choice,
    "Set1": _holds_choices,
    "Date1": _is_at,
}
_CONTACT: Mapping[str, Callable[[Row, str], bool]] = {
    "Type": lambda row, text: row["Type"] == text,
    "Email": lambda row, text: str(row.get("Email", "")).lower() == text.lower(),
    "Phone": lambda row, text: re.sub(r"\D", "", str(row.get("Phone", ""))).endswith(text.lstrip("+")),
    "BusinessId": lambda row, text: str(row.get("BusinessId", "")) == text,
    "Query": lambda row, text: (
        _holds_words([row.get(name, "") for name in ("Name", "FirstName", "LastName", "Email", "Phone")], text)
        or (text.isdigit() and len(text) >= 6 and _CONTACT["Phone"](row, text))
    ),
}
