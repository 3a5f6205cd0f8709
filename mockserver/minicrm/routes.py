"""Which endpoint serves which path and method."""

from __future__ import annotations

from mockserver.crm.api import ApiRequest
from mockserver.minicrm import PREFIX, rules
from mockserver.minicrm.connections import endpoints as connections
from mockserver.minicrm.documents.routes import ROUTES as DOCUMENT_ROUTES
from mockserver.minicrm.documents.writes.card_fields import update_project
from mockserver.minicrm.endpoints import (
    addresses,
    contact_search,
    contacts,
    modules,
    project_search,
    project_write,
    projects,
    tasks,
)
from mockserver.minicrm.endpoints.purge_person import purge_person
from mockserver.minicrm.feed.routes import ROUTES as FEED_ROUTES
from mockserver.minicrm.files.download import download_file
from mockserver.minicrm.history.project_history import list_history
from mockserver.minicrm.mail.email_list import list_emails
from mockserver.minicrm.mail.template import get_template, list_templates
from mockserver.minicrm.products.write import create_product, update_product
from mockserver.minicrm.routing.route import Route
from mockserver.minicrm.routing.suggestions import suggest_path
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.stored.endpoint import PAGE_ROUTES

_OTHER_SPELLINGS = {"Todo": "ToDo", "TodoList": "ToDoList"}  # observed, grade B

ROUTES = (
    Route("Category", {"GET": modules.list_modules}, ("Detailed",)),
    Route("Schema/Person", {"GET": modules.get_person_schema}),
    Route("Schema/Business", {"GET": modules.get_business_schema}),
    Route("Schema/Project/{id}", {"GET": modules.get_project_schema}),
    Route("Project", {"GET": project_search.search_projects, "PUT": project_write.create_project}, None),
    Route("Project/{id}", {"GET": projects.get_project, "PUT": update_project}),
    Route("Contact", {"GET": contact_search.search_contacts, "PUT": contacts.create_contact}, None),
    Route("Contact/{id}", {"GET": contacts.get_contact, "PUT": contacts.update_contact}),
    Route("ToDoList/{id}", {"GET": tasks.list_tasks}, ("Status",)),
    Route("ToDo", {"PUT": tasks.create_task}),
    Route("ToDo/{id}", {"GET": tasks.get_task, "PUT": tasks.update_task, "POST": tasks.close_task}),
    Route("AddressList/{id}", {"GET": addresses.list_addresses}, ("Structured",)),
    Route("Address", {"PUT": addresses.create_address}),
    Route("Address/{id}", {"GET": addresses.get_address, "PUT": addresses.update_address}),
    Route("ProjectHistory/{id}", {"GET": list_history}, ("Type",)),
    Route("EmailList/{id}", {"GET": list_emails}, ("CreatedAt",)),
    Route("TemplateList/{id}", {"GET": list_templates}),
    Route("Template/{id}", {"GET": get_template}),
    Route("CreateProjectConnection", {"PUT": connections.create_connection}),
    Route("UpdateProjectConnection", {"PUT": connections.update_connection}),
    Route("DeleteProjectConnection", {"PUT": connections.delete_connection}),
    Route("ListProjectConnection", {"GET": connections.list_connections}, ("FromProjectId", "Page")),
    Route("PurgePerson/{id}", {"GET": purge_person, "PUT": purge_person}, changes_by_get=True),
    Route("Product", {"PUT": create_product}),
    Route("Product/{id}", {"PUT": update_product}),
    Route("{id}/Download/S3", {"GET": download_file}, ("t", "inline", "e"), root=""),
    *DOCUMENT_ROUTES,
    *FEED_ROUTES,
)


def find_route(path: str, *, is_for_page: bool = False) -> tuple[Route, str] | None:
    """Return the route of a path from the root, and the id in it; the fake's own page has some that nobody else has.

    Names are case-sensitive (observed), but for those that the official manual itself spells in two ways. Where a name
    and an id both fit, as `List` in `/Api/Invoice/List`, the route that stands first is meant.
    """
    for route in (*ROUTES, *PAGE_ROUTES) if is_for_page else ROUTES:
        if path.startswith(f"{route.root}/"):
            entity, *rest = path.removeprefix(route.root).strip("/").split("/")
            target = route.match([_OTHER_SPELLINGS.get(entity, entity), *rest])
            if target is not None:
                return route, target
    return None


def refuse_path(path: str) -> RefusalError:
    """Return the refusal of a path that has no endpoint."""
    return RefusalError(
        rules.NO_ENDPOINT, hints=suggest_path(_split(path), [route.path for route in ROUTES if route.root == PREFIX])
    )


def name_entity(path: str) -> str:
    """Return what error texts call a path that has no endpoint."""
    parts = _split(path)
    return parts[0][:50] if parts else "Api"


def _split(path: str) -> list[str]:
    parts = [part for part in path.split("/") if part]
    return parts[2:] if [part.casefold() for part in parts[:2]] == ["api", "r3"] else parts


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
