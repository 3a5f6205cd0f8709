"""Mutants of MiniCRM: what live servers print otherwise than the document, or beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.crm.api import ApiResponse
from tests.contract.self_test.mutants.faults import (
    Fault,
    Row,
    alter_json,
    alter_rows,
    at,
    drop_keys,
    give,
    when,
)
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable

mutant = mutants_of("minicrm")

_ADDRESSES = "GET AddressList/{id}"
_ADDRESS = "GET Address/{id}"


def _alter_objects(change: Callable[[Row], object]) -> Fault:
    """Have the Results of a list of addresses changed, where they are an object."""

    def change_results(found: Row) -> Row:
        results: Row | list[Row] = found["Results"]
        return {**found, "Results": change(results)} if isinstance(results, dict) else found

    return at(_ADDRESSES, alter_json(change_results))


def _leave_out(*names: str) -> Callable[[Row], Row]:
    return lambda found: {name: value for name, value in found.items() if name not in names}


# fmt: off
MUTANTS = (
    mutant("rows-leave-out-what-is-empty", "example.18b-contact-rows-as-live",
           "A row of a contact without an e-mail address or a phone lacks those keys.",
           at("GET Contact", alter_rows(lambda row: {name: value for name, value in row.items() if value != ""}))),
    mutant("rows-print-business-0", "example.18b-contact-rows-as-live",
           "The row of a person without a business has a BusinessId of 0.",
           at("GET Contact", alter_rows(lambda row: {"BusinessId": 0, **row}))),
    mutant("no-task-type-is-0", "example.23d-task-list-as-live",
           "A task without a type has the type 0 in a live server's list.",
           at("GET ToDoList/{id}", alter_rows(lambda row: {**row, "Type": row["Type"] or "0"}))),
    mutant("live-addresses-in-a-list", "example.26b-address-list-as-live",
           "The Results of a live server's address list are a list that holds the object.",
           _alter_objects(lambda results: [results])),
    mutant("structured-addresses-in-a-list", "example.26c-address-list-structured",
           "Structured addresses are a list of objects.",
           _alter_objects(lambda results: list(results.values()))),
    mutant("structured-addresses-are-lines", "example.26c-address-list-structured",
           "Structured=1 is ignored: addresses are lines of text.",
           _alter_objects(lambda results: {key: row["Address"] for key, row in results.items()})),
    mutant("address-lacks-its-county", "example.27b-address-as-live", "The detail of an address lacks its County.",
           at(_ADDRESS, alter_json(_leave_out("County")))),
    mutant("address-changed-by-nobody", "example.27b-address-as-live",
           "Nobody has changed what was only created: UpdatedBy is empty.",
           at(_ADDRESS, alter_json(lambda found: {**found, "UpdatedBy": ""}))),
    mutant("county-is-lost", "address-create.county", "The County of an address is lost on writing.",
           at("PUT Address(/{id})?", drop_keys("County"))),
    mutant("only-one-spelling-of-tasks", "task.other-spelling",
           "Todo and TodoList, as the official manual also spells them, are not found.",
           when(lambda sent: "/Todo" in sent.path, give(ApiResponse(404, b"Todo (GET): Not found!", "text/plain")))),
)
# fmt: on
