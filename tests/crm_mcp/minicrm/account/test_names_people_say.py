"""Users by their first names, and what belongs to another module or another CRM."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.crm_stub import API, CrmStub, in_session
from tests.support.mcp_play import call, fail

SEARCH = f"GET {API}/Project"


@pytest.mark.parametrize("user", ["Jane", "roe", "JANE ", "Jan", "Roe Jane", "2"])
def test_a_part_of_a_name_that_one_user_has_is_enough(crms: CrmStub, user: str) -> None:
    in_session(lambda client: call(client, "search_projects", user=user))
    assert crms.query_of(SEARCH)["UserId"] == "2"
    in_session(lambda client: call(client, "search_projects", module="Sales", filters={"UserId": user}))
    assert crms.query_of(SEARCH)["UserId"] == "2"


def test_a_part_of_a_name_that_two_users_have_asks_which(crms: CrmStub) -> None:
    crms.answer(f"GET {API}/Schema/Project/5", {"UserId": {"1": "John Doe", "4": "Jane Five"}})
    said = in_session(lambda client: fail(client, "search_projects", user="Jane"))
    assert "Jane Roe" in said
    assert "Jane Five" in said
    assert SEARCH not in crms.calls


def test_a_written_user_is_found_by_the_first_name(crms: CrmStub) -> None:
    in_session(lambda client: call(client, "update_project", project_id=7, fields={"UserId": "Jane"}))
    assert crms.written == [(f"{API}/Project/7", {"UserId": "2"})]
    in_session(lambda client: call(client, "create_task", project_id=7, comment="Call", user="Max"))
    assert crms.written[1][1]["UserId"] == "4"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"module": "Sales", "status": "Waiting"}, "Sales has no status 'Waiting'; Support has Waiting (2600)."),
        ({"module": "Sales", "user": "Max"}, "Sales has no user 'Max'; Support has Max Five (4)."),
        ({"module": "Sales", "filters": {"StatusId": "Waiting"}}, "Support has Waiting (2600)."),
        ({"module": "Sales", "status": "Wonn"}, "'Wonn' is not a choice of status of Sales, did you mean Won (2509)?"),
    ],
)
def test_what_is_of_another_module_is_told_with_the_choices_of_this_one(
    crms: CrmStub, arguments: dict[str, Any], said: str
) -> None:
    error = in_session(lambda client: fail(client, "search_projects", **arguments))
    assert said.rstrip("?") in error
    choices = "John Doe (1), Jane Roe (2)" if "user" in arguments else "New (2500), Won (2509)"
    assert choices in error
    assert SEARCH not in crms.calls


def test_a_written_status_of_another_module_is_told_with_its_module(crms: CrmStub) -> None:
    error = in_session(lambda client: fail(client, "update_project", project_id=7, fields={"StatusId": "Waiting"}))
    assert "Sales has no status 'Waiting'; Support has Waiting (2600)." in error
    assert crms.written == []


def test_a_module_of_the_other_crm_is_told_with_the_tool_that_searches_it(crms: CrmStub) -> None:
    error = in_session(lambda client: fail(client, "search_projects", module="contact"))
    assert "Ivinex has a module contact: search_records searches it." in error
    error = in_session(lambda client: fail(client, "search_records", module="Sales"))
    assert "MiniCRM has a module Sales: search_projects searches it." in error
    error = in_session(lambda client: fail(client, "search_projects", module="Nothing"))
    assert "Choices: Sales (3), Support (5)." in error
    assert SEARCH not in crms.calls
