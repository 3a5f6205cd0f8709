"""The endpoints of connections; a connection is shown as the card at its other end.

The requests, and what creating and listing answer, are observed (grade B). That updating answers the connection and
deleting the one that was, and that a second one between the same cards is the first, is assumed.
"""

from __future__ import annotations

from mockserver.minicrm import rules
from mockserver.minicrm.connections.connection import Connection
from mockserver.minicrm.deviations import CONNECTIONS_ARE_ONE_WAY, EMPTY_RESULTS_ARE_A_LIST
from mockserver.minicrm.endpoints.projects import Project, find_businesses
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.endpoints.search import PAGE_SIZE, read_page
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import Field
from mockserver.minicrm.store import delete_rows, list_rows, read_row, take_next_id
from mockserver.minicrm.values import parse_value, read_whole

_DESCRIPTION = Field("Description", "Text")
_ENDS = ("FromProjectId", "ToProjectId")


def create_connection(context: RequestContext) -> object:
    """Answer `PUT /CreateProjectConnection`."""
    body = context.read_body()
    start, end = _take_ends(context, body)
    if start.id == end.id:
        raise RefusalError(rules.CONNECTION_TO_ITSELF, "ToProjectId")
    found = _find(context, start, end)
    if found is None:
        found = Connection(
            id=take_next_id(context.connection, Connection), from_project_id=start.id, to_project_id=end.id
        )
        context.save(found)
    return _render(context, found, start.id)


def update_connection(context: RequestContext) -> object:
    """Answer `PUT /UpdateProjectConnection`: the `Description` changes."""
    body = context.read_body()
    start, end = _take_ends(context, body)
    connection = _read(context, start, end)
    connection.description = str(parse_value(_DESCRIPTION, body.get("Description"), context.language) or "")
    context.save(connection)
    return _render(context, connection, start.id)


def delete_connection(context: RequestContext) -> object:
    """Answer `PUT /DeleteProjectConnection`."""
    start, end = _take_ends(context, context.read_body())
    connection = _read(context, start, end)
    shown = _render(context, connection, start.id)
    delete_rows(context.connection, Connection, "id = ?", (connection.id,))
    context.note_deleted(connection)
    return shown


def list_connections(context: RequestContext) -> object:
    """Answer `GET /ListProjectConnection?FromProjectId=`: pages of 100 by place (that Page turns them is assumed)."""
    start = _find_project(context, "FromProjectId", context.parameters.get("FromProjectId"))
    page = read_page(context.parameters.get("Page", "0"))
    found = _list(context, start)
    shown = [_render(context, each, start.id) for each in found[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]]
    rows: object = {str(place): each for place, each in enumerate(shown)}
    if not shown and context.observes(EMPTY_RESULTS_ARE_A_LIST):
        rows = []
    return {"TotalCount": len(found), "Page": page, "ItemPerPage": PAGE_SIZE, "Connections": rows}


def _take_ends(context: RequestContext, body: dict[str, object]) -> tuple[Project, Project]:
    missing = [name for name in _ENDS if body.get(name) in (None, "", 0)]
    if missing:
        raise RefusalError(rules.CONNECTION_NEEDS, ", ".join(missing))
    start, end = (_find_project(context, name, body[name]) for name in _ENDS)
    return start, end


def _find_project(context: RequestContext, name: str, given: object) -> Project:
    project_id = read_whole(given)
    project = None if project_id is None else read_row(context.connection, Project, project_id)
    if project is None:
        raise RefusalError(rules.NO_SUCH_PROJECT, name)
    return project


def _list(context: RequestContext, start: Project) -> list[Connection]:
    where, values = "from_project_id = ?", (start.id,)
    if not context.observes(CONNECTIONS_ARE_ONE_WAY):
        where, values = "from_project_id = ? OR to_project_id = ?", (start.id, start.id)
    return list_rows(context.connection, Connection, where, values)


def _find(context: RequestContext, start: Project, end: Project) -> Connection | None:
    return next((each for each in _list(context, start) if end.id in (each.from_project_id, each.to_project_id)), None)


def _read(context: RequestContext, start: Project, end: Project) -> Connection:
    found = _find(context, start, end)
    if found is None:
        raise RefusalError(rules.WRONG_ID, hints=[f"the projects {start.id} and {end.id} are not connected"])
    return found


def _render(context: RequestContext, connection: Connection, seen_from: int) -> dict[str, object]:
    is_start = connection.from_project_id == seen_from
    other_id = connection.to_project_id if is_start else connection.from_project_id
    other = read_row(context.connection, Project, other_id)
    businesses = find_businesses(context.connection, [other]) if other else {}
    return {
        "ProjectId": other_id,
        "ProjectName": other.name if other else "",
        "Description": connection.description,
        "CategoryId": other.category_id if other else 0,
        "StatusId": (other and other.status_id) or 0,
        "MainContactId": businesses.get(other_id) or (other and other.contact_id) or 0,
    }
