"""summarize_projects against a fake that remembers what it was asked: exact, cheap, and honest where it cannot be."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import pytest

from mockserver.seeds.generate import generate_seed
from mockserver.seeds.load import read_seed
from mockserver.testing.crm_fake import CrmFake
from tests.support.mcp_play import call, fail
from tests.support.question_play import account, asking, sale

pytestmark = [pytest.mark.slow, pytest.mark.crm_fake(profile="observed", deviations={"requests-are-limited": False})]
SEARCH = "/Api/R3/Project"


def summary_of(fake: CrmFake, **arguments: Any) -> dict[str, Any]:
    """Return the summary, with a journal that holds its requests alone."""
    fake.forget_requests()

    async def run() -> dict[str, Any]:
        async with asking(fake.env) as client:
            return await call(client, "summarize_projects", **arguments)

    return asyncio.run(run())


def details_read(fake: CrmFake) -> int:
    return sum(one["path"].startswith(f"{SEARCH}/") for one in fake.requests())


def searches(fake: CrmFake) -> int:
    return sum(one["path"] == SEARCH for one in fake.requests())


@pytest.fixture
def sales(crm_fake: CrmFake) -> CrmFake:
    """250 projects of which every count by hand is easy."""
    rows = [
        sale(
            number,
            StatusId=1 + number % 4,
            UserId=1 + number % 2,
            Int1=number,
            Set1=number % 4,
            CreatedAt=f"2026-{1 + number % 3:02}-28 23:30:00",
            **({"Enum1": number % 4} if number % 4 else {}),
            **({"Source": 1 + number % 2} if number % 5 else {}),
        )
        for number in range(1, 251)
    ]
    crm_fake.seed(account(rows))
    return crm_fake


def groups(answer: dict[str, Any], *keys: str) -> dict[Any, Any]:
    return {tuple(one[key] for key in keys): one["count"] for one in answer["groups"]}


def test_a_count_by_status_takes_one_search_a_status_and_reads_no_project(sales: CrmFake) -> None:
    answer = summary_of(sales, module="Sales", group_by=["status"])
    assert groups(answer, "status") == {("Offer",): 63, ("Won",): 63, ("New",): 62, ("Lost",): 62}
    assert (answer["total"], answer["exact"]) == (250, True)
    assert searches(sales) == 3, "three pages are fewer than four statuses and two pages"
    assert details_read(sales) == 0


def test_everything_is_counted_by_two_requests(sales: CrmFake) -> None:
    assert summary_of(sales) == {"groups": [{"count": 250}], "total": 250, "exact": True}
    assert searches(sales) == 2


def test_a_choice_is_told_by_searches_with_what_has_none(sales: CrmFake) -> None:
    answer = summary_of(sales, module="Sales", group_by=["Enum1"])
    assert groups(answer, "Enum1") == {("Web",): 63, ("Fair",): 63, ("Friend",): 62, (None,): 62}
    assert answer["exact"]
    assert details_read(sales) == 0


def test_two_keys_are_told_together(sales: CrmFake) -> None:
    answer = summary_of(sales, group_by=["user", "Enum1"])
    by_hand = Counter(
        (("John", "Jane")[number % 2], (None, "Web", "Fair", "Friend")[number % 4]) for number in range(1, 251)
    )
    assert groups(answer, "user", "Enum1") == dict(by_hand)
    assert answer["exact"]
    assert details_read(sales) == 0


def test_module_and_status_group_are_told_by_searches(sales: CrmFake) -> None:
    answer = summary_of(sales, group_by=["module", "status_group"])
    assert groups(answer, "module", "status_group") == {
        ("Sales", "Open"): 63,
        ("Sales", "Success"): 63,
        ("Sales", "Lead"): 62,
        ("Sales", "Failed"): 62,
    }
    assert details_read(sales) == 0


def test_measures_and_months_read_projects_and_are_exact(sales: CrmFake) -> None:
    answer = summary_of(sales, module="Sales", group_by=["month:CreatedAt"], measures=["sum:Int1", "max:CreatedAt"])
    by_hand = {f"2026-{1 + rest:02}": [n for n in range(1, 251) if n % 3 == rest] for rest in range(3)}
    assert answer["groups"] == [
        {"month:CreatedAt": month, "count": len(own), "sum:Int1": sum(own), "max:CreatedAt": f"{month}-28 23:30:00"}
        for month, own in sorted(by_hand.items())
    ]
    assert answer["exact"]
    assert details_read(sales) == 250


def test_a_cut_answer_says_so_and_tells_of_the_newest(sales: CrmFake) -> None:
    answer = summary_of(sales, measures=["sum:Int1"], max_reads=10)
    assert answer["groups"] == [{"count": 10, "sum:Int1": sum(range(241, 251))}]
    assert (answer["total"], answer["read"], answer["exact"]) == (250, 10, False)
    assert "Only the 10 newest of" in answer["note"]


def test_a_set_is_read_from_projects_since_searches_would_count_some_twice(sales: CrmFake) -> None:
    answer = summary_of(sales, module="Sales", group_by=["Set1"])
    assert groups(answer, "Set1") == {("Kitchen",): 63, ("Bath",): 63, ("Kitchen, Bath",): 62, (None,): 62}
    assert details_read(sales) == 250


def test_what_may_be_a_set_is_read_from_projects_too(sales: CrmFake) -> None:
    answer = summary_of(sales, module="Sales", group_by=["Source"])
    assert groups(answer, "Source") == {("Old",): 100, ("Young",): 100, (None,): 50}
    assert details_read(sales) == 250


def test_a_group_that_the_search_itself_fixes_costs_nothing(sales: CrmFake) -> None:
    answer = summary_of(sales, module="Sales", status_group="Open", group_by=["module", "status_group", "status"])
    assert answer["groups"] == [{"module": "Sales", "status_group": "Open", "status": "Offer", "count": 63}]
    assert searches(sales) == 1


@pytest.mark.crm_fake(profile="observed", deviations={"requests-are-limited": False, "search-hides-trash": False})
def test_what_is_in_the_trash_is_left_out_where_the_crm_sends_it(crm_fake: CrmFake) -> None:
    crm_fake.seed(account([sale(1, Deleted=1), *(sale(number) for number in range(2, 222))]))
    for group_by in ([], ["status"], ["Enum1"]):
        answer = summary_of(crm_fake, module="Sales", group_by=group_by)
        assert (answer["groups"][0]["count"], answer["total"], answer["exact"]) == (220, 220, True), group_by


def test_what_is_in_the_trash_is_not_counted_but_where_it_is_asked_for(crm_fake: CrmFake) -> None:
    crm_fake.seed(account([sale(1), sale(2, Deleted=1), sale(3)]))
    assert summary_of(crm_fake, group_by=["status"])["groups"] == [{"status": "Offer", "count": 2}]
    assert summary_of(crm_fake, group_by=["status"], deleted=True)["groups"] == [{"status": "Offer", "count": 1}]


@pytest.mark.parametrize("group_by", [[], ["status"], ["Enum1"]])
def test_a_count_that_disagrees_with_the_rows_is_never_called_exact(sales: CrmFake, group_by: list[str]) -> None:
    sales.faults({"match": {"path": SEARCH}, "fault": {"kind": "wrong_count"}})
    answer = summary_of(sales, module="Sales", group_by=group_by)
    assert (answer["total"], answer["exact"]) == (250, False)
    assert "counts 350 but sent 250" in answer["note"]
    assert sum(one["count"] for one in answer["groups"]) == 250


def test_a_page_that_comes_again_is_noticed(sales: CrmFake) -> None:
    sales.faults({"match": {"path": SEARCH}, "fault": {"kind": "same_page"}})
    answer = summary_of(sales, module="Sales", group_by=["month:CreatedAt"])
    assert answer["exact"] is False
    assert answer["total"] == 100


def test_a_page_that_fails_is_an_error_and_not_a_smaller_answer(sales: CrmFake) -> None:
    sales.faults({"match": {"path": SEARCH, "nth": 3}, "fault": {"kind": "status", "status": 503}})

    async def run() -> str:
        async with asking(sales.env) as client:
            return await fail(client, "summarize_projects", module="Sales", group_by=["status"])

    assert "503" in asyncio.run(run())


def test_too_many_requests_in_the_middle_give_what_was_read_and_say_so(sales: CrmFake) -> None:
    sales.faults({"match": {"path": f"{SEARCH}/1*"}, "fault": {"kind": "status", "status": 429}})
    answer = summary_of(sales, module="Sales", measures=["sum:Int1"])
    assert answer["exact"] is False
    assert 0 < answer["read"] < 250
    assert "MiniCRM takes no more requests" in answer["note"]


def test_a_field_that_no_schema_knows_is_refused_with_what_was_meant(sales: CrmFake) -> None:
    sales.forget_requests()

    async def run() -> None:
        async with asking(sales.env) as client:
            assert "did you mean Enum1" in await fail(client, "summarize_projects", module="Sales", group_by=["Enum2"])
            assert "is not a measure" in await fail(client, "summarize_projects", measures=["total:Int1"])

    asyncio.run(run())
    assert searches(sales) == 0


@pytest.mark.slow
def test_a_summary_of_5000_projects_is_small_and_agrees_with_counting_by_hand(crm_fake: CrmFake) -> None:
    made = generate_seed({"minicrm": read_seed("demo")["minicrm"]}, 12_400)
    crm_fake.seed(made)
    part: Any = made["minicrm"]
    alive = [row for row in part["projects"] if not row.get("Deleted")]
    statuses = {
        int(key): one["label"] for module in part["modules"].values() for key, one in module["statuses"].items()
    }
    assert len(alive) > 4_200
    answer = summary_of(crm_fake, group_by=["status"])
    assert groups(answer, "status") == Counter((statuses[row["StatusId"]],) for row in alive)
    assert (answer["total"], answer["exact"]) == (len(alive), True)
    assert len(crm_fake.requests()) <= 42
    for group_by in (["user", "status"], ["status"], ["module", "user"], ["Enum1205", "module"]):
        answer = summary_of(crm_fake, group_by=group_by)
        assert len(json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()) < 2_000
        assert answer["exact"]
        told = sum(one["count"] for one in answer["groups"]) + answer.get("other", {"count": 0})["count"]
        assert told == len(alive)
