"""A module's description fits one answer, whatever the module, and tells of named fields alone where they are named."""

from __future__ import annotations

from typing import Any

import pytest
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


def test_contacts_are_described_by_their_two_types(crms: CrmStub) -> None:
    async def play(client: Client) -> None:
        described = await call(client, "describe_module", crm="minicrm", module="contact")
        assert {"FirstName", "Name"} <= {field["name"] for field in described["fields"]}
        assert "Person or a Business" in described["note"]
        crms.answer(f"GET {API}/Category", {"3": "Contacts"})

    in_session(play)
    named = in_session(lambda client: call(client, "describe_module", crm="minicrm", module="contacts"))
    assert named["id"] == "3"


def test_a_crm_is_named_as_people_write_it(crms: CrmStub) -> None:
    async def play(client: Client) -> None:
        assert (await call(client, "describe_module", crm="MiniCRM", module="Sales"))["id"] == "3"
        assert len((await call(client, "list_modules", crm=None))["items"]) == 4
        assert "Use ivinex or minicrm" in await fail(client, "list_modules", crm="salesforce")

    in_session(play)
    assert crms.calls


@pytest.fixture
def one_crm(crms: CrmStub, monkeypatch: pytest.MonkeyPatch) -> CrmStub:
    for name in ("IVINEX_URL", "IVINEX_USERNAME", "IVINEX_PASSWORD", "IVINEX_MODULES"):
        monkeypatch.delenv(name)
    return crms


def test_the_name_of_the_only_crm_is_taken_and_what_a_host_invents_is_ignored(one_crm: CrmStub) -> None:
    async def play(client: Client) -> None:
        modules = await call(client, "list_modules")
        assert await call(client, "list_modules", crm="minicrm") == modules
        assert await call(client, "list_modules", random_string="x") == modules
        assert (await call(client, "describe_module", crm="minicrm", module="Sales"))["id"] == "3"
        assert "There is no CRM 'ivinex' here" in await fail(client, "list_modules", crm="ivinex")
        assert "unknown argument 'random_string'" in await fail(
            client, "describe_module", module="Sales", random_string="x"
        )

    in_session(play)
    assert one_crm.calls
