"""The paths of documents, `/Api/Invoice/...` and its like."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mockserver.minicrm.documents import rules
from mockserver.minicrm.documents.details import get_document
from mockserver.minicrm.documents.deviations import NOT_IN_THE_PLAN
from mockserver.minicrm.documents.document import DOCUMENT_KINDS, DocumentKind
from mockserver.minicrm.documents.lists import list_documents
from mockserver.minicrm.documents.writes.card_fields import change_card
from mockserver.minicrm.documents.writes.create import create_document
from mockserver.minicrm.documents.writes.invoice_actions import cancel, pay
from mockserver.minicrm.documents.writes.order_actions import (
    MOVES,
    build_move,
    build_move_by_get,
    delete_item,
    update_order,
)
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.routing.route import Endpoint, Route
from mockserver.minicrm.rules import RefusalError

_KindEndpoint = Callable[[RequestContext, DocumentKind], object]
_CHANGES: Mapping[DocumentKind, Mapping[str, _KindEndpoint]] = {"Order": {"POST": update_order}}
_ACTIONS: Mapping[DocumentKind, Mapping[str, Mapping[str, _KindEndpoint]]] = {
    "Invoice": {"/{id}/Paid": {"POST": pay}, "/{id}/Storno": {"POST": cancel}},
    "Order": {
        **{f"/{{id}}/{name}": {"POST": build_move(name), "GET": build_move_by_get(name)} for name in MOVES},
        "/{id}/DeleteItem/{item}": {"GET": delete_item},
    },
}
_CHANGING_BY_GET = _ACTIONS["Order"]


def _bind(endpoint: _KindEndpoint, kind: DocumentKind) -> Endpoint:
    """Return an endpoint for one kind, which is refused where the account's plan has no documents."""

    def respond(context: RequestContext) -> object:
        if context.observes(NOT_IN_THE_PLAN):
            raise RefusalError(rules.NOT_IN_PLAN)
        return endpoint(context, kind)

    return respond


def _build_routes(kind: DocumentKind) -> tuple[Route, ...]:
    def route(rest: str, endpoints: Mapping[str, _KindEndpoint]) -> Route:
        bound = {method: _bind(each, kind) for method, each in endpoints.items()}
        parameters = None if rest == "/List" else ()
        changes_by_get = "GET" in endpoints and rest in _CHANGING_BY_GET
        return Route(f"{kind}{rest}", bound, parameters, root="/Api", changes_by_get=changes_by_get)

    return (
        route("", {"POST": create_document}),
        route("/List", {"GET": list_documents}),
        route("/{id}", {"GET": get_document, **_CHANGES.get(kind, {})}),
        route("/{id}/Project", {"POST": change_card}),
        *(route(rest, endpoints) for rest, endpoints in _ACTIONS.get(kind, {}).items()),
    )


ROUTES = tuple(each for kind in DOCUMENT_KINDS for each in _build_routes(kind))
