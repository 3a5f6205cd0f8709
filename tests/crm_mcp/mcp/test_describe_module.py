"""A module's description fits one answer, whatever the module, and tells of named fields alone where they are named."""

from __future__ import annotations

from typing import Any

from mcp import Client

from crm_mcp.rendering.shortening import MAX_ANSWER_BYTES, size_of
from tests.support.crm_stub import API, CrmStub, in_session
from tests.support.mcp_play import call, fail

SCHEMA = f"GET {API}/Schema/Project/3"
SALES = {"crm": "minicrm", "module": "Sales"}


def test_named_fields_are_described_alone(crms: CrmStub) -> None:
    async def play(client: Client) -> None:
        described = await call(client, "describe_module", **SALES, fields=["Enum2"])
        assert described["fields"] == [{"name": "Enum2", "type": "Enum", "choices": {"7": "Red", "8": "Blue"}}]
        assert "statuses" not in described
        assert "no field 'Enum3', did you mean Enum2" in await fail(
            client, "describe_module", **SALES, fields=["Enum3"]
        )

    in_session(play)
    assert crms.calls.count(SCHEMA) == 1


def test_a_description_with_endless_choices_leaves_them_out_and_says_how_to_get_them(crms: CrmStub) -> None:
    endless = {str(number): f"Choice number {number}" for number in range(1, 3001)}
    crms.answer(SCHEMA, {"StatusId": {"2500": "New"}, "UserId": endless, "Enum2": endless, "Text1": "Text(1024)"})

    async def play(client: Client) -> None:
        described = await call(client, "describe_module", **SALES)
        assert size_of(described) <= MAX_ANSWER_BYTES
        assert {"name": "Enum2", "type": "Enum"} in described["fields"]
        assert described["statuses"] == {"2500": "New"}
        assert "name fields in `fields`" in described["note"]
        assert "200 of 3000 users" in described["note"]

    in_session(play)


def test_a_description_of_endless_fields_says_how_many_are_missing(crms: CrmStub) -> None:
    many: dict[str, Any] = {f"Text{number}": "Text(1024)" for number in range(5000)}
    crms.answer(SCHEMA, many)
    described = in_session(lambda client: call(client, "describe_module", **SALES))
    assert size_of(described) <= MAX_ANSWER_BYTES
    assert f"{len(described['fields'])} of 5000 fields are shown" in described["note"]


def test_an_answer_that_no_tool_made_short_is_refused_rather_than_given(crms: CrmStub) -> None:
    crms.answer(f"GET {API}/Category", {str(number): f"Module {number}" for number in range(1, 3000)})
    assert "too many to read" in in_session(lambda client: fail(client, "list_modules", crm="minicrm"))
