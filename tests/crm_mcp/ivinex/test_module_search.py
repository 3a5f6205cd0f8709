"""Modules are looked for politely, and an answer that shows nothing is not taken for a module."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TypeVar

import pytest

from crm_mcp.crm.messages import Request, Response
from crm_mcp.errors import AuthenticationError, RateLimitedError
from crm_mcp.ivinex.client import IvinexClient
from crm_mcp.ivinex.setup.module_search import MOST_ASKED, ModuleSearch, search_modules, suggest_names

_T = TypeVar("_T")
EMPTY: list[object] = []


class Portal:
    """A portal with these answers by module id: records, or the status of a refusal."""

    def __init__(self, answers: dict[str, object], *, otherwise: object = 400) -> None:
        self._answers = answers
        self._otherwise = otherwise
        self.asked: list[str] = []

    async def perform(self, request: Request, parse: Callable[[Response], _T]) -> _T:
        module_id = dict(request.query)["CollectionTypeID"]
        self.asked.append(module_id)
        answer = self._answers.get(module_id, self._otherwise)
        status, body = (answer, {"Error": "no"}) if isinstance(answer, int) else (200, {"Records": answer})
        return parse(Response(status, json.dumps(body).encode(), "application/json", request, {}))

    def search(self, first_id: int = 1001) -> ModuleSearch:
        return asyncio.run(search_modules(IvinexClient(self), first_id))


def found(search: ModuleSearch) -> list[str]:
    return [module.module_id for module in search.found]


def test_an_empty_module_counts_where_ids_of_nobody_are_refused() -> None:
    assert found(Portal({"1001": [{"collection_id": "1"}], "1004": EMPTY}).search()) == ["1001", "1004"]


def test_an_empty_answer_is_no_module_where_any_id_gets_one() -> None:
    assert found(Portal({"1003": [{"collection_id": "1"}]}, otherwise=EMPTY).search()) == ["1003"]


def test_a_module_that_this_login_may_not_see_is_passed_over() -> None:
    assert found(Portal({"1001": 403, "1002": [{"collection_id": "1"}]}).search()) == ["1002"]


def test_it_gives_up_after_a_gap_and_asks_few_ids_in_all() -> None:
    portal = Portal({})
    search = portal.search()
    assert not search.found
    assert len(portal.asked) < 30
    everywhere = Portal({}, otherwise=[{"collection_id": "1"}])
    assert len(found(everywhere.search(5000))) == MOST_ASKED


def test_a_refused_login_is_raised_at_once() -> None:
    portal = Portal({}, otherwise=401)
    with pytest.raises(AuthenticationError):
        portal.search()
    assert len(portal.asked) == 1


def test_a_portal_that_wants_a_rest_keeps_what_was_found() -> None:
    search = Portal({"1001": [{"collection_id": "1"}], "1006": 429}).search()
    assert found(search) == ["1001"]
    assert isinstance(search.stopped_by, RateLimitedError)


def test_two_modules_that_look_alike_get_two_names() -> None:
    person = {"collection_id": "1", "first_name": "Anna", "last_name": "Nagy"}
    search = Portal({"1001": [person], "1002": [person], "1003": [{"collection_id": "1", "x_12": "y"}]}).search()
    assert suggest_names(search.found) == {"1001": "contact", "1002": "module_1002", "1003": "module_1003"}
