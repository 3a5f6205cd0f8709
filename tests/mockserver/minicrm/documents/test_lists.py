"""`GET /Api/Invoice/List` and its like."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.minicrm.account import Account, read_refusal
from tests.mockserver.minicrm.documents.seed import SEED, account


def list_ids(of: Account, kind: str = "Invoice", **query: str) -> list[str]:
    answer = of.get(f"/Api/{kind}/List", query)
    rows: dict[str, Any] = answer["Results"] or {}
    assert answer["Count"] == len(rows)
    assert [row["Id"] for row in rows.values()] == list(rows)
    return list(rows)


def test_a_row_is_text_throughout_with_four_decimals():
    rows = account().get("/Api/Invoice/List")["Results"]
    assert list(rows["1"].items()) == [
        *{"Id": "1", "ProjectId": "601", "StornedId": "", "Number": "TF-2025/0001", "Type": "Invoice"}.items(),
        *{"Issued": "2025-11-01", "Performance": "2025-11-02", "Prompt": "2025-11-16", "Paid": ""}.items(),
        *{"CurrencyCode": "HUF", "AmountNet": "2149.0000", "AmountVat": "580.0000", "Amount": "2729.0000"}.items(),
        *{"Status": "Issued", "StatusGroup": "Open"}.items(),
        ("DocumentUrl", rows["1"]["DocumentUrl"]),
    ]
    assert rows["2"]["Paid"] == "2025-11-20"
    assert (rows["5"]["Type"], rows["5"]["Amount"], rows["5"]["CurrencyCode"]) == ("Proforma", "649.5100", "EUR")


def test_the_newest_change_of_the_document_stands_first_whatever_its_card_says():
    assert list_ids(account()) == ["2", "1", "5", "4", "3"]
    assert list_ids(account(), "Order") == ["6"]
    assert list_ids(account(), "Offer") == ["7"]


@pytest.mark.parametrize("since", ["2025-12-05 09:30", "2025-12-05 09:30:00", "2025-12-05"])
def test_changes_since_a_moment_are_the_documents_own(since: str):
    of = account()
    of.put("Project/603", {"Text70": "Berlin"})
    assert list_ids(of, UpdatedSince=since) == ["2", "1"]


def test_a_group_is_that_of_the_cards_status_and_joined_by_and():
    assert list_ids(account(), StatusGroup="Failed") == ["4", "3"]
    assert list_ids(account(), StatusGroup="Open", UpdatedSince="2025-12-05 00:00") == ["1"]
    assert list_ids(account(), StatusGroup="Lead") == []


def test_nothing_found_is_an_empty_list():
    assert Account().get("/Api/Invoice/List") == {"Count": 0, "Results": []}


def test_a_page_has_a_hundred_and_the_count_of_all():
    document = SEED["documents"][0]
    documents = [{**document, "Id": number} for number in range(1, 252)]
    of = Account(seed={**SEED, "documents": documents})
    pages = [of.get("/Api/Invoice/List", {"Page": str(page)}) for page in range(4)]
    assert [len(page["Results"]) for page in pages] == [100, 100, 51, 0]
    assert {page["Count"] for page in pages} == {251}
    assert next(iter(pages[0]["Results"])) == "251"


@pytest.mark.parametrize(
    "query", [{"Page": "x"}, {"Page": "-1"}, {"UpdatedSince": "yesterday"}, {"StatusGroup": "Draft"}]
)
def test_a_wrong_parameter_is_refused_in_words(query: dict[str, str]):
    [name] = query
    assert read_refusal(account().ask("GET", "/Api/Order/List", query)) == (400, f"Order (GET): Bad parameter: {name}")


def test_a_parameter_that_the_manual_lacks_is_ignored_or_refused_by_a_switch():
    answer = account().ask("GET", "/Api/Invoice/List", {"ProjectId": "601"})
    assert answer.hints == ("the parameter ProjectId means nothing here and was not looked at (assumed)",)
    assert len(list_ids(account(), ContactId="11")) == 5
    strict = account(document_lists_refuse_unknown_parameters=True)
    assert strict.ask("GET", "/Api/Invoice/List", {"ProjectId": "601"}).status == 400


def test_another_status_group_is_ignored_by_a_switch():
    assert list_ids(account(document_lists_ignore_unknown_groups=True), "Order", StatusGroup="Draft") == ["6"]


def test_the_one_that_cancels_names_the_cancelled_or_by_a_switch_the_other_way_round():
    rows = account().get("/Api/Invoice/List")["Results"]
    assert (rows["4"]["StornedId"], rows["3"]["StornedId"]) == ("3", "")
    rows = account(storned_id_on_the_cancelled=True).get("/Api/Invoice/List")["Results"]
    assert (rows["4"]["StornedId"], rows["3"]["StornedId"]) == ("", "4")


def test_a_storno_has_its_own_type_by_a_switch():
    assert account().get("/Api/Invoice/List")["Results"]["4"]["Type"] == "Invoice"
    assert account(storno_is_a_type=True).get("/Api/Invoice/List")["Results"]["4"]["Type"] == "Storno"


def test_results_are_a_list_by_a_switch():
    answer = account(document_results_are_a_list=True).get("/Api/Offer/List")
    assert [row["Number"] for row in answer["Results"]] == ["AJ2025-E/00007"]


def test_issued_documents_alone_are_listed_by_a_switch():
    of = account(document_lists_hold_issued_only=True)
    assert list_ids(of, "Order") == []
    assert list_ids(of, "Offer") == ["7"]
    of.put("Project/607", {"StatusId": 91})
    assert list_ids(of, "Offer") == []


def test_a_document_whose_card_was_trashed_is_listed_still():
    of = account()
    of.put("Project/601", {"Deleted": 1})
    assert "1" in list_ids(of)


def test_a_plan_without_documents_refuses_each_request_with_403():
    of = account(documents_not_in_plan=True)
    for path in ("/Api/Invoice/List", "/Api/Order/6", "/Api/Offer/List"):
        kind = path.split("/")[2]
        assert read_refusal(of.ask("GET", path)) == (403, f"{kind} (GET): Your plan does not include this!")
