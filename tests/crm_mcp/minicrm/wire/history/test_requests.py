"""What goes out for histories, mails, templates, connections and products."""

from __future__ import annotations

import pytest

from crm_mcp.crm.messages import Request
from crm_mcp.errors import InputError
from crm_mcp.minicrm.wire import history

READS: list[tuple[Request, str, tuple[tuple[str, str], ...]]] = [
    (history.build_get_project_history("6101"), "ProjectHistory/6101", (("Type", "StatusHistory"),)),
    (
        history.build_get_project_history(6101, page=2),
        "ProjectHistory/6101",
        (("Type", "StatusHistory"), ("Page", "2")),
    ),
    (history.build_list_emails("6101"), "EmailList/6101", ()),
    (history.build_list_templates(11), "TemplateList/11", ()),
    (history.build_get_template("007"), "Template/7", ()),
    (history.build_list_project_connections("6101"), "ListProjectConnection", (("FromProjectId", "6101"),)),
]


@pytest.mark.parametrize(("request_", "path", "query"), READS)
def test_reading_is_a_get_that_may_be_repeated(
    request_: Request, path: str, query: tuple[tuple[str, str], ...]
) -> None:
    assert request_ == Request("GET", f"/Api/R3/{path}", query)


def test_projects_are_connected_once() -> None:
    request = history.build_create_project_connection("6101", 6102)
    body = {"FromProjectId": 6101, "ToProjectId": 6102}
    assert request == Request("PUT", "/Api/R3/CreateProjectConnection", body=body, is_idempotent=False)
    changed = history.build_update_project_connection("6101", "6102", " ")
    assert (changed.body, changed.is_idempotent) == ({**body, "Description": ""}, True)
    assert history.build_delete_project_connection(6101, 6102).body == body


def test_a_product_with_a_sku_may_be_sent_again_since_it_updates_itself() -> None:
    assert history.build_create_product({"Name": "Fan", "SKU": "F-1"}).is_idempotent
    assert not history.build_create_product({"Name": "Fan", "PriceNet": 10}).is_idempotent
    assert history.build_update_product(12, {"VAT": "27%", "CurrencyCode": "HUF"}).path == "/Api/R3/Product/12"
    assert history.build_update_product(12, {"Deleted": True}).body == {"Deleted": 1}


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: history.build_get_project_history("../Project/1"), "project_id must be a MiniCRM id"),
        (lambda: history.build_list_emails(1, page=-1), "page must be a whole number"),
        (lambda: history.build_create_project_connection(5, "05"), "connected to itself"),
        (lambda: history.build_create_product({"PriceNet": 5}), "Name must be given"),
        (lambda: history.build_create_product({"Name": "x", "Id": 5}), "Id cannot be set"),
        (lambda: history.build_update_product(12, {"PriceNet": 5, "VAT": "27%"}), "CurrencyCode must be given"),
    ],
)
def test_what_would_do_harm_is_refused_before_it_is_sent(build: object, words: str) -> None:
    assert callable(build)
    with pytest.raises(InputError, match=words):
        build()
