"""Companies of an account by their names, as people write them: without case, accents and, if need be, legal form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm_mcp.minicrm.models import Contact
from crm_mcp.minicrm.writes.known_contacts import KnownContacts, words_of_name

BUSINESS = "BusinessId"
"""The field of a person that holds the id of a company."""
_ALSO_CALLED = frozenset({"company", "companyname", "business", "businessname", "cég", "ceg", "cégnév", "cegnev"})
_FORMS = frozenset(
    (
        "kft",
        "bt",
        "zrt",
        "nyrt",
        "rt",
        "kkt",
        "ltd",
        "limited",
        "llc",
        "llp",
        "inc",
        "plc",
        "corp",
        "gmbh",
        "ag",
        "sarl",
    )
)


def name_company_field(fields: Mapping[str, Any], known: Sequence[str]) -> dict[str, Any]:
    """Return fields of a person in which a company stands as `BusinessId`, unless the account has such a field."""
    if BUSINESS in fields:
        return dict(fields)
    called = [name for name in fields if name not in known and _plain(name) in _ALSO_CALLED]
    return {BUSINESS if [name] == called else name: value for name, value in fields.items()}


def take_company_name(fields: dict[str, Any]) -> dict[str, object]:
    """Take a company out of fields that is given by its name and not by its id; return it, if there is one."""
    given = fields.get(BUSINESS)
    if not isinstance(given, str) or not given.strip() or given.strip().isdecimal():
        return {}
    return {BUSINESS: fields.pop(BUSINESS).strip()}


async def find_companies(name: str, known: KnownContacts) -> Sequence[Contact]:
    """Return the companies of a name, else those whose names differ in the legal form alone."""
    words = words_of_name(name)
    rows = await known.named(" ".join(_core(words)), "Business")
    companies = [one for one in rows if one.get("type", "Business") == "Business"]
    same = [one for one in companies if words_of_name(one["name"]) == words]
    return same or [one for one in companies if _core(words_of_name(one["name"])) == _core(words)]


def _core(words: Sequence[str]) -> Sequence[str]:
    return [word for word in words if word not in _FORMS] or words


def _plain(name: str) -> str:
    return "".join(filter(str.isalpha, name)).casefold()
