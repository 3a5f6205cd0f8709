"""The words of the fake MiniCRM in the account's language: error texts, and the few labels that are its own.

Two of the Hungarian texts are `observed`, and marked; the documents print no error text, so all others are `assumed`.
"""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "hu"]
Text = Literal[
    "bad_parameter",
    "missing_parameter",
    "not_found",
    "method_not_allowed",
    "internal_error",
    "fixed",
    "task_closed",
    "no_filter",
    "too_many_requests",
    "access_denied",
]

_TEXTS: dict[Text, dict[Language, str]] = {
    "bad_parameter": {"en": "Bad parameter", "hu": "Nem megfelelő paraméter"},  # hu: observed
    "missing_parameter": {"en": "Missing parameter", "hu": "Hiányzó paraméter"},
    "not_found": {"en": "Not found!", "hu": "Nem található!"},
    "method_not_allowed": {"en": "Method not allowed!", "hu": "A metódus nem engedélyezett!"},  # hu: observed
    "internal_error": {"en": "Internal error", "hu": "Belső hiba"},
    "fixed": {"en": "Can not be changed", "hu": "Nem módosítható"},
    "task_closed": {"en": "A closed task can not be changed!", "hu": "Lezárt feladat nem módosítható!"},
    "no_filter": {"en": "Missing search parameter!", "hu": "Hiányzó keresési feltétel!"},
    "too_many_requests": {"en": "Too many requests!", "hu": "Túl sok kérés!"},
    "access_denied": {"en": "Unauthorized: Access denied", "hu": "Unauthorized: Access denied"},
}

_LABELS: dict[str, dict[Language, str]] = {
    "CategoryId": {"en": "Module", "hu": "Modul"},
    "StatusId": {"en": "Status", "hu": "Státusz"},
    "UserId": {"en": "Responsible", "hu": "Felelős"},
    "Type": {"en": "Type", "hu": "Típus"},
    "Person": {"en": "Person", "hu": "Személy"},
    "Business": {"en": "Business", "hu": "Cég"},
}


def say(language: Language, text: Text, names: str = "") -> str:
    """Return an error text, followed by the names of the parameters it is about."""
    words = _TEXTS[text][language]
    return f"{words}: {names}" if names else words


def label_of(language: Language, name: str, default: str = "") -> str:
    """Return the label a user of this account sees for a built-in name, else `default`, else the name itself."""
    return _LABELS[name][language] if name in _LABELS else default or name
