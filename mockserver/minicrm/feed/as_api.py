"""Writing what a feed holds by the rules of the API: the same checks, the same defaults, the same consequences."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from mockserver.crm.database import transaction
from mockserver.minicrm.documents.writes.create import create_document
from mockserver.minicrm.endpoints import contacts, project_write, tasks
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.routing.route import Endpoint
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.store import Row, list_rows

_CREATORS: Mapping[str, Endpoint] = {
    "Contact": contacts.create_contact,
    "Project": project_write.create_project,
    "ToDo": tasks.create_task,
    "Order": functools.partial(create_document, kind="Order"),
    "Offer": functools.partial(create_document, kind="Offer"),
}
_UPDATERS = {"Contact": contacts.update_contact, "Project": project_write.update_project}


def write(context: RequestContext, entity: str, values: Mapping[str, object], entity_id: int | None = None) -> int:
    """Create an entity, or change the one of an id, as `PUT /Project` and its like do, and return its id.

    Raises:
        RefusalError: The API would refuse it; nothing of it was written.
    """
    target = "" if entity_id is None else str(entity_id)
    asked = replace(context, target=target, body=json.dumps(dict(values)).encode())
    endpoint = _CREATORS[entity] if entity_id is None else _UPDATERS[entity]
    written = len(context.changes)
    try:
        with transaction(context.connection):
            return int(cast("dict[str, int]", endpoint(asked))["Id"])
    except RefusalError:
        del context.changes[written:]
        raise


def find_by_reference(context: RequestContext, kind: type[Row], reference: str) -> int | None:
    """Return the id of the row that another program knows by this id, the oldest of several (assumed)."""
    found = list_rows(context.connection, kind, "reference_id = ?", (reference,), limit=1) if reference else []
    return found[0].id if found else None
