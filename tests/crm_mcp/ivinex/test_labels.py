"""People's names for fields and modules: taken wherever an API name is, and shown in its place."""

from __future__ import annotations

import pytest
from mcp import Client

from mockserver.testing.crm_fake import CrmFake
from tests.support.crm_stub import in_session
from tests.support.mcp_play import both_crms, call, fail


def test_a_field_is_called_by_its_label_everywhere(demo: CrmFake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVINEX_LABELS", "amount=Value (EUR),stage=Deal stage,expected_close=Closing day")

    async def play(client: Client) -> None:
        big = [{"field": "value (eur)", "operand": "GreaterThan", "value": "10000"}]
        found = await call(
            client,
            "search_records",
            module="deal",
            filters=big,
            order_by="Value (EUR)",
            fields=["Deal stage", "amount"],
        )
        assert list(found["items"][0]["fields"]) == ["Deal stage", "Value (EUR)"]
        assert "Won" in found["labels"]["Deal stage"].values()
        for group_by, measure in (("Deal stage", "sum:Value (EUR)"), ("stage", "sum:amount")):
            summary = await call(
                client, "summarize_records", module="deal", group_by=[group_by], measures=[measure], filters=big
            )
            assert list(summary["groups"][0]) == ["Deal stage", "count", "sum:Value (EUR)"]
        by_month = await call(client, "summarize_records", module="deal", group_by=["month:Closing day"])
        assert "month:Closing day" in by_month["groups"][0]
        record = await call(client, "get_record", module="deal", record_id=1)
        assert record["fields"]["Value (EUR)"] == "6400.00"
        described = await call(client, "describe_module", module="deal")
        assert {"name": "amount", "label": "Value (EUR)", "type": "decimal"} in described["fields"]
        change = {"module": "deal", "records": [{"record_id": 1, "Value (EUR)": 7000}]}
        await call(client, "update_records", **change)
        exported = await call(client, "export_search", tool="search_records", arguments={"module": "deal"})
        assert "Value (EUR)" in exported["columns"]

    in_session(play)
    (sent,) = demo.requests(method="POST")[0]["body"]["Records"]
    assert sent["amount"] == 7000


@pytest.mark.usefixtures("demo")
def test_a_module_is_taken_by_its_plural_or_a_part_that_only_it_has() -> None:
    async def play(client: Client) -> None:
        for name in ("contact", "Contacts", "companies", "comp", "deals"):
            await call(client, "search_records", module=name, limit=1)
        assert "Known: contact (1001)" in await fail(client, "search_records", module="invoice")
        assert "Known" in await fail(client, "search_records", module="co")

    in_session(play)


def test_what_belongs_to_the_other_crm_is_said_to(demo: CrmFake, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (demo.env | {"IVINEX_MODULES": both_crms("")["IVINEX_MODULES"]}).items():
        monkeypatch.setenv(name, value)

    async def play(client: Client) -> None:
        modules = await call(client, "list_modules", crm="minicrm")
        said = await fail(client, "search_records", module=modules["items"][0]["name"])
        assert "search_projects searches it" in said
        new = {"module": modules["items"][0]["name"], "records": [{"name": "A"}]}
        assert "search_projects searches it" in await fail(client, "create_records", **new)
        cards = await call(client, "search_projects", module=modules["items"][0]["name"], limit=1)
        said = await fail(client, "create_note", contact_id=cards["items"][0]["id"], text="Hi")
        assert "in MiniCRM it is a project" in said
        assert "there is no contact 5001 (in MiniCRM it is a contact" in await fail(
            client, "create_note", contact_id=5001, text="Hi"
        )

    in_session(play)
    assert demo.requests(method="POST") == []
