"""The requests and responses of `GET`, `POST` and `PATCH /people`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from typing_extensions import TypedDict

from crm_mcp.crm.http_refusals import Account, json_of, raise_for_refusal, unexpected
from crm_mcp.crm.messages import Request, Response
from crm_mcp.crm.operations import Client, operation
from crm_mcp.crm.paging import Page, PageRules

ROOT = "/people"
RULES = PageRules("People", page_size=3)
ACCOUNT = Account("People", "PEOPLE_TOKEN", "PEOPLE_URL")


class Person(TypedDict):
    """A person."""

    id: str
    fields: dict[str, Any]


def build_search_people(name: str = "", email: str = "", page: int = 0) -> Request:
    """Search by a part of the name, and by the whole email."""
    criteria = {"name": name, "email": email, "page": str(page) if page else ""}
    return Request("GET", ROOT, tuple((key, value) for key, value in criteria.items() if value))


def build_get_person(person_id: str) -> Request:
    """Read one person."""
    return Request("GET", f"{ROOT}/{person_id}")


def build_create_person(fields: Mapping[str, object]) -> Request:
    """Create a person."""
    return Request("POST", ROOT, body=fields, is_idempotent=False)


def build_update_person(person_id: str, fields: Mapping[str, object]) -> Request:
    """Change the given fields of a person."""
    return Request("PATCH", f"{ROOT}/{person_id}", body=fields)


def parse_people(response: Response) -> Page[Person]:
    """Parse `{"people": [...]}`; the header X-Total-Count tells how many there are in all."""
    body = _object_of(response)
    rows = body.get("people")
    if not isinstance(rows, list):
        raise unexpected(response, ACCOUNT, "sent no list of people")
    total = response.headers.get("x-total-count", "")
    return Page([_person(row) for row in cast("list[dict[str, Any]]", rows)], int(total) if total.isdigit() else None)


def parse_person(response: Response) -> Person:
    """Parse one person, as read or written."""
    return _person(_object_of(response))


def _object_of(response: Response) -> dict[str, Any]:
    raise_for_refusal(response, ACCOUNT)
    body = json_of(response, ACCOUNT)
    if not isinstance(body, dict):
        raise unexpected(response, ACCOUNT, "sent no object")
    return cast("dict[str, Any]", body)


def _person(row: dict[str, Any]) -> Person:
    return {"id": str(row["id"]), "fields": {name: value for name, value in row.items() if name != "id"}}


class PeopleClient(Client):
    """Works in one People account."""

    search_people = operation(build_search_people, parse_people)
    get_person = operation(build_get_person, parse_person)
    create_person = operation(build_create_person, parse_person)
    update_person = operation(build_update_person, parse_person)
