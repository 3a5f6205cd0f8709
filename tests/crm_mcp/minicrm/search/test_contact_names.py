"""Whose projects a search found is told by name, and a company's are those of its people too."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.crm_stub import API, CrmStub, in_session
from tests.support.mcp_play import call

CONTACTS = f"GET {API}/Contact"


def rows(*owners: tuple[int, int]) -> dict[str, Any]:
    found = {
        str(at): {"Id": at, "Name": f"Card {at}", "StatusId": 2500, "UserId": 1, "ContactId": one, "BusinessId": firm}
        for at, (one, firm) in enumerate(owners, 1)
    }
    return {"Count": len(found), "Results": found}


@pytest.fixture
def cards(crms: CrmStub) -> CrmStub:
    crms.answer(f"GET {API}/Project", rows((1, 2), (3, 2)))
    people = {"1": {"Id": 1, "Name": "Anna Nagy"}, "2": {"Id": 2, "Name": "Firm"}, "3": {"Id": 3, "Name": "Bea Kis"}}
    crms.answer(CONTACTS, {"Count": 3, "Results": people})
    return crms


def test_rows_hold_the_names_of_contact_and_company_for_one_request(cards: CrmStub) -> None:
    async def play(client: Any) -> None:
        for _ in range(2):
            items = (await call(client, "search_projects", module="Sales"))["items"]
            assert [(row["contact"], row["business"]) for row in items] == [("Anna Nagy", "Firm"), ("Bea Kis", "Firm")]

    in_session(play)
    assert cards.calls.count(CONTACTS) == 1, "the second search has the names already"


def test_names_that_a_few_requests_do_not_give_are_said_to_lack(cards: CrmStub) -> None:
    cards.answer(f"GET {API}/Project", rows(*((one, 0) for one in range(1, 21))))
    cards.answer(CONTACTS, {"Count": 90_000, "Results": {}})
    for one in (3, 4):
        cards.answer_status(f"{CONTACTS}/{one}", 404)
    page = in_session(lambda client: call(client, "search_projects", module="Sales"))
    assert page["items"][0]["contact"] == "Anna Nagy"
    assert "contact" not in page["items"][10]
    assert page["items"][10]["contact_id"] == "11"
    assert "names of 18 contacts were not read" in page["note"]
    assert sum("Contact" in one for one in cards.calls) <= 5


def test_a_search_whose_names_fail_gives_its_rows(cards: CrmStub) -> None:
    cards.answer(CONTACTS, lambda _: httpx.Response(400, text="no"))
    page = in_session(lambda client: call(client, "search_projects", module="Sales"))
    assert [row["contact_id"] for row in page["items"]] == ["1", "3"]
    assert "names of 3 contacts were not read" in page["note"]


def test_names_that_are_not_shown_are_not_read(cards: CrmStub) -> None:
    in_session(lambda client: call(client, "search_projects", module="Sales", fields=["StatusId"]))
    assert CONTACTS not in cards.calls
    (first, _) = in_session(lambda client: call(client, "search_projects", module="Sales", fields=["contact"]))["items"]
    assert first == {"id": "1", "name": "Card 1", "contact": "Anna Nagy"}


def test_a_company_s_projects_are_those_of_its_people_too(cards: CrmStub) -> None:
    in_session(lambda client: call(client, "search_projects", contact_id=2))
    assert cards.query_of(f"GET {API}/Project") == {"MainContactId": "2"}
    in_session(lambda client: call(client, "summarize_projects", contact_id=1))
    assert cards.query_of(f"GET {API}/Project")["ContactId"] == "1"
