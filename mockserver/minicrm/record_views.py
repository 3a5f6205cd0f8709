"""How the page shows MiniCRM's records: persons, businesses, each module's projects, and their tasks and addresses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mockserver.crm.api import ApiRequest, ApiResponse
from mockserver.crm.profiles import Language
from mockserver.crm.record_views import Record, RecordField, RecordKind, RecordPage, Related, Search
from mockserver.documents.strict_json import as_list, as_object
from mockserver.minicrm import PREFIX
from mockserver.minicrm.endpoints.addresses import ADDRESS_FIELDS
from mockserver.minicrm.endpoints.search import PAGE_SIZE
from mockserver.minicrm.endpoints.task_row import TASK_STATUSES, build_task_fields
from mockserver.minicrm.schema import CONTACT_TYPES, Account, ContactType, Field, find_label
from mockserver.minicrm.stored.views import (
    build_stored_kinds,
    build_stored_read,
    build_stored_search,
    is_stored,
    list_on_card,
)
from mockserver.texts import mark

_PROJECT = "project-"
_YES_NO = {"1": mark("Yes"), "0": mark("No")}
_ANYWHERE = {"Query": mark("any word")}
# A person's address also finds a business, whose record says what it is.
_LINKS = {"ContactId": "person", "BusinessId": "business"}
_TOLD = (
    RecordField("BusinessId", type="Int", links_to="business", is_read_only=True),
    *(RecordField(name, type="Text", is_read_only=True) for name in ("CreatedBy", "UpdatedBy")),
    *(RecordField(name, type="DateTime", is_read_only=True) for name in ("CreatedAt", "UpdatedAt")),
)
"""What the detail of a project says beside the fields of its module."""
_TITLES = ("Name", "Comment", "Address", "Subject", "Number", "Status_New_Name")
"""What a record is called by: the first of these that it has."""
_HIDDEN = {"Id", "CategoryId", "Type"}  # the kind of the record says them


class MinicrmRecordViews:
    """The views of one account's records.

    Args:
        account: The account.
        language: The account's language.
    """

    def __init__(self, account: Account, language: Language) -> None:
        self._language: Language = language
        self._kinds = {each.name: each for each in _build_kinds(account)}

    def list_kinds(self) -> Sequence[RecordKind]:
        """Return persons, businesses, each module's projects, tasks and addresses."""
        return list(self._kinds.values())

    def build_search(self, kind: RecordKind, search: Search) -> ApiRequest:
        """Return `GET Project` of a module or `GET Contact` of a type, with one criterion at most."""
        if is_stored(kind):
            return build_stored_search(kind, search)
        if kind.name.startswith(_PROJECT):
            path, query = "Project", [("CategoryId", kind.name.removeprefix(_PROJECT))]
        else:
            path, query = "Contact", [("Type", kind.name.capitalize())]
        if search.value:
            query.append((search.field or "Query", search.value))
        if search.page:
            query.append(("Page", str(search.page)))
        return _get(path, query)

    def parse_page(self, kind: RecordKind, response: ApiResponse) -> RecordPage:
        """Read `{"Count": n, "Results": ...}`: an object by id, a list of rows, or of one object of id and address."""
        document = as_object(json.loads(response.body)) if response.status == 200 else None
        if document is None:
            return RecordPage(())
        rows = list(_list_rows(document.get("Results")))
        count = document.get("Count")
        total = count if isinstance(count, int) else int(str(count or 0))
        return RecordPage([_read_record(kind, row) for row in rows], len(rows) >= PAGE_SIZE, total)

    def build_read(self, kind: RecordKind, record_id: str) -> ApiRequest:
        """Return `GET Project/1234` and its like."""
        if is_stored(kind):
            return build_stored_read(kind, record_id)
        return _get(f"{_name_entity(kind)}/{record_id}")

    def parse_record(self, kind: RecordKind, response: ApiResponse) -> Record | None:
        """Read a detail; what it says of its type or module is its kind, which may not be the one asked for."""
        found = as_object(json.loads(response.body)) if response.status == 200 else None
        if found is None:
            return None
        return _read_record(self._find_own_kind(kind, found), found)

    def build_write(self, kind: RecordKind, record_id: str, values: Mapping[str, object]) -> ApiRequest:
        """Return `PUT Project`, `PUT Project/1234` and their like."""
        body = dict(values)
        if not record_id and kind.name.startswith(_PROJECT):
            body = {"CategoryId": int(kind.name.removeprefix(_PROJECT)), **body}
        if not record_id and kind.name in {"person", "business"}:
            body = {"Type": kind.name.capitalize(), **body}
        path = f"{PREFIX}/{_name_entity(kind)}{f'/{record_id}' if record_id else ''}"
        return ApiRequest("PUT", path, (), json.dumps(body, ensure_ascii=False).encode(errors="replace"), "")

    def parse_written(self, response: ApiResponse) -> str:
        """Read `{"Id": 1234}`."""
        written = as_object(json.loads(response.body)) if response.status == 200 else None
        return str(written["Id"]) if written else ""

    def list_related(self, kind: RecordKind, record_id: str) -> Sequence[Related]:
        """Return the tasks of a project; the people, projects and addresses of a contact."""
        if kind.name.startswith(_PROJECT):
            tasks = Related(mark("Tasks"), "task", _get(f"ToDoList/{record_id}"), {"ProjectId": record_id})
            return [tasks, *list_on_card(record_id)]
        if kind.name not in {"person", "business"}:
            return []
        related = [Related(mark("Addresses"), "address", _get(f"AddressList/{record_id}"), {"ContactId": record_id})]
        if kind.name == "business":
            people = _get("Contact", [("Type", "Person"), ("BusinessId", record_id)])
            related.append(Related(mark("People"), "person", people, {"BusinessId": record_id}))
        projects = next((name for name in self._kinds if name.startswith(_PROJECT)), "")
        if projects:
            request = _get("Project", [("MainContactId", record_id)])
            related.append(Related(mark("Projects"), projects, request, can_create=False))
        return related

    def _find_own_kind(self, kind: RecordKind, found: Mapping[str, object]) -> RecordKind:
        if kind.name.startswith(_PROJECT):
            return self._kinds.get(f"{_PROJECT}{found.get('CategoryId')}", kind)
        if kind.name in {"person", "business"}:
            is_business = found.get("Type") in {"Business", find_label(self._language, "Business")}
            return self._kinds["business" if is_business else "person"]
        return kind


def _build_kinds(account: Account) -> Iterable[RecordKind]:
    for contact_type in CONTACT_TYPES.values():
        yield _build_contact_kind(account, contact_type)
    for module in account.modules.values():
        fields = [_build_field(each) for each in module.fields.values() if each.name not in _HIDDEN]
        by_name = {each.name: each for each in fields}
        told = [each for each in _TOLD if each.name not in by_name]
        yield RecordKind(
            name=f"{_PROJECT}{module.module_id}",
            title=module.name,
            singular=mark("project"),
            fields=[by_name["Name"], *(each for each in fields if each.name != "Name"), *told],
            columns=[by_name[name] for name in ("Name", "StatusId", "ContactId", "UserId")] + [RecordField("Id")],
            sorts=["Name", "StatusId", "ContactId", "UserId", "Id"],
            is_sorted_by_api=False,
            searches={**_ANYWHERE, **{each.name: each.label or each.name for each in fields}},
        )
    task = {name: _build_field(each) for name, each in build_task_fields(account).items()}
    task["ContactId"] = replace(task["ContactId"], is_required=False)
    if account.modules:
        task["ProjectId"] = replace(task["ProjectId"], links_to=f"{_PROJECT}{next(iter(account.modules))}")
    yield RecordKind(
        name="task",
        title=mark("Tasks"),
        singular=mark("task"),
        fields=list(task.values()),
        columns=[task["Comment"], task["Status"], task["Deadline"], task["UserId"]],
        is_listed=False,
    )
    address = {name: _build_field(each) for name, each in ADDRESS_FIELDS.items()}
    yield RecordKind(
        name="address",
        title=mark("Addresses"),
        singular=mark("address"),
        fields=list(address.values()),
        columns=[address["Name"]],
        is_listed=False,
    )
    yield from build_stored_kinds(f"{_PROJECT}{next(iter(account.modules))}" if account.modules else "")


def _build_contact_kind(account: Account, contact_type: ContactType) -> RecordKind:
    fields = [_build_field(each) for each in account.contact_fields[contact_type].values() if each.name not in _HIDDEN]
    titles = {"Person": mark("People"), "Business": mark("Businesses")}
    singulars = {"Person": mark("person"), "Business": mark("business")}
    links = [each for each in fields if each.name == "BusinessId"]
    columns = [RecordField("Name"), RecordField("Email"), RecordField("Phone"), *links, RecordField("Id")]
    return RecordKind(
        name=contact_type.lower(),
        title=titles[contact_type],
        singular=singulars[contact_type],
        fields=fields,
        columns=columns,
        sorts=[each.name for each in columns],
        is_sorted_by_api=False,
        searches={**_ANYWHERE, "Name": "Name", **{each.name: each.label or each.name for each in fields}},
    )


def _build_field(each: Field) -> RecordField:
    choices = {str(choice): label for choice, label in each.choices.items()}
    if each.kind == "Boolean":
        choices = _YES_NO
    if each.name == "Status" and not choices:
        choices = {status: status for status in TASK_STATUSES}
    return RecordField(
        name=each.name,
        label=each.label,
        type=each.type_text or each.kind,
        choices=choices,
        links_to=_LINKS.get(each.name, ""),
        is_required=each.is_required or each.name in {"ContactId", "ProjectId"},
    )


def _name_entity(kind: RecordKind) -> str:
    if kind.name.startswith(_PROJECT):
        return "Project"
    return {"task": "ToDo", "address": "Address"}.get(kind.name, "Contact")


def _get(path: str, query: Sequence[tuple[str, str]] = ()) -> ApiRequest:
    return ApiRequest("GET", f"{PREFIX}/{path}", query, b"", "")


def _list_rows(results: object) -> Iterable[dict[str, object]]:
    for each in [results] if as_object(results) is not None else as_list(results) or []:
        row = as_object(each) or {}
        if "Id" in row:
            yield row
            continue
        for key, inner in row.items():  # by id: a row, or the line of an address
            yield as_object(inner) or {"Id": key, "Name": inner}


def _read_record(kind: RecordKind, found: Mapping[str, object]) -> Record:
    record_id = str(found["Id"])
    title = next(
        (
            str(found[name])
            for name in ("Name", "Comment", "Address", "Subject", "Number", "Status_New_Name")
            if found.get(name)
        ),
        "",
    )
    if not title:  # the detail of a person has no Name
        title = " ".join(str(found[name]) for name in ("FirstName", "LastName") if found.get(name))
    return Record(kind.name, record_id, title or f"{kind.singular} {record_id}", found)
