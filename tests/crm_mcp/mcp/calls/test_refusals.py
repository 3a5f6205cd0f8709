"""What a model reads about arguments that a tool does not take: what is meant, and how to write it."""

from __future__ import annotations

from typing import Any

from mcp import Client

from tests.support.crm_stub import CrmStub, in_session
from tests.support.mcp_play import fail

Refused = list[tuple[str, dict[str, Any], str]]
"""A tool, the arguments that it is called with, and what the refusal says."""

UNKNOWN: Refused = [
    ("search_records", {"module": "contact", "limt": 5}, "unknown argument 'limt' (did you mean 'limit'?). Arguments:"),
    ("search_projects", {"queri": "x"}, "unknown argument 'queri' (did you mean 'query'?). Arguments: query, module"),
    ("create_note", {"contact_id": 1, "text": "x", "dryRun": True}, "'dryRun' (did you mean 'dry_run'?)"),
]

OTHER_NAMES: Refused = [
    (
        "create_task",
        {"project_id": 7, "title": "x"},
        "unknown argument 'title' (did you mean 'comment'?)",
    ),
    ("create_task", {"project_id": 7, "comment": "x", "due_date": "2030-01-01"}, "(did you mean 'deadline'?)"),
    ("create_task", {"project_id": 7, "comment": "x", "assignee": "me"}, "(did you mean 'user'?)"),
    ("create_task", {"project_id": 7, "comment": "x", "description": "y"}, "(did you mean 'comment'?)"),
    ("create_note", {"contact_id": 1, "body": "x"}, "unknown argument 'body' (did you mean 'text'?)"),
    ("create_project", {"module": "Sales", "contact_id": 2, "title": "x"}, "(did you mean 'name'?)"),
    ("search_projects", {"owner": "me"}, "unknown argument 'owner' (did you mean 'user'?)"),
    ("search_projects", {"query": "x", "page_size": 5}, "(did you mean 'limit'?)"),
    ("search_records", {"module": "contact", "sort_by": "email"}, "(did you mean 'order_by'?)"),
    ("get_project", {"id": 7}, "unknown argument 'id' (did you mean 'project_id'?)"),
    ("update_task", {"ids": [7], "comment": "x"}, "unknown argument 'ids' (did you mean 'task_ids'?)"),
]

CRM_FIELDS: Refused = [
    (
        "create_contact",
        {"type": "Person", "first_name": "A", "last_name": "B", "Email": "a@b.example"},
        'CRM fields go into `fields`, as in fields: {"FirstName": "...", "LastName": "...", "Email": "..."}.',
    ),
    (
        "update_project",
        {"project_id": 7, "Int1201": 5, "status": "Won", "owner": "me"},
        'as in fields: {"Int1201": "...", "StatusId": "...", "UserId": "..."}.',
    ),
    ("create_records", {"module": "contact", "first_name": "A"}, 'as in records: [{"first_name": "..."}].'),
    (
        "search_projects",
        {"query": "x", "Int1201": 5},
        'CRM fields go into `filters`, as in filters: {"Int1201": "..."}',
    ),
    (
        "search_records",
        {"module": "contact", "email": "x"},
        'as in filters: [{"field": "email", "operand": "Equal", "value": "..."}].',
    ),
    (
        "export_search",
        {"tool": "search_records", "module": "contact"},
        'unknown argument \'module\': that goes into `arguments`, as in arguments: {"module": "..."}.',
    ),
]

WRONG_SHAPES: Refused = [
    (
        "summarize_projects",
        {"query": "x", "group_by": {"field": "status"}},
        'group_by: should be a list such as ["status',
    ),
    ("summarize_projects", {"query": "x", "group_by": '["status"'}, "group_by: should be a list such as"),
    ("summarize_projects", {"query": "x", "group_by": '["status"'}, "and this text is not valid JSON. Arguments"),
    ("update_task", {"task_ids": [{"id": 7}], "comment": "x"}, 'task_ids: should be a list such as ["1234"], not {'),
    (
        "create_contact",
        {"type": "Person", "fields": '{"FirstName": "A"'},
        'fields: should be an object such as {"Name": "..."}, and this text is not valid JSON.',
    ),
    (
        "create_contact",
        {"type": "Person", "fields": ["A"]},
        'fields: should be an object such as {"Name": "..."}, not [',
    ),
    (
        "update_records",
        {"module": "contact", "records": "8"},
        'records.0: should be an object such as {"record_id": "1234", "fields": {"full_name": "..."}}, not \'8\'.',
    ),
    (
        "update_records",
        {"module": "contact", "records": [{"record_id": 8, "fields": "{first_name: A}"}]},
        'records: `fields` is not valid JSON; write an object such as {"first_name": "..."}',
    ),
    ("search_projects", {"query": "x", "module": ["Sales"]}, "module: should be one text, not ['Sales']."),
    ("search_projects", {"query": "x", "limit": "many"}, "limit: should be a whole number such as 20, not 'many'."),
    ("search_projects", {"query": "x", "limit": 2.5}, "limit: should be a whole number such as 20, not 2.5."),
    ("search_projects", {"query": "x", "deleted": "maybe"}, "deleted: should be true or false, not 'maybe'."),
    ("export_search", {"tool": "search_records", "format": "xlsx"}, "format: should be csv or jsonl, not 'xlsx'."),
    (
        "create_records",
        {"module": "contact", "records": []},
        'records: should be a list such as [{"full_name": "..."}]',
    ),
]

REQUIRED: Refused = [
    ("search_records", {}, "search_records: module is required. Arguments: module, filters"),
    ("search_records", {"module": None}, "module is required"),
    ("search_records", {"module": "  "}, "module is required"),
    ("create_note", {"contact_id": "", "text": None}, "contact_id is required; text is required"),
    ("get_contact", {"contact_id": ""}, "contact_id is required"),
    (
        "update_records",
        {"module": "contact", "records": [{"record_id": ""}]},
        "records.0.record_id is required",
    ),
]


def refuse(crms: CrmStub, refused: Refused) -> None:
    """Play calls that must be refused with these words before anything is asked of a CRM."""

    async def play(client: Client) -> None:
        for tool, arguments, says in refused:
            said = await fail(client, tool, **arguments)
            assert says in said, f"{said!r} does not say {says!r}"
            assert "pydantic" not in said

    in_session(play)
    assert crms.calls == []


def test_an_unknown_argument_is_refused_with_those_that_are_valid_in_its_place(crms: CrmStub) -> None:
    refuse(crms, UNKNOWN)


def test_an_argument_by_another_name_is_told_what_it_is_called_here(crms: CrmStub) -> None:
    refuse(crms, OTHER_NAMES)


def test_a_crm_field_among_the_arguments_is_shown_where_it_goes(crms: CrmStub) -> None:
    refuse(crms, CRM_FIELDS)


def test_a_wrong_shape_is_refused_with_an_example_of_the_right_one(crms: CrmStub) -> None:
    refuse(crms, WRONG_SHAPES)


def test_a_required_argument_that_is_empty_is_said_to_be_missing(crms: CrmStub) -> None:
    refuse(crms, REQUIRED)
