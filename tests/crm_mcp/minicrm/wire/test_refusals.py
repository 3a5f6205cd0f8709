"""What each status means, and what its error tells."""

from __future__ import annotations

import pytest

from crm_mcp.crm.messages import Request, Response
from crm_mcp.errors import (
    AuthenticationError,
    BadRequestError,
    CrmError,
    MethodNotAllowedError,
    NotFoundError,
    RateLimitedError,
    ServerFaultError,
    UnexpectedAnswerError,
)
from crm_mcp.minicrm import wire
from tests.crm_mcp.minicrm.wire.responses import response_of

REFUSALS: list[tuple[int, bytes, type[CrmError], str]] = [
    (301, b"", UnexpectedAnswerError, "MINICRM_URL"),
    (400, "Project (PUT): Nem megfelelő paraméter".encode(), BadRequestError, "Nem megfelelő paraméter"),
    (401, b"", AuthenticationError, "MINICRM_SYSTEM_ID and MINICRM_API_KEY"),
    (403, b"", AuthenticationError, "MINICRM_API_KEY"),
    (404, b"Unauthorized: Access denied", AuthenticationError, "MINICRM_API_KEY"),
    (404, b"Project (GET): Nem l\xc3\xa9tezik", NotFoundError, "project 1234"),
    (405, "ToDo (POST): A metódus nem engedélyezett!".encode(), MethodNotAllowedError, "A metódus"),
    (409, b"conflict", BadRequestError, "conflict"),
    (429, b"", RateLimitedError, "Wait a minute"),
    (500, b"Project (GET): error", ServerFaultError, "does not exist"),
    (503, b"<html><b>In repair</b></html>", ServerFaultError, 'It said: "(a page of HTML) In repair"'),
]


@pytest.mark.parametrize(
    ("request_made", "told"),
    [
        (wire.build_update_task("7", {"Status": "Closed"}), "get_task"),
        (wire.build_update_address("7", {"City": "Pest"}), "get_address"),
        (wire.build_update_project("7", {"Name": "x"}), "describe_module"),
    ],
)
def test_a_bad_request_is_sent_to_what_shows_the_right_values(request_made: Request, told: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        wire.parse_update_task(Response(400, b"No!", "text/plain", request_made))
    assert told in caught.value.hint


@pytest.mark.parametrize(("status", "body", "error", "told"), REFUSALS)
def test_a_refusal_is_the_error_of_its_status_and_tells_what_to_do(
    status: int, body: bytes, error: type[CrmError], told: str
) -> None:
    with pytest.raises(error) as caught:
        wire.parse_get_project(response_of(body, status=status))
    assert type(caught.value) is error
    assert told in str(caught.value)


@pytest.mark.parametrize("status", [400, 401, 404, 405, 429, 500])
@pytest.mark.parametrize("body", [b'{"Id": 1}', b"[]", b"{", b"\xff"])
def test_a_refusal_is_never_read_as_json(status: int, body: bytes) -> None:
    for parser in dir(wire):
        if parser.startswith("parse_"):
            with pytest.raises(CrmError) as caught:
                getattr(wire, parser)(response_of(body, status=status))
            assert not isinstance(caught.value, UnexpectedAnswerError)


@pytest.mark.parametrize(
    ("path", "what", "where"),
    [
        ("Project/9999", "no project 9999", "search_projects"),
        ("Contact/9999", "no contact 9999", "search_contacts"),
        ("ToDo/9999", "no task 9999", "get_project_tasks"),
        ("ToDoList/9999", "no project 9999", "search_projects"),
        ("Address/9999", "no address 9999", "list_addresses"),
        ("AddressList/9999", "no contact 9999", "search_contacts"),
        ("Schema/Project/9999", "no module 9999", "list_modules"),
        ("Category", "GET /Api/R3/Category", "ids"),
        ("Schema/Person", "GET /Api/R3/Schema/Person", "ids"),
    ],
)
def test_what_is_not_found_is_named(path: str, what: str, where: str) -> None:
    with pytest.raises(NotFoundError, match=what) as caught:
        wire.parse_get_project(response_of(b"Hiba", status=404, path=f"/Api/R3/{path}"))
    assert where in caught.value.hint
    assert '"Hiba"' in str(caught.value)


def test_a_page_of_html_that_says_not_found_may_be_another_site() -> None:
    with pytest.raises(NotFoundError) as caught:
        wire.parse_get_project(response_of(b"<html>404</html>", status=404))
    assert "MINICRM_URL" in caught.value.hint


def test_a_fault_after_a_create_says_to_look_before_repeating() -> None:
    with pytest.raises(ServerFaultError) as caught:
        wire.parse_create_project(response_of(b"", status=500, path="/Api/R3/Project", method="PUT"))
    assert "look for it before you repeat" in caught.value.hint
