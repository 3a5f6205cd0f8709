"""Field names and option labels, checked and resolved by what sampled records show."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from mcp import Client

from crm_mcp.errors import InputError
from crm_mcp.ivinex.account.inferred_schema import InferredSchema
from tests.crm_mcp.ivinex.option_records import LABELS, ROWS
from tests.support.crm_stub import RECORDS, CrmStub, in_session
from tests.support.mcp_play import call, fail

SEARCH = f"GET {RECORDS}"


def filters_sent(crms: CrmStub) -> list[dict[str, str]]:
    return json.loads(crms.query_of(SEARCH)["Filters"])


@pytest.mark.parametrize(
    ("operand", "value", "sent"),
    [
        ("Equal", "Customer", "1"),
        ("NotEqual", " customer ", "1"),
        ("In", ["Customer", "2"], "1,2"),
        ("In", "Customer,2", "1,2"),
        ("Equal", "2", "2"),
        ("Equal", "77", "77"),
    ],
)
def test_an_option_is_filtered_by_label_or_id(portal: CrmStub, operand: str, value: object, sent: str) -> None:
    by_kind = [{"field": "kind", "operand": operand, "value": value}]
    in_session(lambda client: call(client, "search_records", module="contact", filters=by_kind))
    assert filters_sent(portal) == [{"Field": "kind", "Operand": operand, "Value": sent}]


@pytest.mark.usefixtures("portal")
def test_a_near_miss_answers_with_candidates_and_two_matches_ask_which() -> None:
    async def play(client: Client) -> None:
        def by(field: str, value: str) -> dict[str, Any]:
            return {"module": "contact", "filters": [{"field": field, "operand": "Equal", "value": value}]}

        assert "did you mean Customer (1)" in await fail(client, "search_records", **by("kind", "Custmer"))
        assert "Give the id: 2 (Lead), 3 (Lead)" in await fail(client, "search_records", **by("kind", "Lead"))
        assert "Did you mean first_name?" in await fail(client, "search_records", **by("firstname", "Anna"))
        assert "Did you mean email_1?" in await fail(client, "search_records", **by("email1", "x"))
        assert "Did you mean email_1?" in await fail(client, "search_records", module="contact", order_by="emial_1")
        for unheard_of in ("zip", "email_2", "full_name", "id"):
            await call(client, "search_records", **by(unheard_of, "x"))
        nonsense = {"module": "contact", "fields": ["nonsense"]}
        assert "Fields: first_name, kind, email_1, about" in await fail(client, "search_records", **nonsense)
        assert "Fields: first_name" in await fail(client, "get_record", record_id=8, **nonsense)

    in_session(play)


def test_a_search_that_names_nothing_takes_one_request_and_a_module_is_sampled_once(portal: CrmStub) -> None:
    async def play(client: Client) -> None:
        await call(client, "search_records", module="contact")
        await call(client, "get_record", module="contact", record_id=8)
        await call(client, "search_records", module="contact", fields=["first_name"])
        assert len(portal.calls) == 3
        for _ in range(3):
            await call(client, "search_records", module="contact", order_by="kind")
        assert len(portal.calls) == 3 + 2 + 3

    in_session(play)


def test_an_empty_module_lets_every_name_pass_and_one_that_may_not_be_read_too(crms: CrmStub) -> None:
    anything = {"module": "contact", "filters": [{"field": "frst_name", "operand": "Equal", "value": "x"}]}
    assert in_session(lambda client: call(client, "search_records", **anything))["items"] == []
    crms.answer_status(SEARCH, 403)
    assert "IVINEX_USERNAME" in in_session(lambda client: fail(client, "search_records", **anything))


def test_a_name_where_records_hold_ids_finds_nothing_and_says_why(crms: CrmStub) -> None:
    rows = [{"collection_id": "8", "name": "Anna", "company": "2"}]
    crms.answer(
        SEARCH, lambda request: httpx.Response(200, json={"Records": [] if "Filters" in request.url.params else rows})
    )

    async def play(client: Client) -> None:
        def by(field: str, value: str) -> dict[str, Any]:
            return {"module": "contact", "filters": [{"field": field, "operand": "Equal", "value": value}]}

        assert (
            "find 'Bluebird' there first" in (await call(client, "search_records", **by("company", "Bluebird")))["note"]
        )
        counted = await call(client, "summarize_records", **by("company", "Bluebird"))
        assert not counted["exact"]
        assert "company" in counted["note"]
        for nothing in (by("company", "3"), by("name", "Zoe")):
            assert (await call(client, "search_records", **nothing))["items"] == []
            assert (await call(client, "summarize_records", **nothing))["exact"]

    in_session(play)


def schema() -> InferredSchema:
    plain: list[Any] = [{"id": row["collection_id"], "fields": row} for row in ROWS]
    labelled: list[Any] = [
        {"id": row["collection_id"], "fields": {**row, "kind": LABELS[str(row["kind"])]}} for row in ROWS
    ]
    return InferredSchema.infer(plain, labelled)


def test_fields_to_be_written_have_option_ids_and_wrong_names_are_refused() -> None:
    assert schema().resolve_fields({"kind": "customer", "first_name": "Lead", "zip": "1"}) == {
        "kind": "1",
        "first_name": "Lead",
        "zip": "1",
    }
    assert schema().resolve_fields({"kind": 2, "email_2": "x"}) == {"kind": 2, "email_2": "x"}
    with pytest.raises(InputError, match="Did you mean first_name"):
        schema().resolve_fields({"frst_name": "x"})
    with pytest.raises(InputError, match=r"'Partner' is not a choice of kind. Choices: Customer \(1\)"):
        schema().resolve_fields({"kind": "Partner"})
