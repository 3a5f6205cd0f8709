"""Mutants of MiniCRM: what live servers print otherwise than the document, or beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.crm.api import ApiResponse
from tests.contract.self_test.mutants.faults import (
    Fault,
    Row,
    alter_body,
    alter_json,
    alter_request,
    alter_rows,
    alter_texts,
    at,
    drop_keys,
    give,
    ignore,
    when,
    with_query,
)
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("minicrm")

_ADDRESSES = "GET AddressList/{id}"
_ADDRESS = "GET Address/{id}"
_PROJECT = "GET Project/{id}"


def _alter_objects(change: Callable[[Row], object]) -> Fault:
    """Have the Results of a list of addresses changed, where they are an object."""

    def change_results(found: Row) -> Row:
        results: Row | list[Row] = found["Results"]
        return {**found, "Results": change(results)} if isinstance(results, dict) else found

    return at(_ADDRESSES, alter_json(change_results))


def _leave_out(*names: str) -> Callable[[Row], Row]:
    return lambda found: {name: value for name, value in found.items() if name not in names}


def _search_since(request: HttpRequest) -> HttpRequest:
    day = dict(request.query).get("UpdatedAt")
    return with_query(request, UpdatedAt=None, UpdatedSince=day) if day else request


def _search_contact(request: HttpRequest) -> HttpRequest:
    business = dict(request.query).get("BusinessId")
    return with_query(request, BusinessId=None, ContactId=business) if business else request


def _keep_first_file(body: Row) -> Row:
    return {**body, "Attachments": body["Attachments"].split(",")[0]} if "Attachments" in body else body


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
    mutant("live-projects-have-tags", "example.12b-project-as-live", "The detail of a project has Tags.",
           at(_PROJECT, alter_json(lambda found: {**found, "Tags": []}))),
    mutant("project-lacks-its-mailbox", "example.12b-project-as-live",
           "The detail of a project has neither ProjectHash nor ProjectEmail.",
           at(_PROJECT, alter_json(_leave_out("ProjectHash", "ProjectEmail")))),
    mutant("status-changed-with-the-project", "example.12b-project-as-live",
           "StatusUpdatedAt is when anything of the project was changed.",
           at(_PROJECT, alter_json(lambda found: {**found, "StatusUpdatedAt": found.get("UpdatedAt")}))),
    mutant("dates-of-zeros-are-empty", "example.12b-project-as-live",
           "A date of zeros is printed as an empty text.",
           alter_texts(lambda text: "" if text.startswith("0000-00-00") else text)),
    mutant("live-names-are-short", "example.05b-schema-project-as-live",
           "The schema has the Name of a project as Text(128).",
           at("GET Schema/Project/{id}", alter_json(lambda found: {**found, "Name": "Text(128)"}))),
    mutant("long-names-are-refused", "example.14d-project-update-long-name", "A name of 200 letters is refused.",
           at("PUT Project/{id}", alter_body(lambda body: {**body, "Name": body.get("Name", "x") * 3}))),
    mutant("projects-stay-in-their-business", "example.14e-project-moves-to-another-business",
           "BusinessId is not looked at: a project stays within its business.",
           at("PUT Project/{id}", drop_keys("BusinessId"))),
    mutant("updated-at-is-since", "example.09b-project-search-by-updated-at",
           "UpdatedAt finds what was changed since that day.",
           at("GET Project", alter_request(_search_since))),
    mutant("updated-by-ignored", "example.09c-project-search-by-updated-by", "UpdatedBy is ignored.",
           at("GET Project", ignore("UpdatedBy"))),
    mutant("business-is-the-contact", "example.09d-project-search-by-business",
           "BusinessId finds projects whose contact is that business itself.",
           at("GET Project", alter_request(_search_contact))),
    mutant("live-details-have-email-type", "example.20b-person-as-live", "The detail of a person has an EmailType.",
           at("GET Contact/{id}", alter_json(lambda found: {**found, "EmailType": ""}))),
    mutant("person-lacks-the-fields-of-a-business", "example.20b-person-as-live",
           "The detail of a person has only the fields that the document shows.",
           at("GET Contact/{id}", alter_json(_leave_out("Description", "Url", "VatNumber", "Deleted")))),
    mutant("business-lacks-what-is-not-documented", "example.19b-business-as-live",
           "The detail of a business has only the fields that the document shows.",
           at("GET Contact/{id}", alter_json(_leave_out("EUVatNumber", "FoundingYear", "Capital", "MainActivity")))),
    mutant("person-fields-are-refused", "example.21b-person-update-fields-of-a-business",
           "A field that the document shows of businesses alone is refused for a person.",
           at("PUT Contact/{id}", alter_body(lambda body: {**body, **({"NoSuch": 1} if "VatNumber" in body else {})}))),
    mutant("person-fields-are-lost", "contact-update.live-fields",
           "A field that the document shows of businesses alone is taken of a person and lost.",
           at("PUT Contact/{id}", drop_keys("VatNumber", "Industry"))),
    mutant("task-duration-is-lost", "task-update.live-fields", "Duration and Reminder of a task are taken and lost.",
           at("PUT ToDo(/{id})?", drop_keys("Duration", "Reminder"))),
    mutant("task-shows-the-first-file", "task-update.live-fields", "Of several files a task shows the first.",
           at("PUT ToDo/{id}", alter_body(_keep_first_file))),
    mutant("open-tasks-are-closed-by-nobody", "example.24b-task-as-live",
           "ClosedBy and ClosedAt of an open task are empty.",
           at("GET ToDo/{id}", alter_json(lambda found: {**found, "ClosedBy": "", "ClosedAt": ""}))),
    mutant("live-tasks-lack-their-notes", "example.24b-task-as-live", "The detail of a task lacks Notes and Members.",
           at("GET ToDo/{id}", alter_json(_leave_out("Notes", "Members")))),
    mutant("no-deadline-is-empty", "example.24b-task-as-live",
           "A live server's task without a deadline has an empty text for it.",
           at("GET ToDo/{id}",
              alter_json(lambda found: {**found, "Deadline": found["Deadline"].replace("1970-01-01 01:00:00", "")}))),
    mutant("live-task-fields-are-refused", "example.25d-task-update-live-fields", "AddressId of a task is refused.",
           at("PUT ToDo/{id}", alter_body(lambda body: {**body, **({"NoSuch": 1} if "AddressId" in body else {})}))),
)
# fmt: on
