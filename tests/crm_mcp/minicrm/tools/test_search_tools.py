"""The MiniCRM tools that search: what goes out for each argument, and what comes back page by page."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from mcp import Client

from tests.support.crm_stub import API, CrmStub, in_session, numbered_rows
from tests.support.mcp_play import call, fail

pytestmark = pytest.mark.slow

SEARCH = f"GET {API}/Project"


@pytest.mark.parametrize("tool", ["search_projects", "search_contacts"])
def test_every_page_begins_where_the_one_before_ended(crms: CrmStub, tool: str) -> None:
    for entity in ("Project", "Contact"):
        crms.answer(f"GET {API}/{entity}", numbered_rows("Id", 205))

    async def read(client: Client, limit: int, pages: int) -> tuple[list[int], str]:
        ids: list[int] = []
        cursor = ""
        for _ in range(pages):
            page = await call(client, tool, query="n", limit=limit, cursor=cursor)
            ids += [int(item["id"]) for item in page["items"]]
            cursor = page.get("next_cursor", "")
        return ids, cursor

    async def play(client: Client) -> None:
        ids, cursor = await read(client, limit=2, pages=3)
        assert ids == [1, 2, 3, 4, 5, 6]
        assert cursor
        assert await read(client, limit=70, pages=3) == (list(range(1, 206)), "")

    in_session(play)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"updated_since": "2026-01-31"}, {"UpdatedSince": "2026-01-31 00:00:00"}),
        ({"updated_since": "2026-01-31T12:00:00Z"}, {"UpdatedSince": "2026-01-31 13:00:00"}),
        ({"updated_since": "2026-07-01T01:00:00+05:00"}, {"UpdatedSince": "2026-06-30 22:00:00"}),
        ({"filters": {"UpdatedSince": "2026-01-31"}}, {"UpdatedSince": "2026-01-31 00:00:00"}),
        ({"filters": {"UpdatedSince": "2026-01-31T12:00Z"}}, {"UpdatedSince": "2026-01-31 13:00:00"}),
        ({"user": "me", "query": "x"}, {"Query": "x", "UserId": "2"}),
        ({"filters": {"UserId": "me"}}, {"UserId": "2"}),
        ({"filters": {"Deleted": True}}, {"Deleted": "1"}),
        ({"filters": {"Deleted": False}}, {"Deleted": "0"}),
        ({"query": "x", "deleted": True}, {"Query": "x", "Deleted": "1"}),
        ({"status_group": "open"}, {"StatusGroup": "Open"}),
        ({"contact_id": 7, "module": "Support"}, {"CategoryId": "5", "ContactId": "7"}),
    ],
)
def test_an_argument_goes_out_as_the_api_takes_it(crms: CrmStub, given: dict[str, Any], sent: dict[str, str]) -> None:
    in_session(lambda client: call(client, "search_projects", **given))
    assert crms.query_of(SEARCH) == sent


def test_the_account_has_the_time_zone_of_the_settings(crms: CrmStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICRM_TIMEZONE", "America/New_York")

    async def play(client: Client) -> None:
        await call(client, "search_projects", updated_since="2026-01-31T12:00:00Z")
        assert crms.query_of(SEARCH) == {"UpdatedSince": "2026-01-31 07:00:00"}
        await call(client, "create_task", project_id=7, comment="Call", deadline="2026-01-31T12:00:00Z")
        assert crms.written[0][1]["Deadline"] == "2026-01-31 07:00:00"

    in_session(play)


def test_a_contact_id_with_letters_is_refused_before_any_request(crms: CrmStub) -> None:
    async def play(client: Client) -> None:
        assert "contact_id must be" in await fail(client, "search_projects", contact_id="7a")
        assert "contact_id must be" in await fail(client, "search_projects", contact_id="7a", module="Sales")
        assert "contact_id must be" in await fail(client, "search_projects", contact_id="7/../8", query="x")

    in_session(play)
    assert crms.calls == []


def test_a_name_given_as_an_email_is_not_answered_with_nobody(crms: CrmStub) -> None:
    said = in_session(lambda client: fail(client, "search_contacts", email="Vo\u0308ro\u0308s Katalin\u00a0"))
    assert said == "email holds no address: 'Vörös Katalin'. Names are searched by query."
    assert crms.calls == []


def test_the_projects_of_a_contact_that_is_not_there_are_not_just_none(crms: CrmStub) -> None:
    crms.answer(f"GET {API}/Contact/9", lambda _: httpx.Response(404, text="Contact (GET): Not found!"))

    async def play(client: Client) -> None:
        assert "No contact 9 could be read" in (await call(client, "search_projects", contact_id="9.0"))["note"]
        assert "note" not in await call(client, "search_projects", contact_id=7)

    in_session(play)


def test_a_search_for_nothing_and_an_empty_filter_are_refused_before_the_search(crms: CrmStub) -> None:
    async def play(client: Client) -> None:
        assert "at least one" in await fail(client, "search_projects", filters={})
        for tool, field in (("search_projects", "Text1"), ("search_contacts", "Email")):
            for empty in ("", None):
                assert f"filter {field} is empty" in await fail(client, tool, filters={field: empty})
            assert f"{field} is empty" in await fail(client, tool, filters={field: " "})

    in_session(play)
    assert SEARCH not in crms.calls
    assert f"GET {API}/Contact" not in crms.calls


def test_what_a_filter_and_an_argument_both_say_is_refused(crms: CrmStub) -> None:
    async def play(client: Client) -> None:
        twice = {"user": "me", "filters": {"UserId": "John Doe"}}
        assert "UserId is given twice" in await fail(client, "search_projects", **twice)
        twice = {"email": "a@b.example", "filters": {"Email": "c@d.example"}}
        assert "Email is given twice" in await fail(client, "search_contacts", **twice)

    in_session(play)
    assert SEARCH not in crms.calls


ROW = {"Id": 7, "Name": "Card", "StatusId": 2509, "UserId": 2}


def test_rows_have_the_names_of_status_and_user_and_without_a_module_its_name(crms: CrmStub) -> None:
    crms.answer(SEARCH, {"Count": 1, "Results": {"7": ROW}})
    labelled: dict[str, Any] = {"id": "7", "name": "Card", "status": "Won", "user": "Jane Roe"}
    ids = {"status_id": "2509", "user_id": "2"}

    async def play(client: Client) -> None:
        assert (await call(client, "search_projects", module="Sales"))["items"] == [labelled]
        assert (await call(client, "search_projects", query="Card"))["items"] == [{**labelled, "module": "Sales"}]
        (row,) = (await call(client, "search_projects", module="Sales", fields=["StatusId", "user_id"]))["items"]
        assert ids.items() <= row.items(), "ids are there where they are asked for"

    in_session(play)
    assert [one for one in crms.calls if "Schema" in one] == [f"GET {API}/Schema/Project/3"], "and no more is asked for"


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_module_without_a_readable_schema_still_gives_its_rows(crms: CrmStub, status: int) -> None:
    crms.answer(SEARCH, {"Count": 1, "Results": {"7": ROW}})
    crms.answer_status(f"GET {API}/Schema/Project/3", status)
    (row,) = in_session(lambda client: call(client, "search_projects", module="Sales"))["items"]
    assert (row["status_id"], row["user_id"]) == ("2509", "2")
    assert not {"status", "user"} & set(row)


def test_calls_at_the_same_time_ask_for_each_schema_once(crms: CrmStub) -> None:
    async def play(client: Client) -> None:
        search = {"module": "Sales", "status": "Won", "user": "John Doe"}
        await asyncio.gather(*(call(client, "search_projects", **search) for _ in range(4)))
        users = ("me", "John Doe", "Max Five")
        await asyncio.gather(*(call(client, "create_task", project_id=7, comment="x", user=one) for one in users))

    in_session(play)
    asked = [one for one in crms.calls if "Schema" in one or "Category" in one]
    assert sorted(asked) == [
        f"GET {API}/Category",
        f"GET {API}/Schema/Project/3",
        f"GET {API}/Schema/Project/5",
    ]
