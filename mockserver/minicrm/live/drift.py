"""What drift asks a MiniCRM account: documented questions that only read, each led by what the ones before found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from mockserver.crm.drift_questions import OWN, Ask, DriftQuestions, DriftResponse, KeyNames, NameKey, Place
from mockserver.minicrm.live.found_ids import has_no_result, read_ids, read_keys
from mockserver.minicrm.live.further_questions import ask_further, is_there, name_further

ROOT = "/Api/R3"
WITHOUT_RESULT = " without a result"
MISSING = " of an id that does not exist"
_NO_ID = "999999999"
_NO_WORD = "qxzjwvkqy"
_MOST_MODULES = 3

MODULES, DETAILED_MODULES = "GET /Category", "GET /Category?Detailed=1"
PROJECT_SCHEMA = "GET /Schema/Project/{module}"
PERSON_SCHEMA, BUSINESS_SCHEMA = "GET /Schema/Person", "GET /Schema/Business"
PROJECTS, ANY_PROJECT, PROJECT = "GET /Project?...", "GET /Project without a criterion", "GET /Project/{id}"
CONTACTS, PERSON, BUSINESS = "GET /Contact?...", "GET /Contact/{id} of a person", "GET /Contact/{id} of a business"
TASKS, TASK = "GET /ToDoList/{project}", "GET /ToDo/{id}"
ADDRESSES, ADDRESS = "GET /AddressList/{contact}", "GET /Address/{id}"

_SCHEMA_OF = {PROJECT: PROJECT_SCHEMA, PERSON: PERSON_SCHEMA, BUSINESS: BUSINESS_SCHEMA}
_BY_PATH = {
    "Project": PROJECT,
    "ToDoList": TASKS,
    "ToDo": TASK,
    "AddressList": ADDRESSES,
    "Address": ADDRESS,
}

SPARSE_SEED: Mapping[str, object] = {
    "minicrm": {
        "modules": {"3": {"name": "Sales", "statuses": {"1": {"label": "Open", "group": "Open"}}}},
        "users": {"1": "Someone"},
        "contacts": [{"Id": 1, "Type": "Person", "LastName": "Someone"}, {"Id": 2, "Type": "Business", "Name": "Some"}],
        "projects": [{"Id": 1, "CategoryId": 3, "ContactId": 1, "StatusId": 1, "UserId": 1, "Name": "Something"}],
        "tasks": [{"Id": 1, "ProjectId": 1, "Comment": "Do something"}],
        "addresses": [{"Id": 1, "ContactId": 1, "Name": "Home"}],
    }
}
"""An account whose objects hold as little as they can: it shows which keys the fake leaves out without a value."""


class MinicrmQuestions(DriftQuestions):
    """The questions to one account."""

    async def ask(self, ask: Ask, *, breadth: int) -> None:
        """Ask everything, about 60 requests at a breadth of 3."""
        modules = read_keys((await ask(MODULES, f"{ROOT}/Category")).body)
        await ask(DETAILED_MODULES, f"{ROOT}/Category", {"Detailed": "1"})
        await ask(PERSON_SCHEMA, f"{ROOT}/Schema/Person")
        await ask(BUSINESS_SCHEMA, f"{ROOT}/Schema/Business")
        for module in modules[:_MOST_MODULES]:
            await ask(PROJECT_SCHEMA, f"{ROOT}/Schema/Project/{module}")
        projects = await self._ask_projects(ask, breadth)
        contacts = await self._ask_contacts(ask, breadth)
        await self._ask_children(ask, projects, TASKS, "ToDoList", TASK, "ToDo")
        await self._ask_children(ask, contacts, ADDRESSES, "AddressList", ADDRESS, "Address")
        await ask_further(ask, modules, projects)

    async def _ask_projects(self, ask: Ask, breadth: int) -> list[str]:
        ids: list[str] = []
        for group in ("Open", "Success", "Failed"):
            ids += read_ids((await ask(PROJECTS, f"{ROOT}/Project", {"StatusGroup": group})).body)[:breadth]
        await ask(PROJECTS, f"{ROOT}/Project", {"Query": _NO_WORD})
        await ask(ANY_PROJECT, f"{ROOT}/Project")
        for project in ids[:breadth]:
            await ask(PROJECT, f"{ROOT}/Project/{project}")
        await ask(PROJECT + MISSING, f"{ROOT}/Project/{_NO_ID}")
        return ids[:breadth]

    async def _ask_contacts(self, ask: Ask, breadth: int) -> list[str]:
        asked: list[str] = []
        for contact_type, endpoint in (("Person", PERSON), ("Business", BUSINESS)):
            found = read_ids((await ask(CONTACTS, f"{ROOT}/Contact", {"Type": contact_type})).body)[:breadth]
            for contact in found:
                await ask(endpoint, f"{ROOT}/Contact/{contact}")
            asked += found
        await ask(CONTACTS, f"{ROOT}/Contact", {"Query": _NO_WORD})
        return asked

    async def _ask_children(
        self, ask: Ask, parents: list[str], listing: str, list_path: str, endpoint: str, path: str
    ) -> None:
        """Ask for what belongs to each of the parents, and for the first of it."""
        query = {"Status": "All"} if listing == TASKS else {}
        for parent in parents:
            for child in read_ids((await ask(listing, f"{ROOT}/{list_path}/{parent}", query)).body)[:1]:
                await ask(endpoint, f"{ROOT}/{path}/{child}")
        await ask(endpoint + MISSING, f"{ROOT}/{path}/{_NO_ID}")

    def name_endpoint(self, path: str, query: Mapping[str, str], status: int, body: object) -> str:
        """Return what a recorded request asks; empty where `ask` never asks it."""
        if further := name_further(path):
            return further
        endpoint, *rest = path.removeprefix(f"{ROOT}/").split("/")
        if endpoint == "Schema":
            return {"Person": PERSON_SCHEMA, "Business": BUSINESS_SCHEMA}.get(rest[0], PROJECT_SCHEMA) if rest else ""
        if endpoint == "Category":
            return DETAILED_MODULES if query.get("Detailed") else MODULES
        if not rest:
            return self._name_search(endpoint, query)
        name = _name_contact(body) if endpoint == "Contact" else _BY_PATH.get(endpoint, "")
        return f"{name}{MISSING}" if name and status == 404 else name

    @staticmethod
    def _name_search(endpoint: str, query: Mapping[str, str]) -> str:
        if endpoint == "Contact":
            return CONTACTS
        if endpoint != "Project":
            return ""
        if "ReferenceId" in query:
            return PROJECT
        return PROJECTS if query else ANY_PROJECT

    def tell_apart(self, endpoint: str, body: object) -> str:
        """Return the endpoint's name: PHP writes an empty object as a list."""
        return f"{endpoint}{WITHOUT_RESULT}" if has_no_result(body) else endpoint

    def choose_comparable(self, responses: Sequence[DriftResponse]) -> list[DriftResponse]:
        """Leave out details without their schema, which alone tells which fields the account has made.

        What the account does not have at all is left out as well.
        """
        schemas = read_schemas(responses)
        known = [response for response in responses if _SCHEMA_OF.get(response.endpoint, "") in {"", *schemas}]
        return [response for response in known if is_there(response)]

    def build_key_names(self, responses: Iterable[DriftResponse], others: Iterable[DriftResponse]) -> KeyNames:
        """Return how to name keys: a field that one side's schema alone lists goes by its type."""
        own, known = read_schemas(responses), read_schemas(others)

        def name_endpoint(endpoint: str) -> NameKey:
            schema = _SCHEMA_OF.get(endpoint, endpoint)
            listed = {field: kind for field, kind in own.get(schema, {}).items() if field not in known.get(schema, {})}

            def name_key(place: Place, key: str) -> str:
                return f"{OWN} of type {listed[key]})" if not place and key in listed else key

            return name_key

        return name_endpoint


def read_schemas(responses: Iterable[DriftResponse]) -> dict[str, dict[str, str]]:
    """Return the fields that an account's schemas list, with their types without a length, by schema."""
    schemas: dict[str, dict[str, str]] = {}
    for response in responses:
        if response.endpoint in _SCHEMA_OF.values() and response.is_success and isinstance(response.body, dict):
            fields = cast("dict[str, object]", response.body)
            schemas.setdefault(response.endpoint, {}).update(
                {name: spec.partition("(")[0] if isinstance(spec, str) else "choice" for name, spec in fields.items()}
            )
    return schemas


def _name_contact(body: object) -> str:
    is_person = isinstance(body, dict) and bool({"FirstName", "LastName"} & cast("dict[str, object]", body).keys())
    return PERSON if is_person else BUSINESS
