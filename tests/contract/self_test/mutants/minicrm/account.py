"""A MiniCRM account seen from outside: its searches and entities, and faults that find, page or keep others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mockserver.crm.api import ApiResponse
from tests.contract.self_test.mutants.faults import (
    Ask,
    Fault,
    Row,
    alter_json,
    at,
    call,
    read_body,
    read_login,
    with_body,
    with_json,
    with_query,
)

if TYPE_CHECKING:
    from mockserver.http.asgi import HttpRequest

SEARCH = "GET (Project|Contact)"
CREATE_PROJECT = "PUT Project"
UPDATE_PROJECT = "PUT Project/{id}"
_ROOT = "/Api/R3/"
_PAGE_SIZE = 100


def fetch(ask: Ask, like: HttpRequest, path: str, **query: str) -> Any:
    """Return the parsed body of a GET, or an empty object where it is refused."""
    came = call(ask, like, "GET", f"{_ROOT}{path}", query=query)
    return json.loads(came.body) if came.status == 200 else {}


def put(ask: Ask, like: HttpRequest, path: str, body: Row) -> ApiResponse:
    """Write an entity."""
    return call(ask, like, "PUT", f"{_ROOT}{path}", body)


def find_first(ask: Ask, like: HttpRequest, entity: str) -> int:
    """Return the id of the first project or contact."""
    return int(next(iter(fetch(ask, like, entity)["Results"])))


def find_first_module(ask: Ask, like: HttpRequest) -> int:
    """Return the id of the first module."""
    return int(next(iter(fetch(ask, like, "Category"))))


def fetch_schemas(ask: Ask, like: HttpRequest) -> Row:
    """Return the fields of all modules, persons and businesses as one schema."""
    paths = [*(f"Project/{module}" for module in fetch(ask, like, "Category")), "Person", "Business"]
    merged: Row = {}
    for path in paths:
        for name, kind in fetch(ask, like, f"Schema/{path}").items():
            merged[name] = {**merged.get(name, {}), **kind} if isinstance(kind, dict) else kind
    return merged


def kind_of(name: str, schema: Row) -> str:
    """Return what a field is: `Enum`, `Set`, or as the schema says, such as `Text`."""
    kind: Any = schema.get(name, "")
    if isinstance(kind, dict):
        return "Set" if name.startswith("Set") else "Enum"
    return str(kind).partition("(")[0]


@dataclass(frozen=True, slots=True)
class Search:
    """One search of projects or contacts, and the fake to ask."""

    ask: Ask
    request: HttpRequest

    @property
    def entity(self) -> str:
        """`Project` or `Contact`."""
        return self.request.path.rpartition("/")[2]

    @property
    def criteria(self) -> dict[str, str]:
        """The parameters as they were sent, without the page."""
        return {name: text for name, text in self.request.query if name != "Page"}

    @property
    def page(self) -> int:
        """The number of the page, from 0."""
        return int(dict(self.request.query).get("Page") or 0)

    def list_rows(self, **criteria: str | None) -> list[Row]:
        """Return all rows of this search, with other criteria where given."""
        found: list[Row] = []
        while True:
            page = str(len(found) // _PAGE_SIZE)
            came = self.ask(with_query(self.request, **criteria, Page=page))
            rows = list_results(json.loads(came.body)) if came.status == 200 else []
            found += rows
            if len(rows) < _PAGE_SIZE:
                return found

    def list_only(self, **criteria: str) -> list[Row]:
        """Return all rows of a search by these criteria alone."""
        return self.list_rows(**{**dict.fromkeys(self.criteria), **criteria})

    def fetch(self, row: Row) -> Row:
        """Return the detail of a row's entity."""
        return fetch(self.ask, self.request, f"{self.entity}/{row['Id']}")


def list_results(found: Row) -> list[Row]:
    """Return the rows of a search's parsed body."""
    results: Row | list[Row] = found["Results"]
    return list(results.values()) if isinstance(results, dict) else results


def unite(*found: Iterable[Row]) -> list[Row]:
    """Return the rows of several searches, each once, by ascending id."""
    rows = {int(row["Id"]): row for rows in found for row in rows}
    return [rows[row_id] for row_id in sorted(rows)]


def respond(came: ApiResponse, count: int, rows: list[Row]) -> ApiResponse:
    """Return a page of a search."""
    return with_json(came, {"Count": count, "Results": {str(row["Id"]): row for row in rows} or []})


def cut(slice_rows: Callable[[list[Row], int], list[Row]]) -> Fault:
    """Have a page cut otherwise out of all rows; `slice_rows` is given them and the page's number."""
    return _replace_rows(lambda search: search.list_rows(), slice_rows)


def find(select: Callable[[Search], list[Row]], *parameters: str) -> Fault:
    """Have a search find other rows, where one of the parameters is sent, if any are named."""
    return _replace_rows(select, lambda rows, page: rows[page * _PAGE_SIZE :][:_PAGE_SIZE], *parameters)


def _replace_rows(
    select: Callable[[Search], list[Row]], slice_rows: Callable[[list[Row], int], list[Row]], *parameters: str
) -> Fault:
    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        came = ask(request)
        search = Search(ask, request)
        is_meant = not parameters or bool({*parameters} & {*search.criteria})
        if not is_meant or came.status != 200 or "Results" not in json.loads(came.body):
            return came
        rows = select(search)
        return respond(came, len(rows), slice_rows(rows, search.page))

    return at(SEARCH, fault)


def keep(test: Callable[[Search, Row], bool], *parameters: str) -> Fault:
    """Have a search lose the rows that fail a test, where one of the parameters is sent."""
    return find(lambda search: [row for row in search.list_rows() if test(search, row)], *parameters)


def alter_found(change: Callable[[Row], object]) -> Fault:
    """Have the parsed body of a search reach the caller changed; one project by its ReferenceId passes."""
    return at(SEARCH, alter_json(lambda found: change(found) if "Results" in found else found))


def alter_fields(kind: str, change: Callable[[Any, Any], object], *, method: str) -> Fault:
    """Have the fields of one kind written (`PUT`) or read (`GET`) changed; `change` is given value and schema entry."""

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        schema = fetch_schemas(ask, request)

        def change_all(fields: Row) -> Row:
            return {
                name: change(value, schema[name]) if kind_of(name, schema) == kind else value
                for name, value in fields.items()
            }

        if method == "GET":
            return alter_json(change_all)(ask, request)
        body = read_body(request)
        return ask(with_body(request, change_all(body)) if body else request)

    return at(f"{method} (Project|Contact)(/{{id}})?" if method == "PUT" else "GET (Project|Contact)/{id}", fault)


def remember(entity: str, *names: str) -> Fault:
    """Have an update keep some keys outside of the fake, which would refuse them, and show them in the detail."""
    remembered: dict[tuple[object, str], Row] = {}

    def write(ask: Ask, request: HttpRequest) -> ApiResponse:
        body = read_body(request) or {}
        taken = {name: value for name, value in body.items() if name in names}
        others = {name: value for name, value in body.items() if name not in names}
        came = ask(with_body(request, others) if others else replace(request, method="GET"))
        if came.status != 200 or not taken:
            return came
        remembered.setdefault((read_login(request), request.path), {}).update(taken)
        return succeed(came, read_id(request))

    def read(ask: Ask, request: HttpRequest) -> ApiResponse:
        known = remembered.get((read_login(request), request.path), {})
        return alter_json(lambda detail: {**detail, **known})(ask, request)

    return both(at(f"PUT {entity}/{{id}}", write), at(f"GET {entity}/{{id}}", read))


def both(first: Fault, second: Fault) -> Fault:
    """Put two faults one behind the other."""
    return lambda ask, request: first(lambda changed: second(ask, changed), request)


def retry_refused(*statuses: int, write: Callable[[Ask, HttpRequest, Row], Iterable[ApiResponse]]) -> Fault:
    """Have a write that is refused succeed by the first of other writes that does."""

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        came = ask(request)
        body = read_body(request)
        if came.status not in statuses or body is None:
            return came
        return next((other for other in write(ask, request, body) if other.status == 200), came)

    return fault


def read_id(request: HttpRequest) -> str:
    """Return the id at the end of a path."""
    return request.path.rpartition("/")[2]


def succeed(came: ApiResponse, entity_id: str) -> ApiResponse:
    """Return the success of a write, or a refusal where that is no id."""
    return ApiResponse.of_json({"Id": int(entity_id)}) if entity_id.isdigit() else came
