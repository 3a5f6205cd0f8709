"""The second server's MiniCRM, with the shapes that live servers were recorded with.

Ids and counts are numbers, a row without a business lacks it, details print every field with labels, an empty
`Results` is `[]`, slashes are escaped, a search without a criterion is refused, and errors are Hungarian.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tests.contract.self_test.second_server import data
from tests.contract.self_test.second_server.minicrm_search import (
    SearchError,
    find_contacts,
    find_projects,
    name_contact,
)
from tests.contract.self_test.second_server.minicrm_shapes import print_contact, print_project, print_task, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.contract.self_test.second_server.data import Row

Reply = tuple[int, str, str]
_PAGE = 100
_TEXTS = {
    400: "Nem megfelelő paraméter",
    404: "A keresett elem nem található!",
    405: "A metódus nem engedélyezett!",
}
_METHODS = {
    "Category": "GET",
    "Schema": "GET",
    "Project": "GET PUT",
    "Contact": "GET PUT",
    "ToDoList": "GET",
    "ToDo": "GET PUT",
    "AddressList": "GET",
    "Address": "GET PUT",
}


class Minicrm:
    """One MiniCRM account."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[int, Row]] = {
            "Project": data.build_projects(),
            "Contact": data.build_contacts(),
            "ToDo": data.build_tasks(),
            "Address": data.build_addresses(),
        }

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes, root: str) -> Reply:
        """Answer one request that has logged in.

        Args:
            method: HTTP method.
            path: The path below `/Api/R3/`.
            query: Decoded parameters.
            body: The raw body.
            root: Where the API was reached, for `Url`.
        """
        entity, _, rest = path.strip("/").partition("/")
        entity = {"Todo": "ToDo", "TodoList": "ToDoList"}.get(entity, entity)
        if entity not in _METHODS:
            return _refuse(404, entity, method)
        closes = method == "POST" and entity == "ToDo" and rest
        if method not in _METHODS[entity].split() and not closes:
            return _refuse(405, entity, method)
        try:
            value = self._read(entity, rest, query, root) if method == "GET" else self._write(entity, rest, body)
        except (SearchError, ValueError) as error:
            return _refuse(400, entity, method, str(error))
        except LookupError:
            return _refuse(404, entity, method)
        return 200, "application/json; charset=utf-8", json.dumps(value, separators=(",", ":")).replace("/", "\\/")

    def refuse_login(self, method: str) -> Reply:
        """Answer a request that has not logged in, as the official manual prints it."""
        return 404, "text/plain; charset=utf-8", f"Api ({method}): Unauthorized: Access denied"

    def _read(self, entity: str, rest: str, query: dict[str, str], root: str) -> object:
        if entity == "Category":
            return self._list_modules(detailed=query.get("Detailed") == "1")
        if entity == "Schema":
            return schema_of(rest)
        if entity in {"Project", "Contact"} and not rest:
            return self._search(entity, query, root)
        number = int(rest) if rest.isdigit() else -1
        if entity == "ToDoList":
            return self._list_tasks(number, query.get("Status", "All"), root)
        if entity == "AddressList":
            return self._list_addresses(number, query, root)
        row = self._rows[entity][number]
        printers: dict[str, Callable[[Row], object]] = {
            "Project": lambda project: print_project(project, self._rows["Contact"]),
            "Contact": print_contact,
            "ToDo": print_task,
        }
        return printers.get(entity, dict)(row)

    def _list_modules(self, *, detailed: bool) -> object:
        if not detailed:
            return data.MODULES
        return {
            module: {
                "Id": place,
                "OrderId": place,
                "Name": name,
                "Type": "Generic",
                "SenderName": "Kiss Anna",
                "SenderEmail": "kiss.anna@ceg.example",
                "Phone": "",
            }
            for place, (module, name) in enumerate(data.MODULES.items(), start=1)
        }

    def _search(self, entity: str, query: dict[str, str], root: str) -> object:
        criteria = {name: value for name, value in query.items() if name != "Page"}
        if entity == "Project" and "ReferenceId" in criteria:
            wanted = criteria["ReferenceId"]
            found = {row["ReferenceId"]: row for row in self._rows["Project"].values() if row["ReferenceId"]}
            return print_project(found[wanted], self._rows["Contact"])
        page = query.get("Page", "0")
        if not page.isdigit():
            raise SearchError("Page")
        find = find_projects if entity == "Project" else find_contacts
        hits = find(self._rows[entity], criteria)
        shown = hits[int(page) * _PAGE :][:_PAGE]
        rows = {str(row["Id"]): self._print_hit(entity, row, root) for row in shown}
        return {"Count": len(hits), "Results": rows or []}

    def _print_hit(self, entity: str, row: Row, root: str) -> Row:
        hit = {"Id": row["Id"], "Name": row.get("Name") or name_contact(row), "Url": f"{root}/{entity}/{row['Id']}"}
        if entity == "Project":
            contact = self._rows["Contact"][row["ContactId"]]
            hit |= {name: row[name] for name in ("ContactId", "StatusId", "UserId", "Deleted")}
            hit["BusinessId"] = contact["Id"] if contact["Type"] == "Business" else contact.get("BusinessId")
        else:
            hit |= {name: row.get(name) for name in ("Type", "Email", "Phone", "BusinessId")}
        return {name: value for name, value in hit.items() if name != "BusinessId" or value}

    def _list_tasks(self, project: int, status: str, root: str) -> object:
        if status not in {"Open", "Closed", "All"}:
            raise SearchError("Status")
        _ = self._rows["Project"][project]
        tasks = [
            {
                "Id": row["Id"],
                "Status": row["Status"],
                "Comment": row["Comment"],
                "Deadline": row["Deadline"],
                "UserId": row["UserId"],
                "Type": row["Type"],
                "Url": f"{root}/ToDo/{row['Id']}",
            }
            for row in self._rows["ToDo"].values()
            if row["ProjectId"] == project and status in {"All", row["Status"]}
        ]
        return {"Count": len(tasks), "Results": tasks}

    def _list_addresses(self, contact: int, query: dict[str, str], root: str) -> object:
        _ = self._rows["Contact"][contact]
        lines: dict[str, Any] = {
            str(row["Id"]): f"{row['Name']} ({row['PostalCode']} {row['City']} {row['Address']})"
            for row in self._rows["Address"].values()
            if row["ContactId"] == contact
        }
        if query.get("Structured") == "1":
            lines = {
                key: {"Id": int(key), "Address": line, "Url": f"{root}/Address/{key}"} for key, line in lines.items()
            }
        return {"Count": len(lines), "Results": lines or []}

    def _write(self, entity: str, rest: str, sent: bytes) -> Row:
        body: Row = json.loads(sent)
        if not body:
            raise SearchError("Data (JSON)")
        rows = self._rows[entity]
        if rest:
            row = rows[int(rest) if re.fullmatch("[0-9]+", rest) else -1]
            if entity == "ToDo" and row["Status"] == "Closed":
                raise SearchError("Status")
            row.update({"Status": "Closed", **body} if "ClosedAt" in body else body)
            return {"Id": row["Id"]}
        _require(body, _REQUIRED[entity])
        new_id = max(rows) + 1
        rows[new_id] = {**_EMPTY[entity], **body, "Id": new_id}
        return {"Id": new_id}


_REQUIRED = {
    "Project": ("CategoryId", "ContactId"),
    "Contact": ("Type",),
    "ToDo": ("ProjectId",),
    "Address": ("ContactId", "Name"),
}
_EMPTY: dict[str, Row] = {
    "Project": {
        "Name": "",
        "StatusId": 2801,
        "UserId": 71,
        "Deleted": 0,
        "ReferenceId": "",
        "UpdatedAt": data.moment(1000),
    },
    "Contact": {"Email": "", "Phone": ""},
    "ToDo": {"Attachments": [], "Status": "Open", "Comment": "", "Deadline": "", "UserId": 71, "Type": 0},
    "Address": {"PostalCode": "", "City": "", "Address": "", "Default": 0},
}


def _require(body: Row, names: Iterable[str]) -> None:
    for name in names:
        if body.get(name) in (None, ""):
            raise SearchError(name)


def _refuse(status: int, entity: str, method: str, about: str = "") -> Reply:
    quoted = f': "{about}"' if about else ""
    text = f"{entity} ({method}): {_TEXTS[status]}{quoted}"
    return status, "text/plain; charset=utf-8", text
