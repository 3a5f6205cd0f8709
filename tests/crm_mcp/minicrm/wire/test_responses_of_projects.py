"""Projects in every shape that they are known to come in."""

from __future__ import annotations

import pytest

from crm_mcp.errors import NotFoundError, UnexpectedAnswerError
from crm_mcp.minicrm import wire
from tests.crm_mcp.minicrm.wire.responses import response_of

DOCUMENTED_ROW = {
    "Id": "1234",
    "Name": "Test project",
    "Url": "https://r3.minicrm.hu/Api/R3/Project/1234",
    "StatusId": "2500",
    "UserId": "3200",
    "Deleted": "0",
}
LIVE_ROW = {"Id": 1234, "Name": "Test project", "Url": "https://x", "StatusId": 2500, "UserId": 3200, "Deleted": 0}
PROJECT: dict[str, object] = {
    "id": "1234",
    "name": "Test project",
    "status_id": "2500",
    "user_id": "3200",
    "deleted": False,
    "fields": {},
}


@pytest.mark.parametrize(
    ("body", "total"),
    [
        ({"Count": 1, "Results": {"1234": DOCUMENTED_ROW}}, 1),
        ({"Count": "1", "Results": {"1234": LIVE_ROW}}, 1),
        ({"Count": 1, "Results": [DOCUMENTED_ROW]}, 1),
        ({"Count": 1, "Results": [{"1234": LIVE_ROW}]}, 1),
        ({"Count": 7, "Results": {"1234": {key: value for key, value in LIVE_ROW.items() if key != "Id"}}}, 7),
        ({"Count": 1, "Results": {"999": LIVE_ROW}}, 1),
        ({"Results": {"1234": DOCUMENTED_ROW}}, None),
        ({"Count": None, "Results": {"1234": LIVE_ROW | {"Deleted": False}}}, None),
        ({"Count": "many", "Results": {"1234": LIVE_ROW}}, None),
    ],
)
def test_a_row_of_projects_reads_the_same_in_every_shape(body: object, total: int | None) -> None:
    page = wire.parse_search_projects(response_of(body))
    assert (page.items, page.total) == ([PROJECT], total)


def test_rows_keep_their_order_and_what_else_they_hold() -> None:
    rows = {"2": {"Id": 2, "Name": "b", "ContactId": 5, "BusinessId": 6, "Int1107": 3}, "1": {"Id": 1, "Name": ""}}
    page = wire.parse_search_projects(response_of({"Count": 2, "Results": rows}))
    assert page.items == [
        {"id": "2", "name": "b", "contact_id": "5", "business_id": "6", "fields": {"Int1107": 3}},
        {"id": "1", "name": "", "fields": {}},
    ]


def test_a_search_answered_by_a_detail_is_a_page_of_one() -> None:
    page = wire.parse_search_projects(response_of({"Id": 1234, "Name": "n", "StatusId": "Contacted"}))
    assert page.items == [{"id": "1234", "name": "n", "status": "Contacted", "fields": {}}]
    assert page.total is None


PROJECT_DETAIL: dict[str, object] = {
    "Id": 1234,
    "CategoryId": 3,
    "ContactId": 12345,
    "StatusId": "Contacted",
    "UserId": "John Doe",
    "Name": "Very Motivated Customer",
    "Deleted": "0",
    "Int1107": 12500,
    "Tags": [],
    "Qualification": "",
}


def test_a_project_has_labels_and_keeps_all_other_fields_untouched() -> None:
    assert wire.parse_get_project(response_of(PROJECT_DETAIL)) == {
        "id": "1234",
        "name": "Very Motivated Customer",
        "module_id": "3",
        "contact_id": "12345",
        "status": "Contacted",
        "user": "John Doe",
        "deleted": False,
        "fields": {
            "Int1107": 12500,
            "Tags": [],
            "Qualification": "",
        },
    }


def test_a_status_or_user_of_digits_is_an_id_in_a_detail_too() -> None:
    project = wire.parse_get_project(response_of(PROJECT_DETAIL | {"StatusId": "2500", "UserId": 3200}))
    assert (project.get("status_id"), project.get("user_id")) == ("2500", "3200")
    assert "status" not in project
    assert "user" not in project


@pytest.mark.parametrize("empty", ["", None, 0, "0", " "])
def test_an_empty_common_key_is_absent(empty: object) -> None:
    project = wire.parse_get_project(
        response_of({"Id": 1, "StatusId": empty, "UserId": empty, "ContactId": empty, "BusinessId": empty})
    )
    assert set(project) == {"id", "name", "fields"}


@pytest.mark.parametrize(
    ("sent", "deleted"), [(0, False), ("0", False), (False, False), (1, True), ("1", True), (True, True)]
)
def test_deleted_is_read_from_every_type(sent: object, deleted: object) -> None:
    assert wire.parse_get_project(response_of({"Id": 1, "Deleted": sent})).get("deleted") is deleted


@pytest.mark.parametrize("sent", ["", None, "yes", 2, [], {}, 1.0])
def test_deleted_is_not_guessed(sent: object) -> None:
    assert "deleted" not in wire.parse_get_project(response_of({"Id": 1, "Deleted": sent}))


def test_a_project_by_reference_is_the_detail() -> None:
    response = response_of(PROJECT_DETAIL, path="/Api/R3/Project", query=(("ReferenceId", "123456"),))
    assert wire.parse_get_project_by_reference(response) == wire.parse_get_project(response_of(PROJECT_DETAIL))


def test_a_reference_answered_by_a_row_gives_the_id_to_fetch() -> None:
    response = response_of({"Count": 1, "Results": {"1234": DOCUMENTED_ROW}})
    assert wire.parse_get_project_by_reference(response) == "1234"


@pytest.mark.parametrize(
    ("body", "status"),
    [({"Count": 0, "Results": []}, 200), ({"Results": None}, 200), ([], 200), (b"no such thing", 404)],
)
def test_a_reference_that_nothing_has_is_not_found(body: object, status: int) -> None:
    response = response_of(body, status=status, path="/Api/R3/Project", query=(("ReferenceId", "A-1"),))
    with pytest.raises(NotFoundError, match="no project with ReferenceId 'A-1'") as caught:
        wire.parse_get_project_by_reference(response)
    assert caught.value.status == status
    assert "search_projects" in caught.value.hint


def test_a_reference_that_several_have_names_their_ids() -> None:
    with pytest.raises(UnexpectedAnswerError, match="7, 8"):
        wire.parse_get_project_by_reference(response_of({"Count": 2, "Results": {"7": {"Id": 7}, "8": {"Id": 8}}}))
