"""Tasks and addresses in every shape that they are known to come in."""

from __future__ import annotations

import pytest

from crm_mcp.crm.paging import Page
from crm_mcp.minicrm import wire
from tests.crm_mcp.minicrm.wire.responses import response_of


def test_tasks_are_a_list_of_rows() -> None:
    rows = [
        {
            "Id": "1111",
            "Status": "Open",
            "Comment": "Do something.",
            "Deadline": "2012-01-17 23:59:00",
            "UserId": "3200",
            "Type": "0",
            "Url": "https://r3.minicrm.hu/Api/R3/ToDo/1111",
        },
        {"Id": 2222, "Status": "Closed", "Comment": "", "Deadline": "0000-00-00 00:00:00", "UserId": 0, "Type": 1566},
    ]
    assert wire.parse_list_tasks(response_of({"Count": 2, "Results": rows})) == Page(
        [
            {
                "id": "1111",
                "comment": "Do something.",
                "status": "Open",
                "deadline": "2012-01-17 23:59:00",
                "user_id": "3200",
            },
            {"id": "2222", "comment": "", "status": "Closed", "type_id": "1566"},
        ],
        2,
    )


def test_a_task_has_labels_and_its_attachments() -> None:
    attachments = {"FileName": "details.pdf", "Url": "https://cdn.minicrm.hu/x"}
    body = {"Id": 1111, "UserId": "John Doe", "ProjectId": 2001, "Type": "Call", "Status": "Open", "Comment": "c"}
    assert wire.parse_get_task(response_of(body | {"Deadline": "", "Attachments": attachments, "Url": "u"})) == {
        "id": "1111",
        "comment": "c",
        "status": "Open",
        "project_id": "2001",
        "user": "John Doe",
        "type": "Call",
        "fields": {"Attachments": attachments, "Url": "u"},
    }


@pytest.mark.parametrize("empty", ["", None, "0000-00-00", "0000-00-00 00:00:00", "1970-01-01 01:00:00"])
def test_an_empty_deadline_is_absent(empty: object) -> None:
    assert "deadline" not in wire.parse_get_task(response_of({"Id": 1, "Deadline": empty}))


@pytest.mark.parametrize(
    "body",
    [
        {"Count": 2, "Results": [{"123": "Home (5555)", "456": "Office"}]},
        {"Count": "2", "Results": {"123": "Home (5555)", "456": "Office"}},
        {"Count": 2, "Results": [{"123": "Home (5555)"}, {"456": "Office"}]},
        {
            "Count": 2,
            "Results": {"123": {"Id": 123, "Address": "Home (5555)", "Url": "u"}, "456": {"Address": "Office"}},
        },
        {"Count": 2, "Results": [{"Id": "123", "Address": "Home (5555)"}, {"Id": 456, "Address": "Office"}]},
    ],
)
def test_addresses_are_labels_by_id_in_every_shape(body: object) -> None:
    assert wire.parse_list_addresses(response_of(body)) == Page(
        [{"id": "123", "label": "Home (5555)"}, {"id": "456", "label": "Office"}], 2
    )


def test_structured_addresses_may_come_without_results() -> None:
    body = {"123": {"Id": 123, "Address": "Home", "Url": "u"}}
    assert wire.parse_list_addresses(response_of(body)).items == [{"id": "123", "label": "Home"}]


def test_an_address_keeps_its_own_fields() -> None:
    fields = {"Type": "HQ", "PostalCode": 5555, "Default": 1}
    assert wire.parse_get_address(response_of({"Id": 123, "ContactId": 1234, "Name": "MiniCRM Ag."} | fields)) == {
        "id": "123",
        "name": "MiniCRM Ag.",
        "contact_id": "1234",
        "fields": fields,
    }
