"""What is made of histories, mails, templates and connections in all the shapes that they may come in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_mcp.crm.messages import Request, Response
from crm_mcp.errors import CrmError, NotFoundError, UnexpectedAnswerError
from crm_mcp.minicrm.wire import history
from tests.crm_mcp.minicrm.wire.responses import response_of

FIRST = {
    "Id": "71",
    "ProjectId": "6101",
    "Type": "StatusHistory",
    "UserId": "101",
    "ClosedAt": "2026-11-02 09:00:00",
    "Status_Old_Id": "",
    "Status_New_Id": "2101",
    "Status_Old_Name": "",
    "Status_New_Name": "Inquiry",
}
SECOND = {
    "Id": "72",
    "ProjectId": "6101",
    "Type": "StatusHistory",
    "UserId": "0",
    "ClosedAt": "2026-11-12 10:00:00",
    "Status_Old_Id": "2101",
    "Status_New_Id": "2104",
    "Status_Old_Name": "Inquiry",
    "Status_New_Name": "Won",
}
CHANGES = [
    {
        "id": "72",
        "at": "2026-11-12 10:00:00",
        "old_status": "Inquiry",
        "old_status_id": "2101",
        "status": "Won",
        "status_id": "2104",
    },
    {"id": "71", "at": "2026-11-02 09:00:00", "user_id": "101", "status": "Inquiry", "status_id": "2101"},
]


@pytest.mark.parametrize(
    "results",
    [{"72": SECOND, "71": FIRST}, {"9": SECOND, "8": FIRST}, [SECOND, FIRST], [{"72": SECOND, "71": FIRST}]],
)
@pytest.mark.parametrize("count", ["2", 2])
def test_changes_of_a_status_are_read_from_an_object_or_a_list(results: object, count: object) -> None:
    page = history.parse_get_project_history(response_of({"Count": count, "Results": results}))
    assert (page.items, page.total) == (CHANGES, 2)


def test_rows_of_another_kind_of_history_are_no_changes_of_a_status() -> None:
    rows = {"71": FIRST, "73": {**SECOND, "Id": "73", "Type": "EmailHistory"}}
    page = history.parse_get_project_history(response_of({"Count": "2", "Results": rows}))
    assert ([one["id"] for one in page.items], page.total) == (["71"], 1)


@pytest.mark.parametrize("empty", [[], {"Count": "0", "Results": []}, {"Count": 0, "Results": {}}, {"Count": 0}])
def test_an_empty_list_in_any_form_is_empty(empty: object) -> None:
    assert history.parse_get_project_history(response_of(empty)).items == []
    assert history.parse_list_emails(response_of(empty)).items == []
    assert history.parse_list_templates(response_of(empty)).items == []


def test_a_mail_keeps_what_it_holds_and_no_empty_dates() -> None:
    row = {
        "Id": 31,
        "TemplateId": "0",
        "From": "anna@example.com",
        "To": ["bela@example.com", "cili@example.com"],
        "Subject": "Offer",
        "Body": "<p>Dear Béla</p>",
        "Status": "Sent",
        "CreatedAt": "2026-11-03 08:00:00",
        "OpenedAt": "2026-11-03 09:00:00",
        "ClickedAt": "0000-00-00 00:00:00",
        "UnsubscribedDate": None,
    }
    assert history.parse_list_emails(response_of({"Count": 1, "Results": {"31": row}})).items == [
        {
            "id": "31",
            "subject": "Offer",
            "from": "anna@example.com",
            "to": "bela@example.com, cili@example.com",
            "at": "2026-11-03 08:00:00",
            "status": "Sent",
            "opened_at": "2026-11-03 09:00:00",
            "body": "<p>Dear Béla</p>",
        }
    ]


def test_templates_come_as_a_list_and_one_by_one() -> None:
    row = {"Id": 12, "Type": "Email", "Name": "Offer", "Url": "https://crm.example/Api/R3/Template/12"}
    assert history.parse_list_templates(response_of({"Count": 1, "Results": [row]})).items == [
        {"id": "12", "name": "Offer", "type": "Email", "url": "https://crm.example/Api/R3/Template/12"}
    ]
    detail = {
        "Id": 12,
        "CategoryId": 11,
        "Type": "To do",
        "Name": "Call",
        "Subject": "",
        "Content": "<p>Call them</p>",
        "FolderId": 4,
        "Folders": [4, 5],
        "New": "1",
    }
    assert history.parse_get_template(response_of(detail)) == {
        "id": "12",
        "name": "Call",
        "module_id": "11",
        "type": "To do",
        "content": "<p>Call them</p>",
        "folder_id": "4",
        "folder_ids": ["4", "5"],
        "fields": {"New": "1"},
    }


CONNECTION = {
    "ProjectId": 6102,
    "ProjectName": "Attic",
    "Description": "",
    "CategoryId": 11,
    "StatusId": 2104,
    "MainContactId": 5001,
}
CONNECTED = {"project_id": "6102", "name": "Attic", "module_id": "11", "status_id": "2104", "main_contact_id": "5001"}


@pytest.mark.parametrize("connections", [{"0": CONNECTION}, [CONNECTION], {"7": CONNECTION}])
def test_connections_are_read_from_an_object_or_a_list(connections: object) -> None:
    body = {"TotalCount": 1, "Page": 0, "ItemPerPage": 100, "Connections": connections}
    page = history.parse_list_project_connections(response_of(body))
    assert (page.items, page.total) == ([CONNECTED], 1)
    assert history.parse_create_project_connection(response_of(CONNECTION)) == CONNECTED


@pytest.mark.parametrize("empty", [[], {"TotalCount": 0, "Connections": []}, {"TotalCount": "0", "Connections": {}}])
def test_a_project_without_connections_has_none(empty: object) -> None:
    assert history.parse_list_project_connections(response_of(empty)).items == []


@pytest.mark.parametrize("body", [{"Connections": 5}, {"Connections": ["x"]}, {"Connections": [{"Name": "x"}]}, "x"])
def test_connections_of_another_shape_are_refused(body: object) -> None:
    with pytest.raises(UnexpectedAnswerError):
        history.parse_list_project_connections(response_of(body))


def test_a_connection_that_was_changed_may_be_answered_by_anything() -> None:
    bodies: list[object] = [{}, [], {"Message": "OK"}, CONNECTION]
    for body in bodies:
        assert history.parse_update_project_connection(response_of(body)) is None
        assert history.parse_delete_project_connection(response_of(body)) is None


def test_a_refusal_names_what_was_not_found() -> None:
    response = response_of(b"ProjectHistory (GET): not found", 404, "/Api/R3/ProjectHistory/99")
    with pytest.raises(NotFoundError, match="MiniCRM has no history of project 99"):
        history.parse_get_project_history(response)


PARSERS = [name for name in dir(history) if name.startswith("parse_")]
KEYS = ["Id", "Count", "Results", "Connections", "ProjectId", "From", "To", "Type", "Folders", "ClosedAt", "UserId"]
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["0", "1"])
any_json = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.integers(0, 9).map(str), inner, max_size=5)
    ),
    max_leaves=12,
)


@pytest.mark.slow
@pytest.mark.parametrize("parser", PARSERS)
@given(body=any_json)
def test_any_json_becomes_a_model_or_an_error_raised_on_purpose(parser: str, body: object) -> None:
    response = Response(200, json.dumps(body).encode(), "application/json", Request("GET", "/Api/R3/EmailList/1"))
    try:
        getattr(history, parser)(response)
    except CrmError as error:
        str(error).encode()
