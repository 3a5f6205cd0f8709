"""Fields by the names that people of the account use for them, wherever a field is named."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from crm_mcp.doctor import examine
from tests.support.crm_stub import API, CrmStub, in_session
from tests.support.mcp_play import call, fail

PROJECT = f"GET {API}/Project/7"
CARD = {"Id": 7, "CategoryId": 3, "Name": "Card", "StatusId": "New", "UserId": "John Doe", "Text1": "web", "Int3": "5"}


@pytest.fixture
def labelled(crms: CrmStub, monkeypatch: pytest.MonkeyPatch) -> CrmStub:
    monkeypatch.setenv("MINICRM_LABELS", "Text1=Forrás,Int3=Budget (HUF),Enum9=Level")
    schema: dict[str, Any] = {"StatusId": {"2500": "New"}, "UserId": {"1": "John Doe", "2": "Jane Roe"}}
    crms.answer(f"GET {API}/Schema/Project/3", {**schema, "Text1": "Text(1024)", "Int3": "Int"})
    crms.answer(PROJECT, CARD)
    rows = {"7": {"Id": 7, "Name": "Card", "StatusId": 2500, "UserId": 1}}
    crms.answer(f"GET {API}/Project", {"Count": 1, "Results": rows})
    return crms


def test_rows_and_projects_show_labels_and_are_asked_for_by_them(labelled: CrmStub) -> None:
    async def play(client: Any) -> None:
        (row,) = (await call(client, "search_projects", module="Sales", fields=["budget (huf)", "Text1"]))["items"]
        assert row["fields"] == {"Forrás": "web", "Budget (HUF)": "5"}
        assert (await call(client, "get_project", project_id=7))["fields"] == {"Forrás": "web", "Budget (HUF)": "5"}
        assert "Int3" in (await call(client, "get_project", project_id=7, detail=True))["fields"]

    in_session(play)
    assert PROJECT in labelled.calls


def test_filters_and_writes_take_labels(labelled: CrmStub) -> None:
    in_session(lambda client: call(client, "search_projects", module="Sales", filters={"Forrás": "web"}))
    assert labelled.query_of(f"GET {API}/Project") == {"CategoryId": "3", "Text1": "web"}
    in_session(lambda client: call(client, "update_project", project_id=7, fields={"Budget (HUF)": 9}))
    assert labelled.written == [(f"{API}/Project/7", {"Int3": 9})]
    said = in_session(lambda client: fail(client, "search_projects", filters={"Forrás": "x", "Text1": "y"}))
    assert "Text1 is given twice: its label is 'Forrás'" in said


@pytest.mark.parametrize("measure", ["sum:Int3", "sum:Budget (HUF)", "sum(Budget (HUF))", "budget (huf):sum"])
def test_a_summary_is_told_by_labels_however_it_was_asked(labelled: CrmStub, measure: str) -> None:
    answer = in_session(
        lambda client: call(client, "summarize_projects", module="Sales", group_by=["Text1"], measures=[measure])
    )
    assert answer["groups"] == [{"Forrás": "web", "count": 1, "sum:Budget (HUF)": 5}]
    assert PROJECT in labelled.calls


def test_one_field_by_name_and_label_is_refused(labelled: CrmStub) -> None:
    said = in_session(lambda client: fail(client, "summarize_projects", module="Sales", group_by=["Text1", "Forrás"]))
    assert "'Forrás' is given twice" in said
    assert PROJECT not in labelled.calls


def test_a_dry_run_shows_labels(labelled: CrmStub) -> None:
    arguments = {"project_id": 7, "fields": {"Forrás": "fair"}, "dry_run": True}
    preview = in_session(lambda client: call(client, "update_project", **arguments))
    assert preview["changes"] == [{"id": "7", "name": "Card", "field": "Forrás", "before": "web", "after": "fair"}]
    assert labelled.written == []


def test_a_description_tells_labels(labelled: CrmStub) -> None:
    described = in_session(lambda client: call(client, "describe_module", crm="minicrm", module="Sales"))
    assert {"name": "Int3", "type": "Int", "label": "Budget (HUF)"} in described["fields"]
    assert labelled.written == []


def test_a_label_of_no_field_is_told_by_the_doctor(labelled: CrmStub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(finding.ok for finding in asyncio.run(examine()) if finding.about == "MiniCRM")
    monkeypatch.setenv("MINICRM_LABELS", "Int99=Budget")
    (said,) = [str(finding) for finding in asyncio.run(examine()) if finding.about == "MiniCRM"]
    assert "MINICRM_LABELS names fields that no module has: Int99." in said
    assert labelled.written == []
