"""Each method of the client sends its operation's request and returns its operation's model."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest

from crm_mcp.crm.messages import Request, Response
from crm_mcp.errors import InputError, NotFoundError
from crm_mcp.minicrm import wire
from crm_mcp.minicrm.client import MinicrmClient


class Recorder:
    """Responds to each request with the next body and keeps the requests."""

    def __init__(self, *bodies: object) -> None:
        self.bodies = list(bodies)
        self.requests: list[Request] = []

    async def perform(self, request: Request, parse: Callable[[Response], Any]) -> Any:
        self.requests.append(request)
        return parse(Response(200, json.dumps(self.bodies.pop(0)).encode(), "application/json", request))


PAGE = {"Count": 1, "Results": {"7": {"Id": 7, "Name": "n"}}}
CALLS: list[tuple[str, tuple[object, ...], dict[str, object], object]] = [
    ("list_modules", (), {"detailed": True}, {"3": "Sales"}),
    ("get_project_schema", ("3",), {}, {"Id": "Int"}),
    ("get_contact_schema", ("Person",), {}, {"Id": "Int"}),
    ("search_projects", ({"Query": "Test"}, 2), {}, PAGE),
    ("get_project", ("7",), {}, {"Id": 7}),
    ("create_project", ({"CategoryId": 3, "ContactId": 4},), {}, {"Id": 7}),
    ("update_project", ("7", {"Name": "n"}), {}, {"Id": 7}),
    ("search_contacts", ({"Query": "John"}, 1), {}, PAGE),
    ("get_contact", ("7",), {}, {"Id": 7}),
    ("create_contact", ({"Type": "Business", "Name": "n"},), {}, {"Id": 7}),
    ("update_contact", ("7", {"Name": "n"}), {}, {"Id": 7}),
    ("list_tasks", ("7", "All"), {}, {"Count": 0, "Results": []}),
    ("get_task", ("7",), {}, {"Id": 7}),
    ("create_task", ({"ProjectId": 7},), {}, {"Id": 7}),
    ("update_task", ("7", {"Status": "Closed"}), {}, {"Id": 7}),
    ("list_addresses", ("7",), {}, {"Count": 1, "Results": [{"1": "Home"}]}),
    ("get_address", ("7",), {}, {"Id": 7}),
    ("create_address", ({"ContactId": 7, "Name": "n"},), {}, {"Id": 7}),
    ("update_address", ("7", {"Name": "n"}), {}, {"Id": 7}),
    ("get_project_by_reference", ("A-1",), {}, {"Id": 7}),
]


@pytest.mark.parametrize(("operation", "arguments", "options", "body"), CALLS)
def test_a_method_is_its_request_sent_and_its_response_parsed(
    operation: str, arguments: tuple[object, ...], options: dict[str, object], body: object
) -> None:
    recorder = Recorder(body)
    result = asyncio.run(getattr(MinicrmClient(recorder), operation)(*arguments, **options))
    request: Request = getattr(wire, f"build_{operation}")(*arguments, **options)
    assert recorder.requests == [request]
    response = Response(200, json.dumps(body).encode(), "application/json", request)
    assert result == getattr(wire, f"parse_{operation}")(response)


def test_the_client_has_a_method_for_every_operation_and_each_is_tried() -> None:
    methods = {name for name, _ in inspect.getmembers(MinicrmClient, inspect.isfunction) if not name.startswith("_")}
    assert methods == {name.removeprefix("build_") for name in dir(wire) if name.startswith("build_")}
    assert methods == {operation for operation, *_ in CALLS}


def test_a_reference_answered_by_a_row_is_fetched_by_its_id() -> None:
    recorder = Recorder(PAGE, {"Id": 7, "Name": "whole", "Text1": "x"})
    project = asyncio.run(MinicrmClient(recorder).get_project_by_reference("A-1"))
    assert project["fields"]["Text1"] == "x"
    assert [(request.path, request.query) for request in recorder.requests] == [
        ("/Api/R3/Project", (("ReferenceId", "A-1"),)),
        ("/Api/R3/Project/7", ()),
    ]


def test_a_reference_that_nothing_has_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        asyncio.run(MinicrmClient(Recorder({"Count": 0, "Results": []})).get_project_by_reference("A-1"))


def test_what_is_refused_is_never_sent() -> None:
    recorder = Recorder()
    client = MinicrmClient(recorder)
    calls: list[Any] = [client.search_projects({}), client.update_project("7", {}), client.get_task("../Contact/1")]
    for call in calls:
        with pytest.raises(InputError):
            asyncio.run(call)
    assert recorder.requests == []
