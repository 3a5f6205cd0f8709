"""Writing the fields of a document's card: `POST /Api/Invoice/{id}/Project` and its like, and R3's own `PUT`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from mockserver.minicrm.documents import rules
from mockserver.minicrm.documents.cards import find_card
from mockserver.minicrm.documents.details import read_document, render_document
from mockserver.minicrm.documents.deviations import PROJECT_ANSWERS_ID, STATUS_BY_HAND
from mockserver.minicrm.documents.document import Document, DocumentKind
from mockserver.minicrm.endpoints import project_write
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.store import count_rows
from mockserver.minicrm.values import parse_value


def change_card(context: RequestContext, kind: DocumentKind) -> object:
    """Answer `POST /Api/{kind}/{id}/Project`: the fields of the card, of an offer its status too, in any status."""
    document = read_document(context, kind)
    card = write_fields(context, document, context.read_body())
    if context.observes(PROJECT_ANSWERS_ID):
        return {"Id": card.id}
    return render_document(context, document)


def write_fields(context: RequestContext, document: Document, fields: Mapping[str, object]) -> Project:
    """Give the card of a document values, by the rules of R3.

    Raises:
        RefusalError: A value does not fit, or is a status that is changed by actions alone.
    """
    card = find_card(context, document)
    if card is None:
        raise RefusalError(rules.NO_SUCH_DOCUMENT, hints=["its card is gone"])
    update_project(replace(context, target=str(card.id), body=json.dumps(fields).encode()))
    return card


def update_project(context: RequestContext) -> object:
    """Answer R3's `PUT /Project/{id}`: the status of an invoice's or order's card is not changed so (observed)."""
    if context.observes(STATUS_BY_HAND):
        return project_write.update_project(context)
    card = context.read_target(Project)
    given = context.read_body().get("StatusId")
    by_actions = "project_id = ? AND kind != 'Offer'"
    if given is not None and count_rows(context.connection, Document, by_actions, (card.id,)):
        field = context.account.modules[card.category_id].fields["StatusId"]
        if parse_value(field, given, context.language) != card.status_id:
            raise RefusalError(rules.STATUS_BY_ACTION, "StatusId")
    return project_write.update_project(context)
