"""MiniCRM answers in little room: the fields asked for, in one call, at the price of few requests."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client

from crm_mcp.rendering.shortening import MAX_ANSWER_BYTES, size_of
from tests.support.crm_stub import API, CrmStub, in_session, numbered_rows
from tests.support.mcp_play import call, fail, ids_of, read_pages

pytestmark = pytest.mark.slow

PROJECTS = f"GET {API}/Project"
CONTACTS = f"GET {API}/Contact"


def card(number: int, **more: Any) -> dict[str, Any]:
    return {"Id": number, "Name": f"n{number}", "StatusId": 2500, "UserId": 1, "Deleted": 0, **more}


@pytest.fixture
def cards(crms: CrmStub) -> CrmStub:
    """Answer a search by cards 7 and 8, whose details tell more than their rows."""
    crms.answer(PROJECTS, {"Count": 2, "Results": {"7": card(7), "8": card(8)}})
    for number in (7, 8):
        detail = card(number, CategoryId=3, StatusId="New", UserId="John Doe", Text1=f"t{number}", Extra="", Tags=[])
        crms.answer(f"{PROJECTS}/{number}", detail)
    return crms


def test_fields_that_rows_have_cost_no_request_more(cards: CrmStub) -> None:
    found = in_session(lambda client: call(client, "search_projects", query="n", fields=["Name", "StatusId"]))
    assert found["items"][0] == {"id": "7", "name": "n7", "status_id": "2500", "status": "New"}
    assert f"{PROJECTS}/7" not in cards.calls
    cards.answer(
        CONTACTS, {"Count": 1, "Results": {"1": {"Id": 1, "Name": "A", "Type": "Person", "Email": "a@b.example"}}}
    )
    (row,) = in_session(lambda client: call(client, "search_contacts", query="A", fields=["email"]))["items"]
    assert row == {"id": "1", "name": "A", "email": "a@b.example"}


def test_other_fields_are_read_from_the_details_within_the_same_call(cards: CrmStub) -> None:
    found = in_session(lambda client: call(client, "search_projects", module="Sales", fields=["Text1"], limit=1))
    assert found["items"] == [{"id": "7", "name": "n7", "fields": {"Text1": "t7"}}]
    assert f"{PROJECTS}/8" not in cards.calls, "only the rows of the page are read"
    everything = in_session(lambda client: call(client, "search_projects", module="Sales", detail=True))
    assert [item["fields"] for item in everything["items"]] == [
        {"Text1": "t7", "Extra": "", "Tags": []},
        {"Text1": "t8", "Extra": "", "Tags": []},
    ]
    assert everything["items"][0]["deleted"] is False


def test_a_card_that_went_away_before_its_detail_was_read_keeps_its_row(cards: CrmStub) -> None:
    cards.answer_status(f"{PROJECTS}/8", 404, "Project (GET): not found")
    found = in_session(lambda client: call(client, "search_projects", query="n", fields=["Text1"]))
    assert [item.get("fields") for item in found["items"]] == [{"Text1": "t7"}, None]


def test_a_field_that_neither_schema_nor_rows_know_is_refused_after_one_detail(cards: CrmStub) -> None:
    async def play(client: Client) -> None:
        for tool, arguments in (
            ("search_projects", {"module": "Sales", "fields": ["Txt1"]}),
            ("get_project", {"project_id": 7, "fields": ["Txt1"]}),
        ):
            assert "no field 'Txt1', did you mean Text1" in await fail(client, tool, **arguments)
        assert "no field 'firstname'" in await fail(client, "get_contact", contact_id=1, fields=["firstname"])
        shown = await call(client, "get_project", project_id=7, fields=["Extra", "ReferenceId", "user"])
        assert shown == {"id": "7", "name": "n7", "user": "John Doe", "fields": {"Extra": ""}}

    in_session(play)
    assert f"{PROJECTS}/8" not in cards.calls


def test_a_get_is_short_and_reads_a_long_text_on(cards: CrmStub) -> None:
    text = "".join(f"{number:05}" for number in range(4000))
    cards.answer(f"{PROJECTS}/7", card(7, CategoryId=3, Text1=text, Empty="", When="0000-00-00"))

    async def play(client: Client) -> None:
        whole = await call(client, "get_project", project_id=7)
        assert set(whole["fields"]) == {"Text1"}
        assert whole["module"] == "Sales"
        read = whole["fields"]["Text1"].partition("… [cut")[0]
        while len(read) < len(text):
            at = {"fields": ["Text1"], "text_from": len(read)}
            more = await call(client, "get_project", project_id=7, **at)
            read += more["fields"]["Text1"].partition("… [cut")[0]
        assert read == text
        assert "alone" in await fail(client, "get_project", project_id=7, text_from=5)

    in_session(play)


def test_a_long_comment_is_cut_in_a_list_and_read_on_by_itself(crms: CrmStub) -> None:
    task = {"Id": 9, "Status": "Open", "Comment": "c" * 600, "UserId": 2, "Deadline": ""}
    crms.answer(f"GET {API}/ToDoList/7", {"Count": 1, "Results": [task]})
    crms.answer(f"GET {API}/ToDo/9", task)

    async def play(client: Client) -> None:
        (listed,) = (await call(client, "get_project_tasks", project_id=7))["items"]
        assert listed["comment"] == "c" * 500 + "… [cut: 500 of 600 characters; get_task(..., text_from=500)]"
        assert listed["user"] == "Jane Roe"
        assert (await call(client, "get_task", task_id=9, text_from=500)) == {"id": "9", "comment": "c" * 100}

    in_session(play)


def test_the_type_of_a_task_is_told_by_label_for_one_request_a_type(crms: CrmStub) -> None:
    tasks = [{"Id": n, "Status": "Open", "Comment": "x", "Type": 30 + n % 2} for n in range(1, 7)]
    crms.answer(f"GET {API}/ToDoList/7", {"Count": 6, "Results": tasks})
    for number in (5, 6):
        detail = {"Id": number, "Comment": "x", "Type": ("Call", "Visit")[number % 2]}
        crms.answer(f"GET {API}/ToDo/{number}", detail)

    async def play(client: Client) -> None:
        for _ in range(2):
            listed = (await call(client, "get_project_tasks", project_id=7))["items"]
            assert [(task["type_id"], task["type"]) for task in listed] == [("31", "Visit"), ("30", "Call")] * 3

    in_session(play)
    assert len([one for one in crms.calls if "/ToDo/" in one]) == 2


def test_tasks_are_listed_without_the_labels_of_types_that_cannot_be_read(crms: CrmStub) -> None:
    crms.answer(f"GET {API}/ToDoList/7", {"Count": 1, "Results": [{"Id": 1, "Comment": "x", "Type": 31}]})
    crms.answer_status(f"GET {API}/ToDo/1", 403)
    (task,) = in_session(lambda client: call(client, "get_project_tasks", project_id=7))["items"]
    assert task == {"id": "1", "comment": "x", "type_id": "31"}


@pytest.mark.parametrize("tool", ["get_project_tasks", "list_addresses"])
def test_a_list_too_long_for_one_answer_goes_on_behind_its_cursor(crms: CrmStub, tool: str) -> None:
    numbers = range(1, 301)
    tasks = [{"Id": n, "Status": "Open", "Comment": f"{n} {'日' * 400}"} for n in numbers]
    crms.answer(f"GET {API}/ToDoList/7", {"Count": 300, "Results": tasks})
    addresses = {str(n): f"{n} {'日' * 400}" for n in numbers}
    crms.answer(f"GET {API}/AddressList/7", {"Count": 300, "Results": [addresses]})
    of = {"get_project_tasks": "project_id", "list_addresses": "contact_id"}[tool]

    pages = in_session(lambda client: read_pages(client, tool, **{of: 7}))
    assert all(size_of(page) <= MAX_ANSWER_BYTES for page in pages)
    assert ids_of(pages) == [str(number) for number in numbers]


def test_pages_that_would_be_too_long_end_early_and_lose_no_row(crms: CrmStub) -> None:
    rows = {str(n): {"Id": n, "Name": f"n{n}", "Note": "日" * (n % 7 * 5000)} for n in range(1, 31)}
    crms.answer(CONTACTS, {"Count": 30, "Results": rows})
    for number, row in rows.items():
        crms.answer(f"{CONTACTS}/{number}", row)

    pages = in_session(lambda client: read_pages(client, "search_contacts", query="n", limit=30, detail=True))
    assert all(size_of(page) <= MAX_ANSWER_BYTES for page in pages)
    assert ids_of(pages) == [str(number) for number in range(1, 31)]


def test_a_walk_through_a_search_reads_each_page_about_once(crms: CrmStub) -> None:
    crms.answer(CONTACTS, numbered_rows("Id", 240))

    pages = in_session(lambda client: read_pages(client, "search_contacts", query="n", limit=30))
    assert ids_of(pages) == [str(number) for number in range(1, 241)]
    assert crms.calls.count(CONTACTS) == 5


def test_a_new_search_and_one_after_a_write_ask_again(crms: CrmStub) -> None:
    crms.answer(CONTACTS, numbered_rows("Id", 90))

    async def play(client: Client) -> None:
        first = await call(client, "search_contacts", query="n")
        await call(client, "search_contacts", query="n")
        assert crms.calls.count(CONTACTS) == 2
        await call(client, "search_contacts", query="n", cursor=first["next_cursor"])
        assert crms.calls.count(CONTACTS) == 2
        await call(client, "create_task", project_id=7, comment="x")
        await call(client, "search_contacts", query="n", cursor=first["next_cursor"])
        assert crms.calls.count(CONTACTS) == 3

    in_session(play)
