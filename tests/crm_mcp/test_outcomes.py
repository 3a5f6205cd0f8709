"""When no clear answer comes, the model is told whether a change may have been made, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from mcp import Client

from tests.support.crm_stub import API, RECORDS, CrmStub, in_session
from tests.support.mcp_play import call, fail

LOOK = "look for it before you repeat it"
AGAIN = "sending it again does no harm"
RECORD_UPDATE = {"module": "contact", "records": [{"record_id": 8, "fields": {"first_name": "A"}}]}

Call = tuple[str, str, dict[str, Any]]

CREATES: list[Call] = [
    (f"POST {RECORDS}", "create_note", {"contact_id": 8, "text": "Hi"}),
    (f"POST {RECORDS}", "create_records", {"module": "contact", "records": [{"first_name": "A"}]}),
    (f"PUT {API}/Project", "create_project", {"module": "Sales", "contact_id": 2, "name": "A"}),
    (f"PUT {API}/Contact", "create_contact", {"type": "Business", "fields": {"Name": "A"}}),
    (f"PUT {API}/ToDo", "create_task", {"project_id": 7, "comment": "Call"}),
    (f"PUT {API}/Address", "create_address", {"contact_id": 2, "name": "Office"}),
]
UPDATES: list[Call] = [
    (f"POST {RECORDS}", "update_records", RECORD_UPDATE),
    (f"PUT {API}/Project/7", "update_project", {"project_id": 7, "fields": {"Name": "A"}}),
    (f"PUT {API}/Contact/2", "update_contact", {"contact_id": 2, "fields": {"Name": "A"}}),
    (f"PUT {API}/ToDo/9", "update_task", {"task_id": 9, "status": "closed"}),
    (f"PUT {API}/Address/6", "update_address", {"address_id": 6, "fields": {"City": "Pest"}}),
]
READS: list[Call] = [
    (f"GET {RECORDS}", "search_records", {"module": "contact"}),
    (f"GET {API}/Project/7", "get_project", {"project_id": 7}),
]


def status(number: int) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(number, text="Hiba", headers={"location": "https://elsewhere.example/"})


def broken_compression(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip at all"))


def lost_answer(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("")


def not_json(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, text="<html>Log in</html>")


UNCLEAR = [status(408), status(500), status(503), status(302), broken_compression, lost_answer, not_json]
CLEAR = [status(400), status(401), status(404), status(405), status(429)]


async def texts(client: Client, crms: CrmStub, calls: list[Call], answers: list[Any]) -> list[str]:
    """Return what the model reads for each call under each answer."""
    read: list[str] = []
    for route, tool, arguments in calls:
        for answer in answers:
            crms.answer(route, answer)
            result = await client.call_tool(tool, arguments)
            assert result.is_error or all(not item["ok"] for item in result.structured_content["items"])
            read.append(str(result.content))
    return read


def test_an_unclear_end_of_a_create_says_to_look_first(crms: CrmStub) -> None:
    for text in in_session(lambda client: texts(client, crms, CREATES, UNCLEAR)):
        assert LOOK in text
        assert AGAIN not in text


def test_an_update_of_unclear_end_is_read_back_and_said_not_to_be_made_or_that_it_may_be_repeated(
    crms: CrmStub,
) -> None:
    for text in in_session(lambda client: texts(client, crms, UPDATES, UNCLEAR)):
        assert AGAIN in text or "It was read back and is as it was before." in text
        assert LOOK not in text


def test_an_unclear_end_of_a_read_and_a_clear_refusal_speak_of_no_change(crms: CrmStub) -> None:
    async def play(client: Client) -> list[str]:
        refused = await texts(client, crms, CREATES[:4] + UPDATES[:3], CLEAR)
        return refused + await texts(client, crms, READS, [*UNCLEAR, *CLEAR])

    for text in in_session(play):
        assert LOOK not in text
        assert AGAIN not in text


@pytest.mark.parametrize(("route", "tool", "arguments"), READS)
def test_a_read_is_told_its_own_next_step(crms: CrmStub, route: str, tool: str, arguments: dict[str, Any]) -> None:
    async def play(client: Client) -> None:
        for answer, says in (
            (status(408), "try again later"),
            (status(500), "try again later"),
            (status(405), "does not offer this"),
            (status(302), "_URL"),
            (broken_compression, "proxies"),
            (lost_answer, "Try again"),
            (not_json, "_URL"),
            (status(429), "Wait a minute"),  # the last, since all requests wait after it
        ):
            crms.answer(route, answer)
            assert says in await fail(client, tool, **arguments)

    in_session(play)


@pytest.mark.parametrize(
    ("number", "says"),
    [(401, "refused the login (401)"), (403, "refused the login or forbids this to it (403)")],
)
@pytest.mark.parametrize(("route", "tool", "arguments"), READS)
def test_a_refused_login_is_told_in_the_crms_own_words(
    crms: CrmStub, number: int, says: str, route: str, tool: str, arguments: dict[str, Any]
) -> None:
    crms.answer_status(route, number, "Nincs jogosults\u00e1g")
    text = in_session(lambda client: fail(client, tool, **arguments))
    assert f'{says}. It said: "Nincs jogosults\u00e1g".' in text
    assert "repeating will not help" in text


def test_a_bad_request_is_told_in_the_crms_own_words_made_short(crms: CrmStub) -> None:
    crms.answer_status(f"GET {RECORDS}", 400, 'Bad "field"\n' + "x" * 1000)
    text = in_session(lambda client: fail(client, "search_records", module="contact"))
    assert "It said: \"Bad 'field' xxx" in text
    assert 'xxx...". Check the arguments' in text
    assert len(text) < 500


@pytest.mark.usefixtures("crms")
def test_an_id_that_another_record_of_the_call_has_already_is_no_proof_of_a_second_one() -> None:
    tasks = [{"project_id": 7, "comment": comment} for comment in ("Call", "Write")]
    result = in_session(lambda client: call(client, "create_task", records=tasks))
    first, second = result["items"]
    assert (first["ok"], first["id"], second["ok"]) == (True, "90", False)
    assert "90, which is another record's" in second["message"]
    assert "look at it before you repeat it" in second["message"]
