"""Which endpoint answers which address, and how its answer or refusal goes back to the caller.

A success is JSON as PHP prints it; a refusal is plain text, `Entity (METHOD): message`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.crm.api import JSON_TYPE, TEXT_TYPE, ApiRequest, ApiResponse
from mockserver.documents.near_misses import find_near_misses
from mockserver.minicrm import addresses, contact_search, contacts, modules, project_search, projects, rules, tasks
from mockserver.minicrm.call import Handler
from mockserver.minicrm.rules import Refusal
from mockserver.minicrm.texts import Language, say

PREFIX = "/Api/R3"
_ID = "{id}"
# What people call things for which the API has words of its own; an s at the end makes no difference.
_OTHER_WORDS = {
    **dict.fromkeys(("person", "people", "business", "businesse", "company", "companie", "customer"), "Contact"),
    **dict.fromkeys(("module", "categorie"), "Category"),
    **dict.fromkeys(("lead", "deal", "card"), "Project"),
    "task": "ToDo",
    "tasklist": "ToDoList",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address, its endpoint by method, and the query parameters that it reads (None is: it checks them itself)."""

    path: str
    endpoints: Mapping[str, Handler]
    parameters: tuple[str, ...] | None = ()

    @property
    def entity(self) -> str:
        """The name that error texts begin with."""
        return self.path.split("/")[0]


ROUTES = (
    Route("Category", {"GET": modules.list_modules}, ("Detailed",)),
    Route("Schema/Person", {"GET": modules.get_person_schema}),
    Route("Schema/Business", {"GET": modules.get_business_schema}),
    Route("Schema/Project/{id}", {"GET": modules.get_project_schema}),
    Route("Project", {"GET": project_search.search_projects, "PUT": projects.create_project}, None),
    Route("Project/{id}", {"GET": projects.get_project, "PUT": projects.update_project}),
    Route("Contact", {"GET": contact_search.search_contacts, "PUT": contacts.create_contact}, None),
    Route("Contact/{id}", {"GET": contacts.get_contact, "PUT": contacts.update_contact}),
    Route("ToDoList/{id}", {"GET": tasks.list_tasks}, ("Status",)),
    Route("ToDo", {"PUT": tasks.create_task}),
    Route("ToDo/{id}", {"GET": tasks.get_task, "PUT": tasks.update_task}),
    Route("AddressList/{id}", {"GET": addresses.list_addresses}, ("Structured",)),
    Route("Address", {"PUT": addresses.create_address}),
    Route("Address/{id}", {"GET": addresses.get_address, "PUT": addresses.update_address}),
)


def find_route(path: str) -> tuple[Route, str] | None:
    """Return the route of a path from the root, and the id in it; names are case-sensitive (observed)."""
    if not path.startswith(f"{PREFIX}/"):
        return None
    parts = path.removeprefix(PREFIX).strip("/").split("/")
    for route in ROUTES:
        wanted = route.path.split("/")
        if len(wanted) == len(parts) and all(want in (part, _ID) for want, part in zip(wanted, parts, strict=True)):
            return route, parts[-1] if wanted[-1] == _ID else ""
    return None


def read_parameters(request: ApiRequest, route: Route, hints: list[str]) -> dict[str, str]:
    """Return the query without repeats, of which the last one counts, as in PHP (assumed)."""
    parameters: dict[str, str] = {}
    for name, value in request.query:
        if name in parameters:
            hints.append(f"{name} is repeated; the last one counts (assumed)")
        parameters[name] = value
    if route.parameters is not None or request.method != "GET":
        idle = [name for name in parameters if name not in (route.parameters or ())]
        hints += [f"the parameter {name} means nothing here and was not looked at (assumed)" for name in idle]
    return parameters


def render_success(value: object, *, escapes_slashes: bool, hints: list[str]) -> ApiResponse:
    """Return a value as compact JSON in ASCII, as PHP's `json_encode` prints it."""
    text = json.dumps(value, separators=(",", ":"))
    if escapes_slashes:
        text = text.replace("/", "\\/")  # outside of texts JSON has no slash
    return ApiResponse(200, text.encode(), JSON_TYPE, hints=tuple(hints))


def render_refusal(
    refusal: Refusal, method: str, entity: str, language: Language, *, hints: list[str], allow: str = ""
) -> ApiResponse:
    """Return a refusal as plain text: `Project (PUT): Bad parameter: Name`."""
    rule = refusal.rule
    text = f"{entity} ({method}): {say(language, rule.text, refusal.names)}"
    return ApiResponse(
        rule.status,
        text.encode(errors="replace"),
        TEXT_TYPE,
        f"{rule.reason}: {refusal.names}" if refusal.names else rule.reason,
        (*hints, *(refusal.hints or ([rule.advice] if rule.advice else []))),
        {"Allow": allow} if allow else {},
    )


def refuse_path(path: str) -> tuple[Refusal, str]:
    """Return the refusal of an address that has no endpoint, with what may have been meant, and what to call it."""
    parts = [part for part in path.split("/") if part]
    inner = parts[2:] if [part.casefold() for part in parts[:2]] == ["api", "r3"] else parts
    entity = inner[0][:50] if inner else "Api"
    return Refusal(rules.NO_ENDPOINT, hints=_suggest_paths(inner)), entity


def refuse_method(route: Route, method: str) -> tuple[Refusal, str]:
    """Return the refusal of a method that an endpoint does not have, and the value of `Allow`."""
    allow = ", ".join(route.endpoints)
    hints = [f"{PREFIX}/{route.path} takes {allow}"]
    if method == "POST" and "PUT" in route.endpoints:
        hints.append("did you mean PUT? It creates and updates")
    elif method == "DELETE" and "PUT" in route.endpoints and route.entity == "Project":
        hints.append('nothing is deleted; PUT {"Deleted":1} moves a project to the trash')
    elif method == "GET" and route.entity in {"ToDo", "Address"}:
        hints.append(f"did you mean {PREFIX}/{route.entity}List/{{id}}, or {PREFIX}/{route.path}/{{id}}?")
    return Refusal(rules.WRONG_METHOD, hints=hints), allow


def _suggest_paths(inner: list[str]) -> list[str]:
    endpoints = f"the endpoints are {', '.join(sorted({route.entity for route in ROUTES}))}"
    if not inner:
        return [endpoints]
    known = {route.path.removesuffix(f"/{_ID}"): route for route in ROUTES}
    last_is_id = inner[-1].isdigit()
    name = "/".join(inner[:-1] if last_is_id and len(inner) > 1 else inner)
    hints: list[str] = []
    meanings = [_OTHER_WORDS[word] for word in (name.casefold(), name.casefold()[:-1]) if word in _OTHER_WORDS]
    for meant in (*meanings, *find_near_misses(name, known)):
        shapes = [route.path for route in ROUTES if route.path.removesuffix(f"/{_ID}") == meant]
        shape = next((path for path in shapes if path.endswith(_ID) == last_is_id), shapes[0])
        hints.append(f"did you mean {PREFIX}/{shape.replace(_ID, inner[-1] if last_is_id else _ID)}?")
    return hints or [endpoints]
