"""Which contacts a search finds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.contract.harness.accounts.minicrm_account import ROOT, read_found, restrict
from tests.contract.harness.checks import expect, expect_equal, expect_same_ids
from tests.contract.harness.rules import NotTestedError, rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount, Row

_FULL_TEXT = "Contact Search (full-text)"
_BY_FIELD = "Contact Search (field-based)"


def _find_contact(minicrm: MinicrmAccount, is_wanted: Callable[[Row], Any], need: str) -> Row:
    for row in minicrm.list_contacts(2).values():
        if is_wanted(row):
            return row
    raise NotTestedError(f"no contact {need}")


def _digits(row: Row) -> str:
    return re.sub(r"\D", "", str(row.get("Phone") or ""))


@rule("minicrm.contact-search.full-text", source=_FULL_TEXT)
def check_full_text(minicrm: MinicrmAccount) -> None:
    """Query finds the contacts that have the word in their name, and leaves out those that have it nowhere."""
    row = _find_contact(minicrm, lambda row: re.fullmatch(r"[A-Za-z]{3,}.*", str(row["Name"])), "has a plain name")
    word = re.split(r"[^A-Za-z]", str(row["Name"]))[0]
    contacts = minicrm.list_contacts()
    named = {one for one, each in contacts.items() if word.casefold() in str(each["Name"]).casefold().split()}
    found = minicrm.search_all("Contact", Query=word)
    expect(named <= set(found), f"all {len(named)} contacts named {word}", f"{sorted(named - set(found))[:8]} missing")
    for contact_id in [one for one in found if one not in named][:6]:
        texts = " ".join(map(str, minicrm.fetch("Contact", contact_id).values())).casefold()
        expect(word.casefold() in texts, f"{word!r} in contact {contact_id}", "none of its texts has it")


@rule("minicrm.contact-search.every-name", source=_FULL_TEXT)
def check_every_name(minicrm: MinicrmAccount) -> None:
    """Query finds a contact by each word of its name, the first name and the last."""
    row = _find_contact(minicrm, lambda row: re.fullmatch(r"[A-Za-z]{3,} [A-Za-z]{3,}", str(row["Name"])), "has two")
    for word in str(row["Name"]).split():
        found = minicrm.search_all("Contact", Query=word)
        expect(str(row["Id"]) in found, f"contact {row['Id']} for Query={word}", list(found)[:8])


@rule("minicrm.contact-search.accents", source=_FULL_TEXT, provenance="observed")
def check_accents(minicrm: MinicrmAccount) -> None:
    """Query is blind to letter case and accents (grade B)."""
    row = _find_contact(minicrm, lambda row: "Á" in str(row["Name"]) or "á" in str(row["Name"]), "has an á in the name")
    word = next(each for each in str(row["Name"]).split() if "á" in each.casefold())
    plain = word.casefold().replace("á", "a")
    found = [set(minicrm.search_all("Contact", Query=each)) for each in (word, plain, word.upper())]
    expect_same_ids(found[1], found[0], f"the contacts for {plain!r}, against those for {word!r}")
    expect_same_ids(found[2], found[0], f"the contacts for {word.upper()!r}, against those for {word!r}")


@rule("minicrm.contact-search.unicode", source="Character Encoding")
def check_unicode(minicrm: MinicrmAccount) -> None:
    """Names from outside of ASCII are found by their UTF-8."""
    row = _find_contact(minicrm, lambda row: re.search(r"[^\x00-\x7f]{2}", str(row["Name"])), "has such a name")
    word = next(each for each in str(row["Name"]).split() if not each.isascii())
    found = minicrm.search_all("Contact", Query=word)
    expect(str(row["Id"]) in found, f"contact {row['Id']} for Query={word}", list(found)[:8])
    expect(len(found) < len(minicrm.list_contacts()), f"only contacts with {word!r}", "all contacts")


@rule("minicrm.contact-search.email", source=_BY_FIELD)
def check_email(minicrm: MinicrmAccount) -> None:
    """Email finds the contacts with that address, and no others."""
    contacts = minicrm.list_contacts(2)
    known = [str(row["Email"]) for row in contacts.values() if row.get("Email")]
    if not known:
        raise NotTestedError("no contact among the hits shows an e-mail address")
    for email in known[:4]:
        found = minicrm.search_all("Contact", Email=email)
        expect_same_ids(list(found), restrict(contacts, Email=email), f"the contacts with Email {email}")
    user, _, host = known[0].partition("@")
    for other in (f"{user}x@{host}", f"%@{host}", user, f"{user[:-1]}_@{host}"):
        expect_same_ids(
            minicrm.search("Contact", Email=other).ids, restrict(contacts, Email=other), f"those with {other}"
        )


@rule("minicrm.contact-search.email-plus", source=_BY_FIELD)
def check_email_plus(minicrm: MinicrmAccount) -> None:
    """An address with a plus is found where the plus is sent as %2B; a bare plus is a space, and %252B no plus."""
    row = _find_contact(minicrm, lambda row: "+" in str(row.get("Email") or ""), "has a plus in the e-mail address")
    email = str(row["Email"])
    found = {
        raw: read_found(minicrm.send("GET", f"{ROOT}/Contact", raw_query=f"Email={raw}")).ids
        for raw in (quote(email, safe=""), email, quote(email, safe="").replace("%2B", "%252B"))
    }
    once, bare, twice = found.values()
    expect(str(row["Id"]) in once, f"contact {row['Id']} for its address, encoded once", once)
    expect(str(row["Id"]) not in bare, f"no contact {row['Id']} for a bare plus, which is a space", bare)
    expect(str(row["Id"]) not in twice, f"no contact {row['Id']} for a plus encoded twice", twice)


@rule("minicrm.contact-search.type", source=_BY_FIELD)
def check_type(minicrm: MinicrmAccount) -> None:
    """Type=Person and Type=Business find contacts of that type alone."""
    found = {kind: minicrm.search_all("Contact", Type=kind) for kind in ("Person", "Business")}
    expect(not set(found["Person"]) & set(found["Business"]), "no contact in both", "one that both find")
    for kind, rows in found.items():
        for contact_id in (*list(rows)[:2], *list(rows)[-1:]):
            keys = set(minicrm.fetch("Contact", contact_id))
            wanted = "LastName" if kind == "Person" else "Name"
            expect(wanted in keys, f"the keys of a {kind} in contact {contact_id}", sorted(keys))


@rule("minicrm.contact-search.and", source=_BY_FIELD)
def check_and(minicrm: MinicrmAccount) -> None:
    """Email and Type must both hold, as in the document's example."""
    row = _find_contact(
        minicrm, lambda row: row.get("Email") and row["Type"] == "Person", "is a person with an address"
    )
    for kind, wanted in (("Person", True), ("Business", False)):
        for order in (("Email", "Type"), ("Type", "Email")):
            values = {"Email": str(row["Email"]), "Type": kind}
            found = minicrm.search("Contact", **{name: values[name] for name in order})
            expect(
                (str(row["Id"]) in found.rows) == wanted, f"contact {row['Id']} for Type={kind}: {wanted}", found.ids
            )


@rule("minicrm.contact-search.phone", source=_FULL_TEXT)
def check_phone(minicrm: MinicrmAccount) -> None:
    """Digits in Query find a phone number by its last 6 or more digits, whatever signs it is written with."""
    contacts = minicrm.list_contacts(2)
    rows = [row for row in contacts.values() if len(_digits(row)) > 8]
    if not rows:
        raise NotTestedError("no contact has a long phone number")
    for row in (rows[0], rows[-1]):
        for length in (6, 7, 8):
            digits = _digits(row)[-length:]
            ending = {one for one, each in contacts.items() if _digits(each).endswith(digits)}
            found = minicrm.search("Contact", Query=digits)
            expect(ending <= set(found.rows), f"contact {sorted(ending)} for Query={digits}", found.ids)
            wrong = [one for one in found.ids if one not in ending and digits not in str(minicrm.fetch("Contact", one))]
            expect(not wrong, f"only contacts whose phone ends with {digits}", wrong)


@rule("minicrm.contact-search.phone-every-digit", source=_FULL_TEXT)
def check_phone_every_digit(minicrm: MinicrmAccount) -> None:
    """Where more than 6 digits are sent all of them count: another digit before the last 6 finds nobody."""
    row = _find_contact(minicrm, lambda row: len(_digits(row)) > 8, "has a long phone number")
    digits = _digits(row)[-7:]
    other = f"{(int(digits[0]) + 1) % 10}{digits[1:]}"
    found = minicrm.search("Contact", Query=other).rows
    expect(str(row["Id"]) not in found, f"no contact {row['Id']} for {other}, whose phone ends with {digits}", "it")


@rule("minicrm.contact-search.phone-is-a-suffix", source=_FULL_TEXT)
def check_phone_suffix(minicrm: MinicrmAccount) -> None:
    """The digits are the last ones of the number: those at its beginning or in its middle do not find it."""
    row = _find_contact(minicrm, lambda row: len(_digits(row)) > 9, "has a long phone number")
    digits = _digits(row)
    for part in (digits[:7], digits[2:-1]):
        if not digits.endswith(part):
            found = minicrm.search("Contact", Query=part).rows
            expect(str(row["Id"]) not in found, f"no contact {row['Id']} for {part}, a part of {digits}", "it is found")


@rule("minicrm.contact-search.short-phone", source=_FULL_TEXT)
def check_short_phone(minicrm: MinicrmAccount) -> None:
    """At least 6 digits are needed: fewer find no contact by its phone number."""
    row = _find_contact(minicrm, lambda row: len(_digits(row)) > 8, "has a long phone number")
    for length in (3, 5):
        digits = _digits(row)[-length:]
        found = minicrm.search("Contact", Query=digits).rows
        words = re.split(r"\W+", " ".join(map(str, minicrm.fetch("Contact", row["Id"]).values())))
        if digits not in words:
            expect(str(row["Id"]) not in found, f"no contact {row['Id']} for {digits}", "it is found")


@rule("minicrm.contact-search.count", source="Searching")
def check_count(minicrm: MinicrmAccount) -> None:
    """Count is the number of contacts that the search finds."""
    for kind in ("Person", "Business"):
        count = minicrm.search("Contact", Type=kind).count
        expect_equal(count, len(minicrm.search_all("Contact", Type=kind)), f"Count for Type={kind}")


@rule("minicrm.contact-search.page-size", source="Searching")
def check_contact_page_size(minicrm: MinicrmAccount) -> None:
    """One page contains 100 contacts, and Page=1 goes on where it ended."""
    count = minicrm.search("Contact", Type="Person").count
    if count <= 100:
        raise NotTestedError(f"there are {count} persons, and the rule needs 101")
    pages = [minicrm.search("Contact", Type="Person", Page=page).ids for page in ("0", "1")]
    expect_equal(len(pages[0]), 100, "the number of contacts on Page=0")
    expect(not set(pages[0]) & set(pages[1]), "no contact on both pages", "one that is on both")
    expect_equal(len(pages[1]), min(count - 100, 100), "the number of contacts on Page=1")


@rule("minicrm.contact-search.unknown-type", source=_BY_FIELD, provenance="assumed")
def check_unknown_type(minicrm: MinicrmAccount) -> None:
    """A Type that is neither Person nor Business is refused with 400."""
    for kind in ("person", "Company", ""):
        response = minicrm.send("GET", f"{ROOT}/Contact", {"Type": kind})
        expect(response.status == 400, f"status 400 for Type={kind}", response.describe(), response)


@rule("minicrm.contact-search.unknown-parameter", source="Error handling")
def check_unknown_parameter(minicrm: MinicrmAccount) -> None:
    """A parameter that does not exist is illegal: the request is refused with 400."""
    for name in ("NoSuchParameterHere", "email"):
        response = minicrm.send("GET", f"{ROOT}/Contact", {name: "x"})
        expect(response.status == 400, f"status 400 for {name}=x", response.describe(), response)
