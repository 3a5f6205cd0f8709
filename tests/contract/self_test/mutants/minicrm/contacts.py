"""Mutants of MiniCRM: finding, creating and updating contacts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.contract.self_test.mutants.faults import (
    Ask,
    Fault,
    Row,
    alter_body,
    alter_parameter,
    at,
    default_keys,
    ignore,
    read_body,
)
from tests.contract.self_test.mutants.minicrm.account import (
    Search,
    fetch,
    find,
    keep,
    put,
    retry_refused,
    unite,
)
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.crm.api import ApiResponse
    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("minicrm")

_NAMES = ("FirstName", "LastName", "Name")
_CREATE = "PUT Contact"
_UPDATE = "PUT Contact/{id}"


def _match_phones(test: Callable[[str, str], bool]) -> Fault:
    """Have a Query of digits match phones otherwise; `test` is given a contact's phone and the digits."""

    def select(search: Search) -> list[Row]:
        digits = search.criteria["Query"].strip()
        if not digits.isdigit():
            return search.list_rows()
        return [row for row in search.list_rows(Query=None) if test(row["Phone"], digits)]

    return at("GET Contact", find(select, "Query"))


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)


def _match_email(test: Callable[[str, str], bool]) -> Fault:
    """Have Email match otherwise; `test` is given a contact's address and the value."""

    def select(search: Search) -> list[Row]:
        return [row for row in search.list_rows(Email=None) if test(row["Email"], search.criteria["Email"])]

    return find(select, "Email")


def _match_name(test: Callable[[str, str], bool]) -> Fault:
    """Have Name match otherwise; `test` is given a contact's name and the value."""

    def select(search: Search) -> list[Row]:
        return [row for row in search.list_rows(Name=None) if test(row["Name"], search.criteria["Name"])]

    return at("GET Contact", find(select, "Name"))


def _is_like(value: str, pattern: str) -> bool:
    signs = {"%": ".*", "_": "."}
    return re.fullmatch("".join(signs.get(sign) or re.escape(sign) for sign in pattern), value) is not None


def _find_any(search: Search) -> list[Row]:
    """Return the contacts that meet any one of the criteria."""
    return unite(*(search.list_only(**{name: text}) for name, text in search.criteria.items()))


def _holds(search: Search, row: Row) -> bool:
    return any(search.criteria["Query"] in str(value) for value in search.fetch(row).values())


def _blank_others(ask: Ask, request: HttpRequest) -> ApiResponse:
    now = fetch(ask, request, request.path.removeprefix("/Api/R3/"))
    texts = {name: "" for name in now if name not in {*_NAMES, "Id", "BusinessId", "Type"}}
    return default_keys(**texts)(ask, request)


def _create_instead(ask: Ask, request: HttpRequest, body: Row) -> Iterator[ApiResponse]:
    if not body.get("Type"):
        yield put(ask, request, "Contact", {"Type": "Person", "LastName": "?", **body})


def _make_person(body: Row) -> Row:
    name = {"LastName": body["Name"]} if "Name" in body else {"LastName": body.get("LastName", "Nobody")}
    return {**{key: value for key, value in body.items() if key != "Name"}, **name, "Type": "Person"}


def _swap_names(body: Row) -> Row:
    swapped = {"FirstName": "LastName", "LastName": "FirstName"}
    return {swapped.get(name, name): value for name, value in body.items()}


def _name_nobody(ask: Ask, request: HttpRequest) -> ApiResponse:
    body = read_body(request) or {}
    name = "Name" if body.get("Type") == "Business" else "LastName"
    return default_keys(**{name: "Nobody"})(ask, request)


# fmt: off
MUTANTS = (
    mutant("phone-needs-the-whole-number", "contact-search.phone",
           "A phone is found by its whole number alone, not by its last digits.",
           _match_phones(lambda phone, digits: _digits(phone) == digits)),
    mutant("phone-found-by-its-beginning", "contact-search.phone-is-a-suffix",
           "A phone is found by its first digits rather than its last.",
           _match_phones(lambda phone, digits: _digits(phone).startswith(digits))),
    mutant("phone-found-by-four-digits", "contact-search.short-phone",
           "A phone is found by fewer than its last six digits.",
           _match_phones(lambda phone, digits: _digits(phone).endswith(digits))),
    mutant("phone-found-anywhere", "contact-search.phone-is-a-suffix", "A phone is found by digits out of its middle.",
           _match_phones(lambda phone, digits: digits in _digits(phone))),
    mutant("phone-minds-its-punctuation", "contact-search.phone",
           "A phone that is written with spaces, dashes or a slash is not found by its digits.",
           _match_phones(lambda phone, digits: phone.endswith(digits))),
    mutant("contact-query-finds-whole-names", "contact-search.full-text",
           "Query finds contacts whose whole name it is.",
           at("GET Contact", keep(lambda search, row: row["Name"] == search.criteria["Query"], "Query"))),
    mutant("contact-query-minds-case", "contact-search.accents", "Query tells capitals from small letters.",
           at("GET Contact", keep(_holds, "Query"))),
    mutant("email-ignored", "contact-update.found-by-new-value", "Email is ignored: every contact is found.",
           at("GET Contact", ignore("Email"))),
    mutant("type-ignored", "contact-search.unknown-type", "Type is ignored: persons and businesses are found.",
           at("GET Contact", ignore("Type"))),
    mutant("email-found-in-part", "contact-search.email", "Email finds addresses that hold the value.",
           _match_email(lambda email, text: text in email)),
    mutant("email-takes-like-wildcards", "contact-search.email", "In Email `_` and `%` are wildcards: a_b finds a.b.",
           _match_email(_is_like)),
    mutant("name-is-the-whole-name", "contact-search.name-part", "Name finds the contacts whose whole name it is.",
           _match_name(lambda name, text: name == text)),
    mutant("name-found-by-its-beginning", "contact-search.name-part", "Name finds names that begin with the value.",
           _match_name(lambda name, text: name.casefold().startswith(text.casefold()))),
    mutant("name-minds-case", "contact-search.name-folded", "Name tells capitals from small letters.",
           _match_name(lambda name, text: text in name)),
    mutant("name-minds-accents", "contact-search.name-folded", "Name tells letters with accents from those without.",
           _match_name(lambda name, text: text.casefold() in name.casefold())),
    mutant("name-takes-like-wildcards", "contact-search.name-is-plain-text", "In Name `_` and `%` are wildcards.",
           _match_name(lambda name, text: _is_like(name.casefold(), f"%{text.casefold()}%"))),
    mutant("main-contact-is-one-contact", "contact-search.main-contact",
           "MainContactId finds that contact alone, without its people.",
           find(lambda search: [row for row in search.list_rows() if row["Id"] == search.criteria["MainContactId"]],
                "MainContactId")),
    mutant("bare-plus-is-refused", "contact-search.phone-bare-plus",
           "A phone number with a bare plus, which decodes to a space, is refused.",
           at("GET Contact", alter_parameter("Phone", lambda text: f"{text}x" if text.startswith(" ") else text))),
    mutant("contact-criteria-joined-by-or", "contact-search.and",
           "A contact that meets any one of the criteria is found.",
           at("GET Contact", find(_find_any))),
    mutant("contact-update-blanks-others", "contact-update.only-what-is-sent",
           "An update of a contact empties the fields that it does not name, but for the name.",
           at(_UPDATE, _blank_others)),
    mutant("contact-update-drops-the-business", "contact-update.business-stays",
           "An update takes a person out of their business.",
           at(_UPDATE, default_keys(BusinessId=""))),
    mutant("contact-update-creates", "contact-update.unknown-id",
           "An update of a contact that does not exist creates one.",
           at(_UPDATE, retry_refused(400, 404, write=_create_instead))),
    mutant("every-contact-is-a-person", "contact-create.required",
           "Type is ignored on creating: a business becomes a person without a last name.",
           at(_CREATE, alter_body(_make_person))),
    mutant("contact-needs-no-name", "contact-create.required", "A contact is created without a name.",
           at(_CREATE, _name_nobody)),
    mutant("contact-names-swapped", "contact-create.person", "A person's names are swapped on writing.",
           at("PUT Contact(/{id})?", alter_body(_swap_names))),
)
# fmt: on
