"""Mutants of MiniCRM: addresses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.contract.self_test.mutants.faults import (
    Ask,
    Fault,
    Row,
    alter_json,
    at,
    default_keys,
    respond_to,
    set_keys,
    with_json,
)
from tests.contract.self_test.mutants.minicrm.account import Search, fetch, find_first, remember
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.crm.api import ApiResponse
    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("minicrm")

_LIST = "GET AddressList/{id}"


def _alter_results(change: Callable[[list[Row]], object]) -> Fault:
    """Have the Results of a list changed, where they are one."""

    def change_results(found: Row) -> Row:
        return {**found, "Results": change(found["Results"])} if _is_list(found) else found

    return at(_LIST, alter_json(change_results))


def _is_list(found: Row) -> bool:
    return isinstance(found["Results"], list)


def _lose_last(found: Row) -> Row:
    if found["Count"] < 2 or not _is_list(found):
        return found
    [lines] = found["Results"]
    return {"Count": found["Count"] - 1, "Results": [dict(list(lines.items())[:-1])]}


def _list_all(ask: Ask, request: HttpRequest) -> ApiResponse:
    came = ask(request)
    contacts = Search(ask, replace(request, path="/Api/R3/Contact", query=[])).list_rows()
    lists = [fetch(ask, request, f"AddressList/{contact['Id']}")["Results"] for contact in contacts]
    lines = {key: line for results in lists for each in results for key, line in each.items()}
    return with_json(came, {"Count": len(lines), "Results": [lines]}) if came.status == 200 else came


def _blank_others(ask: Ask, request: HttpRequest) -> ApiResponse:
    now = fetch(ask, request, request.path.removeprefix("/Api/R3/"))
    texts = {name: "" for name, value in now.items() if isinstance(value, str) and name != "Name"}
    return default_keys(**texts)(ask, request)


def _with_first_contact(words: Callable[..., Fault]) -> Fault:
    return lambda ask, request: words(ContactId=find_first(ask, request, "Contact"))(ask, request)


# fmt: off
MUTANTS = (
    mutant("addresses-by-id", "address-list.shape",
           "The Results of an address list are an object, as live servers have it, rather than a list that holds one.",
           _alter_results(lambda results: results[0] if results else {})),
    mutant("addresses-one-object-each", "address-list.shape",
           "The Results of an address list hold one object for each address rather than one for all.",
           _alter_results(lambda results: [{key: line} for each in results for key, line in each.items()])),
    mutant("addresses-are-objects", "address-list.shape",
           "An address list has an object for each address rather than a line of text.",
           _alter_results(
               lambda results: [{key: {"Id": key, "Address": line} for key, line in each.items()} for each in results]
           )),
    mutant("address-count-of-results", "address-list.count",
           "Count of an address list is 1, the length of its Results.",
           at(_LIST, alter_json(lambda found: {**found, "Count": len(found["Results"])}))),
    mutant("addresses-of-every-contact", "address-list.own-addresses",
           "The list of a contact's addresses holds those of every contact.",
           at(_LIST, _list_all)),
    mutant("address-list-lacks-the-last", "address-list.complete",
           "The list of a contact's addresses lacks the last one, and Count agrees.",
           at(_LIST, alter_json(_lose_last))),
    mutant("address-lines-lack-the-name", "address-list.lines", "A line of an address list lacks the address's name.",
           _alter_results(
               lambda results: [
                   {key: line.partition("(")[2].rstrip(")") for key, line in each.items()} for each in results
               ]
           )),
    mutant("addresses-of-unknown-contact-are-none", "address-list.unknown-contact",
           "The list of addresses of a contact that does not exist is empty rather than not found.",
           at(_LIST, respond_to(404, {"Count": 0, "Results": []}))),
    mutant("address-update-blanks-others", "address-update.only-what-is-sent",
           "An update of an address empties the fields that it does not name, but for the name.",
           at("PUT Address/{id}", _blank_others)),
    mutant("address-changes-its-contact", "address-update.contact-stays",
           "An update gives an address to another contact.",
           remember("Address", "ContactId")),
    mutant("address-needs-no-contact", "address-create.required",
           "An address is created without a ContactId, for the first contact.",
           at("PUT Address", _with_first_contact(default_keys))),
    mutant("address-goes-to-the-first-contact", "address-update.contact-stays",
           "A new address goes to the first contact, whatever its ContactId.",
           at("PUT Address", _with_first_contact(set_keys))),
    mutant("postal-code-is-text", "address.postal-code",
           "The detail of an address has its PostalCode as text where the document prints a number.",
           at("GET Address/{id}", alter_json(lambda found: {**found, "PostalCode": str(found["PostalCode"])}))),
)
# fmt: on
