"""Which projects and contacts the second server's MiniCRM finds."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.contract.self_test.second_server import data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.contract.self_test.second_server.data import Row

_PROJECT_FIELDS = ("Id", "CategoryId", "ContactId", "Name", "Deleted", "Int301", "Text303")
_CONTACT_FIELDS = ("Id", "Type", "Email", "BusinessId", "FirstName", "LastName", "Name", "Position")


class SearchError(Exception):
    """A criterion cannot be used; the message names it."""


def find_projects(rows: Mapping[int, Row], criteria: Mapping[str, str]) -> list[Row]:
    """Return the projects that meet every criterion, of which there must be one, without the trash unless asked for."""
    if not any(criteria.values()):
        raise SearchError("Query")
    tests = [_test_project(name, value) for name, value in criteria.items()]
    hidden = "Deleted" not in criteria
    return [row for row in rows.values() if not (hidden and row["Deleted"]) and all(test(row) for test in tests)]


def find_contacts(rows: Mapping[int, Row], criteria: Mapping[str, str]) -> list[Row]:
    """Return the contacts that meet every criterion."""
    tests = [_test_contact(name, value) for name, value in criteria.items()]
    return [row for row in rows.values() if all(test(row) for test in tests)]


def name_contact(row: Row) -> str:
    """Return the name under which a contact is listed."""
    return row.get("Name") or f"{row.get('LastName', '')} {row.get('FirstName', '')}".strip()


def fold(text: str) -> str:
    """Return a text without capitals and accents."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()


def _words(texts: Iterable[object]) -> set[str]:
    return {word for text in texts if isinstance(text, str) for word in re.findall(r"\w+", fold(text))}


def _test_project(name: str, value: str) -> Callable[[Row], bool]:
    if name == "Query":
        wanted = _words([value])
        return lambda row: bool(wanted) and wanted <= _words([row["Name"], row.get("Text303")])
    if name == "UpdatedSince":
        if not _is_moment(value):
            raise SearchError(name)
        return lambda row: row["UpdatedAt"] >= value
    if name in {"CreatedAt", "UpdatedAt"}:
        return lambda row: row[name] == value or row[name][:10] == value
    if name == "BusinessId":
        return lambda row: value == str(row["ContactId"])
    if name == "StatusGroup":
        if value not in {"Lead", "Open", "Success", "Failed"}:
            raise SearchError(name)
        return lambda row: data.STATUSES[str(row["CategoryId"])][row["StatusId"]][1] == value
    labels: dict[str, Any] = {
        "StatusId": {number: label for each in data.STATUSES.values() for number, (label, _) in each.items()},
        "UserId": data.USERS,
        "CreatedBy": data.USERS,
        "UpdatedBy": data.USERS,
        "Forras": data.SOURCES,
    }
    if name in labels:
        return lambda row: value in {str(row[name]), labels[name].get(row[name])}
    if name not in _PROJECT_FIELDS:
        raise SearchError(name)
    return lambda row: str(row[name]) == value


def _test_contact(name: str, value: str) -> Callable[[Row], bool]:
    if name == "Query":
        return _test_query(value)
    if name == "Phone":
        return lambda row: _digits(row["Phone"]).endswith(_digits(value))
    if name == "Name":
        return lambda row: fold(value) in fold(name_contact(row))
    if name == "MainContactId":
        return lambda row: value in {str(row["Id"]), str(row.get("BusinessId"))}
    if name not in _CONTACT_FIELDS or (name == "Type" and value not in data.CONTACT_TYPES):
        raise SearchError(name)
    return lambda row: str(row.get(name, "")).casefold() == value.casefold()


def _test_query(value: str) -> Callable[[Row], bool]:
    if value.isdigit() and len(value) >= 6:
        return lambda row: _digits(row["Phone"]).endswith(value)
    wanted = _words([value])
    texts = ("Name", "FirstName", "LastName", "Email", "Position")
    return lambda row: bool(wanted) and wanted <= _words(row.get(name) for name in texts)


def _is_moment(text: str) -> bool:
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S"):
        with suppress(ValueError):
            datetime.strptime(text, form)  # noqa: DTZ007 - the account's own time, which has no zone
            return True
    return False


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
