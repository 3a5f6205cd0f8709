"""PurgePerson: a person deleted for good. Nothing of this is ever played in somebody's account."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.contract.harness.accounts.minicrm_account import ROOT, read_object
from tests.contract.harness.checks import expect, expect_equal, expect_status
from tests.contract.harness.rules import CLIENTS, MANUAL, rule

if TYPE_CHECKING:
    from tests.contract.harness.accounts.minicrm_account import MinicrmAccount
    from tests.contract.harness.responses import CrmResponse

_rule = partial(rule, source="PurgePerson", document=MANUAL, provenance="observed", writes=True)


def _purge(minicrm: MinicrmAccount, person_id: str, method: str = "GET") -> CrmResponse:
    minicrm.need_home("a purged person is gone for good")
    return minicrm.send(method, f"{ROOT}/PurgePerson/{person_id}")


def _expect_there(minicrm: MinicrmAccount, contact_id: str) -> None:
    expect_status(minicrm.send("GET", f"{ROOT}/Contact/{contact_id}"), 200)


@_rule("minicrm.purge-person.for-good")
def check_for_good(minicrm: MinicrmAccount) -> None:
    """GET and PUT both delete the person for good, and answer a Message (grade B)."""
    minicrm.need_home("a purged person is gone for good")
    for method in ("GET", "PUT"):
        person = minicrm.make_contact(LastName=f"purged-{method}", Email=f"purged-{method.lower()}@example.com")
        response = _purge(minicrm, person, method)
        expect_status(response, 200)
        expect(bool(read_object(response).get("Message")), "a Message", response.describe(), response)
        expect_status(minicrm.send("GET", f"{ROOT}/Contact/{person}"), 404)
        found = minicrm.search("Contact", Email=f"purged-{method.lower()}@example.com")
        expect_equal(found.ids, list[str](), "the contacts of that address")


@_rule("minicrm.purge-person.nobody-else")
def check_nobody_else(minicrm: MinicrmAccount) -> None:
    """Purging a person leaves the business, its other people and all cards (grade B)."""
    minicrm.need_home("a purged person is gone for good")
    business = minicrm.save("Contact", {"Type": "Business", "Name": f"{minicrm.sandbox.prefix}business"})
    first, second = (minicrm.make_contact(LastName=name, BusinessId=int(business)) for name in ("first", "second"))
    before = len(minicrm.list_projects())
    expect_status(_purge(minicrm, first), 200)
    for contact in (business, second):
        _expect_there(minicrm, contact)
    expect_equal(
        sum(minicrm.search("Project", CategoryId=one).count for one in minicrm.list_modules()), before, "cards"
    )


@_rule("minicrm.purge-person.addresses", provenance="assumed")
def check_addresses(minicrm: MinicrmAccount) -> None:
    """The addresses of a purged person go along."""
    minicrm.need_home("a purged person is gone for good")
    person = minicrm.make_contact(LastName="purged")
    address = minicrm.save("Address", {"ContactId": int(person), "Name": f"{minicrm.sandbox.prefix}home"})
    expect_status(_purge(minicrm, person), 200)
    expect_status(minicrm.send("GET", f"{ROOT}/Address/{address}"), 404)


@_rule("minicrm.purge-person.contact-of-a-card")
def check_contact_of_a_card(minicrm: MinicrmAccount) -> None:
    """The contact of a card is refused, and stays (grades B, C)."""
    minicrm.need_home("a purged person is gone for good")
    person = minicrm.make_contact(LastName="of a card")
    card = minicrm.make_project(ContactId=int(person))
    response = _purge(minicrm, person)
    expect(400 <= response.status < 500, "a refusal", response.describe(), response)
    _expect_there(minicrm, person)
    expect_equal(str(minicrm.fetch("Project", card)["ContactId"]), person, "ContactId of the card")


@_rule("minicrm.purge-person.business")
def check_business(minicrm: MinicrmAccount) -> None:
    """A business is refused, and stays (grade B)."""
    minicrm.need_home("a purged person is gone for good")
    business = minicrm.save("Contact", {"Type": "Business", "Name": f"{minicrm.sandbox.prefix}business"})
    response = _purge(minicrm, business)
    expect(400 <= response.status < 500, "a refusal", response.describe(), response)
    _expect_there(minicrm, business)


@_rule("minicrm.purge-person.unknown-id", document=CLIENTS)
def check_unknown_id(minicrm: MinicrmAccount) -> None:
    """A person that does not exist, or was purged before, is refused (grade C)."""
    minicrm.need_home("a purged person is gone for good")
    person = minicrm.make_contact(LastName="purged")
    expect_status(_purge(minicrm, person), 200)
    for one in (person, "999999989"):
        response = _purge(minicrm, one)
        expect(400 <= response.status < 500, "a refusal", response.describe(), response)
