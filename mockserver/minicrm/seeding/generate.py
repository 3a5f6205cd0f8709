"""Generates the rows of the `minicrm` part of a seed, whatever its modules are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from mockserver.crm.words import Words
from mockserver.minicrm.seeding.generate_cards import make_email, make_status_changes
from mockserver.minicrm.seeding.generate_documents import make_documents

# In percent; the rest are contacts.
_SHARES = {"projects": 35, "tasks": 15, "addresses": 10, "status_changes": 5, "emails": 5, "documents": 5}
_KINDS = {
    "contacts": "contact",
    "projects": "project",
    "tasks": "task",
    "addresses": "address",
    "status_changes": "status_change",
    "emails": "email",
    "documents": "document",
}
_LENGTH = re.compile(r"\(([0-9]+)\)")
# The fields that a module's `fields` may say more of; their values are made here as for every project.
_BUILT_IN = frozenset({"Id", "CategoryId", "ContactId", "StatusId", "UserId", "Name", "Deleted", "ReferenceId"})

Row = dict[str, object]


def can_extend(_part: Mapping[str, object]) -> bool:
    """Tell that any part can be extended: without modules, all rows are contacts."""
    return True


def extend(part: Mapping[str, object], count: int, words: Words) -> dict[str, object]:
    """Return the part with so many rows more: a quarter contacts, a third projects, and what lies on these."""
    return extend_kinds(part, _share(part, count), words)


def extend_kinds(part: Mapping[str, object], shares: Mapping[str, int], words: Words) -> dict[str, object]:
    """Return the part with so many rows more of each kind."""
    maker = _Maker(part, words)
    ids = {kind: _list_new_ids(part, kind, shares.get(kind, 0)) for kind in _KINDS}
    rows: dict[str, list[Row]] = {kind: list(cast("list[Row]", part.get(kind, []))) for kind in _KINDS}
    # Every fourth new contact is a business, and the first one is, so that people have somewhere to work.
    businesses = [row["Id"] for row in rows["contacts"] if row["Type"] == "Business"] + ids["contacts"][::4]
    for index, row_id in enumerate(ids["contacts"]):
        row = maker.make_person(row_id, businesses) if index % 4 else maker.make_business(row_id)
        rows["contacts"].append(row)
    contacts = [row["Id"] for row in rows["contacts"]]
    new_projects = [maker.make_project(row_id, contacts) for row_id in ids["projects"]]
    rows["projects"] += new_projects
    projects = [row["Id"] for row in rows["projects"]]
    rows["tasks"] += [maker.make_task(row_id, projects) for row_id in ids["tasks"]]
    rows["addresses"] += [maker.make_address(row_id, contacts) for row_id in ids["addresses"]]
    documents = make_documents(ids["documents"], new_projects, maker.modules, words)
    rows["documents"] += documents
    changes = make_status_changes(ids["status_changes"], new_projects, maker.statuses, words)
    rows["status_changes"] += changes
    # Where modules have no two statuses or are of no document's type, e-mails make up the number.
    lacking = len(ids["status_changes"]) - len(changes) + len(ids["documents"]) - len(documents)
    ids["emails"] = _list_new_ids(part, "emails", shares.get("emails", 0) + lacking)
    rows["emails"] += [make_email(row_id, words.pick(rows["projects"]), words) for row_id in ids["emails"]]
    made: dict[str, object] = {**part, **{kind: kept for kind, kept in rows.items() if kept}}
    if "next_ids" in part:
        next_ids = cast("dict[str, object]", part["next_ids"])
        made["next_ids"] = {
            **next_ids,
            **{word: ids[kind][-1] + 1 for kind, word in _KINDS.items() if word in next_ids and ids[kind]},
        }
    return made


def _share(part: Mapping[str, object], count: int) -> dict[str, int]:
    if not part.get("modules"):
        return {"contacts": count}
    shares = {kind: count * percent // 100 for kind, percent in _SHARES.items()}
    return {"contacts": count - sum(shares.values()), **shares}


def _list_new_ids(part: Mapping[str, object], kind: str, count: int) -> list[int]:
    held = [int(row["Id"]) for row in cast("list[Any]", part.get(kind, ()))]
    wanted = int(cast("dict[str, Any]", part.get("next_ids", {})).get(_KINDS[kind], 1))
    first = max([*held, wanted - 1], default=0) + 1
    return list(range(first, first + count))


class _Maker:
    """Makes rows of one account."""

    def __init__(self, part: Mapping[str, object], words: Words) -> None:
        self._words = words
        self._users = [int(user) for user in cast("dict[str, str]", part.get("users", {}))]
        self.modules = {
            int(key): module for key, module in cast("dict[str, dict[str, Any]]", part.get("modules", {})).items()
        }
        self.statuses = {
            key: [int(status) for status in module.get("statuses", {})] for key, module in self.modules.items()
        }
        self._module_ids = list(self.modules)
        self._contact_fields = cast("dict[str, dict[str, Any]]", part.get("contact_fields", {}))
        self._task_types = [0, *(int(key) for key in cast("dict[str, str]", part.get("task_types", {})))]

    def make_business(self, row_id: int) -> Row:
        words = self._words
        pool = words.pool()
        name = words.pick(pool.companies)
        row: Row = {
            "Id": row_id,
            "Type": "Business",
            "Name": name,
            "Email": words.email("info", name),
            "Phone": words.phone(pool),
            "Url": f"https://www.{words.email(name).rpartition('@')[2]}",
            "Region": words.pick(pool.cities),
            "Employees": words.number(1, 500),
        }
        return {**row, **self._make_fields(self._contact_fields.get("Business", {})), **self._make_history()}

    def make_person(self, row_id: int, businesses: Sequence[object]) -> Row:
        words = self._words
        pool = words.pool()
        first, last = words.pick(pool.first_names), words.pick(pool.last_names)
        row: Row = {"Id": row_id, "Type": "Person"}
        if words.happens(0.7):
            row["BusinessId"] = words.pick(businesses)
        row |= {
            "FirstName": first,
            "LastName": last,
            "Email": words.email(*((last, first) if pool.is_family_name_first else (first, last)), "mail"),
            "Phone": words.phone(pool),
            "Position": words.pick(pool.jobs),
        }
        return {**row, **self._make_fields(self._contact_fields.get("Person", {})), **self._make_history()}

    def make_project(self, row_id: int, contacts: Sequence[object]) -> Row:
        words = self._words
        module_id = words.pick(self._module_ids)
        module = self.modules[module_id]
        row: Row = {"Id": row_id, "CategoryId": module_id, "ContactId": words.pick(contacts)}
        if self.statuses[module_id]:
            row["StatusId"] = words.pick(self.statuses[module_id])
        users = [int(user) for user in module.get("listed_users") or self._users]
        if users:
            row["UserId"] = words.pick(users)
        row |= {"Name": words.phrase(), "ReferenceId": f"R-{row_id}"}
        if words.happens(0.02):
            row["Deleted"] = 1
        return {**row, **self._make_fields(module.get("fields", {})), **self._make_history()}

    def make_task(self, row_id: int, projects: Sequence[object]) -> Row:
        words = self._words
        created = words.moment()
        row: Row = {"Id": row_id, "ProjectId": words.pick(projects)}
        if self._users:
            row["UserId"] = words.pick(self._users)
        return {
            **row,
            "Type": words.pick(self._task_types),
            "Status": "Open" if words.happens(0.4) else "Closed",
            "Deadline": words.moment(created),
            "Comment": words.sentence(),
            "CreatedAt": created,
        }

    def make_address(self, row_id: int, contacts: Sequence[object]) -> Row:
        words = self._words
        pool = words.pool()
        return {
            "Id": row_id,
            "ContactId": words.pick(contacts),
            "Type": words.pick(("HQ", "Site", "Invoice", "Home")),
            "Name": words.pick(pool.companies),
            "CountryId": pool.country,
            "PostalCode": words.pick(pool.postcodes),
            "City": words.pick(pool.cities),
            "Address": f"{words.pick(pool.streets)} {words.number(1, 150)}.",
            "Default": 1 if words.happens(0.7) else 0,
            "CreatedAt": words.moment(),
        }

    def _make_history(self) -> Row:
        created = self._words.moment()
        history: Row = {"CreatedAt": created, "UpdatedAt": self._words.moment(created)}
        if self._users:
            history |= {"CreatedBy": self._words.pick(self._users), "UpdatedBy": self._words.pick(self._users)}
        return history

    def _make_fields(self, fields: Mapping[str, Mapping[str, Any]]) -> Row:
        row: Row = {}
        for name, field in fields.items():
            if name not in _BUILT_IN and (field.get("required") or not self._words.happens(0.2)):
                value = _make_value(field, self._words)
                if value is not None:
                    row[name] = value
        return row


def _make_value(field: Mapping[str, Any], words: Words) -> object:
    kind: str = field["type"].partition("(")[0]
    choices = [int(choice) for choice in field.get("choices", {})]
    if kind == "Enum":
        return words.pick(choices) if choices else None
    if kind == "Set":
        return sum(choice for choice in choices if words.happens(0.5))
    if kind == "Text":
        length = _LENGTH.search(field["type"])
        return words.sentence()[: int(length[1]) if length else None]
    return _BY_KIND[kind](words)


_BY_KIND: Mapping[str, Callable[[Words], object]] = {
    "Int": lambda words: words.number(1, 5000) * 1000,
    "Boolean": lambda words: words.number(0, 1),
    "DateTime": lambda words: words.moment(),
    "File": lambda words: f"https://files.example/{words.number(1, 10**6)}.pdf",
}
