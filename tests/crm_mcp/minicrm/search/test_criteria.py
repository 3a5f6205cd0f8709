"""Whatever argument a search takes reaches the API, from every tool that shares the criteria."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from crm_mcp.minicrm.search.criteria import ContactCriteria, ProjectCriteria
from tests.support.crm_stub import API, CrmStub, in_session
from tests.support.mcp_play import call

PROJECT_VALUES: dict[str, tuple[object, dict[str, str]]] = {
    "query": ("Kiss", {"Query": "Kiss"}),
    "module": ("Support", {"CategoryId": "5"}),
    "status": ("Won", {"StatusId": "2509"}),
    "status_group": ("open", {"StatusGroup": "Open"}),
    "user": ("me", {"UserId": "2"}),
    "contact_id": (7, {"ContactId": "7"}),
    "updated_since": ("2026-01-31", {"UpdatedSince": "2026-01-31 00:00:00"}),
    "deleted": (True, {"Deleted": "1"}),
    "filters": ({"Text1": "x"}, {"Text1": "x"}),
}
CONTACT_VALUES: dict[str, tuple[object, dict[str, str]]] = {
    "query": ("Kiss", {"Query": "Kiss"}),
    "email": ("a@example.com", {"Email": "a@example.com"}),
    "phone": ("+36 30 123 4567", {"Query": "301234567"}),
    "type": ("person", {"Type": "Person"}),
    "updated_since": ("2026. 01. 31.", {"UpdatedSince": "2026-01-31 00:00:00"}),
    "filters": ({"Enum9": "Gold"}, {"Enum9": "1"}),
}


def test_every_criterion_is_tried() -> None:
    assert list(PROJECT_VALUES) == [field.name for field in fields(ProjectCriteria)]
    assert list(CONTACT_VALUES) == [field.name for field in fields(ContactCriteria)]


def ask(tool: str, search: str, arguments: dict[str, Any]) -> None:
    """Call a tool with these criteria; an export takes them as those of a search."""
    given = {"tool": search, "arguments": arguments} if tool == "export_search" else arguments
    in_session(lambda client: call(client, tool, **given))


@pytest.mark.parametrize("argument", PROJECT_VALUES)
@pytest.mark.parametrize("tool", ["search_projects", "summarize_projects", "export_search"])
def test_an_argument_about_projects_becomes_its_criterion(crms: CrmStub, tool: str, argument: str) -> None:
    given, sent = PROJECT_VALUES[argument]
    ask(tool, "search_projects", {argument: given})
    assert crms.query_of(f"GET {API}/Project") == sent


@pytest.mark.parametrize("argument", CONTACT_VALUES)
@pytest.mark.parametrize("tool", ["search_contacts", "export_search"])
def test_an_argument_about_contacts_becomes_its_criterion(crms: CrmStub, tool: str, argument: str) -> None:
    given, sent = CONTACT_VALUES[argument]
    ask(tool, "search_contacts", {argument: given})
    assert crms.query_of(f"GET {API}/Contact") == sent


PASTED: list[tuple[str, dict[str, object], dict[str, str]]] = [
    ("search_contacts", {"email": "mailto:a@example.com "}, {"Email": "a@example.com"}),
    ("search_contacts", {"email": "Jane Roe <a@example.com>"}, {"Email": "a@example.com"}),
    ("search_contacts", {"query": " Vo\u0308ro\u0308s\u00a0Katalin\u200b"}, {"Query": "Vörös Katalin"}),
    ("search_contacts", {"filters": {"Email": "<a@example.com>"}}, {"Email": "a@example.com"}),
    ("search_contacts", {"filters": {"Name": "Duna-parti\u00a0Kft. "}}, {"Name": "Duna-parti Kft."}),
    ("search_projects", {"query": "Nagy\u00a0iroda "}, {"Query": "Nagy iroda"}),
    ("search_projects", {"filters": {"Text1": "Vo\u0308ro\u0308s "}}, {"Text1": "Vörös"}),
    ("search_projects", {"updated_since": "2026. 11. 30."}, {"UpdatedSince": "2026-11-30 00:00:00"}),
    ("search_projects", {"updated_since": "2026/11/30 14:00"}, {"UpdatedSince": "2026-11-30 14:00:00"}),
    ("search_projects", {"filters": {"UpdatedSince": "2026.11.30"}}, {"UpdatedSince": "2026-11-30 00:00:00"}),
    ("search_projects", {"filters": {"DateTime4": "2026.11.30."}}, {"DateTime4": "2026-11-30"}),
    ("search_projects", {"filters": {"DateTime4": "2026. 11. 30. 14:00"}}, {"DateTime4": "2026-11-30 14:00:00"}),
    ("search_projects", {"filters": {"UpdatedAt": "2026/11/30"}}, {"UpdatedAt": "2026-11-30"}),
]


@pytest.mark.parametrize(("search", "arguments", "sent"), PASTED)
def test_what_people_write_is_searched_for_as_the_crm_holds_it(
    crms: CrmStub, search: str, arguments: dict[str, Any], sent: dict[str, str]
) -> None:
    ask(search, search, arguments)
    assert crms.query_of(f"GET {API}/{'Contact' if search == 'search_contacts' else 'Project'}") == sent
