"""What a model reads when it calls a tool with arguments that the tool does not take."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client

from tests.support.crm_stub import CrmStub, in_session
from tests.support.mcp_play import call, fail

FILTER = {"field": "email", "operand": "Equal", "value": "x"}
WRONG: list[tuple[str, dict[str, Any], str]] = [
    (
        "search_records",
        {"module": "contact", "filters": [{"field": "email", "op": "Equal", "value": "x"}]},
        "unknown argument 'filters.0.op', which takes field, operand, value",
    ),
    (
        "search_records",
        {"module": "contact", "filters": [FILTER, FILTER | {"fields": "x"}]},
        "unknown argument 'filters.1.fields' (did you mean 'field'?), which takes field, operand, value",
    ),
    (
        "update_records",
        {"module": "contact", "records": [{"id": 8, "fields": {"a": "b"}}]},
        "unknown argument 'records.0.id', which takes record_id, fields",
    ),
    (
        "search_records",
        {"module": "contact", "filters": [{"field": "email", "value": "x"}]},
        "filters.0.operand is required",
    ),
    ("search_records", {"module": "contact", "limt": 5}, "unknown argument 'limt' (did you mean 'limit'?). Arguments:"),
    ("search_projects", {"queri": "x"}, "unknown argument 'queri' (did you mean 'query'?). Arguments: query, module"),
]
NULLS: list[tuple[str, dict[str, Any], str]] = [
    ("search_records", {"module": "contact"}, "order_by"),
    ("search_records", {"module": "contact"}, "filters"),
    ("search_records", {"module": "contact"}, "limit"),
    ("search_projects", {"query": "x"}, "user"),
    ("search_projects", {"query": "x"}, "deleted"),
    ("create_task", {"project_id": 7, "comment": "x"}, "deadline"),
    ("create_project", {"module": "Sales", "contact_id": 2}, "fields"),
]


def test_an_unknown_argument_is_refused_with_those_that_are_valid_in_its_place(crms: CrmStub) -> None:
    async def play(client: Client) -> None:
        for tool, arguments, says in WRONG:
            assert says in await fail(client, tool, **arguments)

    in_session(play)
    assert crms.calls == []


def test_null_for_an_optional_argument_says_to_leave_it_out(crms: CrmStub) -> None:
    async def play(client: Client) -> None:
        for tool, arguments, name in NULLS:
            text = await fail(client, tool, **arguments, **{name: None})
            assert f"{tool}: {name}: should be a valid" in text
            assert "; leave it out for none." in text, text

    in_session(play)
    assert crms.calls == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"module": None},
        {"module": "contact", "order_by": ["email"]},
        {"module": "contact", "filters": [{"field": None}]},
    ],
)
def test_what_is_required_or_of_another_type_is_not_said_to_be_left_out(
    crms: CrmStub, arguments: dict[str, Any]
) -> None:
    text = in_session(lambda client: fail(client, "search_records", **arguments))
    assert "should be a valid" in text
    assert "leave it out" not in text
    assert crms.calls == []


def test_an_id_may_be_a_number_and_a_text_too(crms: CrmStub) -> None:
    async def play(client: Client) -> None:
        assert (await call(client, "get_project", project_id=7))["id"] == "7"
        await call(client, "create_task", project_id="7", comment=5)

    in_session(play)
    assert crms.written[0][1] == {"ProjectId": "7", "Comment": "5"}
