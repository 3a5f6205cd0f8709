"""Wrong fakes of MiniCRM: addresses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockserver.minicrm import addresses
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import forgets_unknown, replaces, replaces_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.minicrm.call import Call
    from mockserver.minicrm.store import Address


def _alter_list(patch: pytest.MonkeyPatch, change: Callable[[Call, Any], object]) -> None:
    @replaces_endpoint(patch, "AddressList/{id}", "GET")
    def list_addresses(original: Callable[[Call], Any], call: Call) -> object:
        return change(call, original(call))


@wrong_fake("minicrm.addresses-by-id", "minicrm.address-list.shape")
def list_by_id(patch: pytest.MonkeyPatch) -> None:
    """The Results of an address list are an object, as live servers have it, rather than a list that holds one."""
    _alter_list(patch, lambda _call, found: {**found, "Results": found["Results"][0] if found["Results"] else {}})


@wrong_fake("minicrm.addresses-one-object-each", "minicrm.address-list.shape")
def list_one_each(patch: pytest.MonkeyPatch) -> None:
    """The Results of an address list hold one object for each address rather than one for all."""
    _alter_list(
        patch,
        lambda _call, found: {
            **found,
            "Results": [{key: line} for each in found["Results"] for key, line in each.items()],
        },
    )


@wrong_fake("minicrm.addresses-are-objects", "minicrm.address-list.shape")
def list_objects(patch: pytest.MonkeyPatch) -> None:
    """An address list has an object for each address rather than a line of text."""

    def change(_call: Call, found: Any) -> object:
        results = [{key: {"Id": key, "Address": line} for key, line in each.items()} for each in found["Results"]]
        return {**found, "Results": results}

    _alter_list(patch, change)


@wrong_fake("minicrm.address-count-of-results", "minicrm.address-list.count")
def count_results(patch: pytest.MonkeyPatch) -> None:
    """Count of an address list is 1, the length of its Results."""
    _alter_list(patch, lambda _call, found: {**found, "Count": len(found["Results"])})


@wrong_fake("minicrm.addresses-of-every-contact", "minicrm.address-list.own-addresses")
def list_all(patch: pytest.MonkeyPatch) -> None:
    """The list of a contact's addresses holds those of every contact."""

    @replaces(patch, addresses, "list_rows")
    def list_rows(original: Callable[..., Any], connection: Any, kind: Any, *_where: Any) -> Any:
        return original(connection, kind, "1", ())


@wrong_fake("minicrm.address-list-lacks-the-last", "minicrm.address-list.complete")
def lose_last(patch: pytest.MonkeyPatch) -> None:
    """The list of a contact's addresses lacks the last one, and Count agrees."""

    @replaces(patch, addresses, "list_rows")
    def list_rows(original: Callable[..., Any], *args: Any) -> Any:
        found = original(*args)
        return found[:-1] if len(found) > 1 else found


@wrong_fake("minicrm.address-lines-lack-the-name", "minicrm.address-list.lines")
def lose_name(patch: pytest.MonkeyPatch) -> None:
    """A line of an address list lacks the address's name."""

    @replaces(patch, addresses, "render_line")
    def render_line(original: Callable[[Address], str], address: Address) -> str:
        return original(address).partition("(")[2].rstrip(")")


@wrong_fake("minicrm.addresses-of-unknown-contact-are-none", "minicrm.address-list.unknown-contact")
def list_none(patch: pytest.MonkeyPatch) -> None:
    """The list of addresses of a contact that does not exist is empty rather than not found."""
    forgets_unknown(patch, "AddressList/{id}")


@wrong_fake("minicrm.address-update-blanks-others", "minicrm.address-update.only-what-is-sent")
def blank_others(patch: pytest.MonkeyPatch) -> None:
    """An update of an address empties the fields that it does not name, but for the name."""

    @replaces(patch, addresses, "_write")
    def write(original: Callable[..., None], call: Call, address: Address, body: dict[str, object]) -> None:
        address.fields = {name: value for name, value in address.fields.items() if name == "Name"}
        original(call, address, body)


@wrong_fake("minicrm.address-changes-its-contact", "minicrm.address-update.contact-stays")
def change_contact(patch: pytest.MonkeyPatch) -> None:
    """An update gives an address to another contact."""

    @replaces_endpoint(patch, "Address/{id}", "PUT")
    def update(original: Callable[[Call], object], call: Call) -> object:
        given = call.read_body().get("ContactId")
        if given is not None:
            address = call.read_target(addresses.Address)
            call.connection.execute("UPDATE minicrm_address SET contact_id = ? WHERE id = ?", (given, address.id))
        return original(call)


@wrong_fake("minicrm.address-needs-no-contact", "minicrm.address-create.required")
def need_no_contact(patch: pytest.MonkeyPatch) -> None:
    """An address is created without a ContactId, for the first contact."""

    @replaces_endpoint(patch, "Address", "PUT")
    def create(original: Callable[[Call], object], call: Call) -> object:
        first = call.connection.execute("SELECT min(id) FROM minicrm_contact").fetchone()[0]
        return original(replace(call, body=json.dumps({"ContactId": first, **call.read_body()}).encode()))


@wrong_fake("minicrm.address-goes-to-the-first-contact", "minicrm.address-update.contact-stays")
def ignore_contact(patch: pytest.MonkeyPatch) -> None:
    """A new address goes to the first contact, whatever its ContactId."""

    @replaces_endpoint(patch, "Address", "PUT")
    def create(original: Callable[[Call], Any], call: Call) -> object:
        made = original(call)
        sql = "UPDATE minicrm_address SET contact_id = (SELECT min(id) FROM minicrm_contact) WHERE id = ?"
        call.connection.execute(sql, (made["Id"],))
        return made


@wrong_fake("minicrm.postal-code-is-text", "minicrm.address.postal-code")
def print_code_as_text(patch: pytest.MonkeyPatch) -> None:
    """The detail of an address has its PostalCode as text where the document prints a number."""
    patch.setattr(addresses, "_print_postal_code", str)
