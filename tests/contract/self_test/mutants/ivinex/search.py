"""A search of Ivinex seen from outside: its parameters, all its records, and faults that find or page others."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from tests.contract.self_test.mutants.faults import (
    Ask,
    Fault,
    Row,
    alter_request,
    at,
    with_json,
    with_query,
)

if TYPE_CHECKING:
    from mockserver.crm.api import ApiResponse
    from mockserver.http.asgi import HttpRequest

ID = "collection_id"
Filter = dict[str, Any]
"""One condition as it is sent, its operand under `Operand`."""
Test = Callable[[str | None, Filter, bool], bool]
"""Tells whether a record meets a condition: its value, the condition, and whether the fake finds it."""


@dataclass(frozen=True, slots=True)
class Search:
    """One search, and the fake to ask."""

    ask: Ask
    request: HttpRequest

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters as they were sent."""
        return dict(self.request.query)

    @property
    def filters(self) -> list[Filter]:
        """The conditions."""
        return read_filters(self.request)

    @property
    def limit(self) -> int:
        """How many records a page has."""
        text = self.parameters.get("Limit", "")
        return min(int(text), 100) if text.isdigit() else 10

    @property
    def offset(self) -> int:
        """Where the page begins."""
        text = self.parameters.get("Offset", "")
        return int(text) if text.isdigit() else 0

    def list_records(self, filters: list[Filter] | None = None, **parameters: str | None) -> list[Row]:
        """Return all records of this search, with other conditions and parameters where given."""
        changed = with_query(self.request, **parameters)
        changed = changed if filters is None else with_filters(changed, filters)
        found: list[Row] = []
        while True:
            came = self.ask(with_query(changed, Limit="100", Offset=str(len(found))))
            page: list[Row] = json.loads(came.body)["Records"]
            found += page
            if len(page) < 100:
                return found


def read_filters(request: HttpRequest) -> list[Filter]:
    """Return the conditions of a search; none where they cannot be read."""
    sent = dict(request.query)
    try:
        filters: Any = json.loads(sent.get("Filters", sent.get("Filter", "[]")))
    except ValueError:
        return []
    conditions = cast("list[Filter]", filters) if isinstance(filters, list) else []
    try:
        named = [{"Operand": each.get("Operand_Name"), **each} for each in conditions]
    except (AttributeError, TypeError):  # one is no object
        return []
    return named if all(isinstance(each["Operand"], str) and {"Field", "Value"} <= set(each) for each in named) else []


def with_filters(request: HttpRequest, filters: list[Filter]) -> HttpRequest:
    """Return a search with other conditions."""
    return with_query(request, Filter=None, Filters=json.dumps(filters) if filters else None)


def alter_filters(change: Callable[[list[Filter]], list[Filter]]) -> Fault:
    """Have the CRM see other conditions than were sent, where they can be read."""
    return alter_request(
        lambda request: with_filters(request, change(filters)) if (filters := read_filters(request)) else request
    )


def alter_each_filter(change: Callable[[Filter], Filter]) -> Fault:
    """Have the CRM see each condition changed."""
    return alter_filters(lambda filters: [change(each) for each in filters])


def alter_operands(change: Callable[[str], str]) -> Fault:
    """Have the CRM see the operand of each condition changed."""
    return alter_each_filter(lambda each: {**each, "Operand": change(each["Operand"])})


def mistake_operands(**mistaken: str) -> Fault:
    """Have the CRM take some operands for others."""
    return alter_operands(lambda operand: mistaken.get(operand, operand))


def find(select: Callable[[Search], list[Row]]) -> Fault:
    """Have a search that the fake takes find other records."""
    return page(lambda search: select(search)[search.offset :][: search.limit])


def page(select: Callable[[Search], list[Row]]) -> Fault:
    """Have a search that the fake takes respond with another page."""

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        came = ask(request)
        return with_json(came, {"Records": select(Search(ask, request))}) if came.status == 200 else came

    return at("GET", fault)


def cut(slice_records: Callable[[list[Row], int, int], list[Row]]) -> Fault:
    """Have a page cut otherwise out of all records; `slice_records` is given them, offset and limit."""
    return page(lambda search: slice_records(search.list_records(), search.offset, search.limit))


def match(operands: set[str], test: Test) -> Fault:
    """Have conditions with some operands, or their opposites, compare otherwise."""

    def select(search: Search) -> list[Row]:
        changed = [each for each in search.filters if each["Operand"] in operands]
        if not changed:
            return search.list_records()
        found = search.list_records([each for each in search.filters if each not in changed])
        for each in changed:
            right = {row[ID] for row in search.list_records([each])}
            name = ID if each["Field"] == "id" else each["Field"]
            found = [row for row in found if test(row[name], each, row[ID] in right)]
        return found

    return find(select)


def link(list_links: Callable[[Search, str, str], list[str]]) -> Fault:
    """Have LinkedTo find what is linked to any of some records; `list_links` is given the module's and record's id."""

    def select(search: Search) -> list[Row]:
        linked = next((each for each in search.filters if each["Operand"] == "LinkedTo"), None)
        if linked is None:
            return search.list_records()
        others = [each for each in search.filters if each != linked]
        module, _, record = str(linked["Value"]).partition(":")
        links = list_links(search, module, record)
        wanted = {row[ID] for value in links for row in search.list_records([{**linked, "Value": value}])}
        return [row for row in search.list_records(others) if row[ID] in wanted]

    return find(select)


def sort(order: Callable[[list[Row], str, bool], list[Row]]) -> Fault:
    """Have records sorted otherwise; `order` is given them by their ids, the field, and whether it descends."""

    def select(search: Search) -> list[Row]:
        name, _, direction = search.parameters.get("OrderBy", ID).partition(" ")
        rows = search.list_records(OrderBy=None)
        return order(rows, ID if name == "id" else name, direction.strip().upper() == "DESC")

    return find(select)
