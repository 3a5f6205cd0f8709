"""Criteria of a contact search that the document does not describe, and live servers take."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tests.contract.harness.accounts.minicrm_account import ROOT, read_found
from tests.contract.harness.checks import expect, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount, Row

_BY_FIELD = "Contact Search (field-based)"


def _fold(text: object) -> str:
    plain = unicodedata.normalize("NFKD", str(text).casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _expect_by_part(minicrm: MinicrmAccount, part: str) -> None:
    """Demand exactly the contacts that have a part in their name."""
    contacts = minicrm.list_contacts()
    wanted = [one for one, row in contacts.items() if _fold(part) in _fold(row["Name"])]
    found = minicrm.search_all("Contact", Name=part)
    expect_same_ids(list(found), wanted, f"the contacts for Name={part}")


def _find_name(minicrm: MinicrmAccount, pattern: str) -> str:
    names = (str(row["Name"]) for row in minicrm.list_contacts().values())
    for name in names:
        if re.search(pattern, name):
            return name
    raise NotTestedError("no contact has such a name")


@rule("minicrm.contact-search.name-part", source=_BY_FIELD, provenance="observed")
def check_name_part(minicrm: MinicrmAccount) -> None:
    """Name finds each contact that has the text anywhere in its name, also across the names' border (grades A, B)."""
    name = _find_name(minicrm, r"^[A-Za-z]{3,} [A-Za-z]{3,}")
    for part in (name, name[1:-1], name[:3], name.split()[1]):
        _expect_by_part(minicrm, part)


@rule("minicrm.contact-search.name-folded", source=_BY_FIELD, provenance="observed")
def check_name_folded(minicrm: MinicrmAccount) -> None:
    """Name is blind to letter case and accents (grades A, B)."""
    word = next(each for each in _find_name(minicrm, "[áÁ]").split() if "á" in each.casefold())
    for part in (word, word.upper(), word.casefold().replace("á", "a")):
        _expect_by_part(minicrm, part)


@rule("minicrm.contact-search.name-is-plain-text", source=_BY_FIELD, provenance="observed")
def check_name_is_plain(minicrm: MinicrmAccount) -> None:
    """In Name `%`, `_` and `*` stand for themselves (grade B)."""
    name = _find_name(minicrm, "^[A-Za-z]{3,}")
    for part in (f"{name[0]}%{name[2]}", f"{name[0]}_{name[2]}", f"{name[:2]}*"):
        _expect_by_part(minicrm, part)


@rule("minicrm.contact-search.main-contact", source=_BY_FIELD, provenance="observed")
def check_main_contact(minicrm: MinicrmAccount) -> None:
    """MainContactId finds a business and its people, and nobody else (grade B)."""
    businesses = minicrm.search("Contact", Type="Business").ids
    for business in businesses[:8]:
        people = minicrm.search_all("Contact", Type="Person", BusinessId=business)
        if people:
            found = minicrm.search_all("Contact", MainContactId=business)
            expect_same_ids(list(found), [business, *people], f"the contacts for MainContactId={business}")
            return
    raise NotTestedError("none of the first businesses has people")


@rule("minicrm.contact-search.phone-bare-plus", source="Contact Search (full-text)", provenance="observed")
def check_phone_bare_plus(minicrm: MinicrmAccount) -> None:
    """Phone is found with a leading plus, sent as %2B or bare as the official manual prints it (grade B)."""
    rows: list[Row] = list(minicrm.list_contacts().values())
    row = next((row for row in rows if re.match(r"\+[0-9 ]{8,}$", str(row.get("Phone") or ""))), None)
    if row is None:
        raise NotTestedError("no contact has a phone number with a plus")
    digits = re.sub(r"\D", "", str(row["Phone"]))
    for raw in (f"%2B{digits}", f"+{digits}", digits):
        found = read_found(minicrm.send("GET", f"{ROOT}/Contact", raw_query=f"Phone={raw}"))
        expect(str(row["Id"]) in found.rows, f"contact {row['Id']} for Phone={raw}", found.ids, found.response)
