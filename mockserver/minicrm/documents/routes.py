"""The paths of documents, `/Api/Invoice/...` and its like."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mockserver.minicrm.documents import rules
from mockserver.minicrm.documents.details import get_document
from mockserver.minicrm.documents.deviations import NOT_IN_THE_PLAN
from mockserver.minicrm.documents.document import DOCUMENT_KINDS, DocumentKind
from mockserver.minicrm.documents.lists import list_documents
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.routing.route import Endpoint, Route
from mockserver.minicrm.rules import RefusalError

_KindEndpoint = Callable[[RequestContext, DocumentKind], object]


def _bind(endpoint: _KindEndpoint, kind: DocumentKind) -> Endpoint:
    """Return an endpoint for one kind, which is refused where the account's plan has no documents."""

    def respond(context: RequestContext) -> object:
        if context.observes(NOT_IN_THE_PLAN):
            raise RefusalError(rules.NOT_IN_PLAN)
        return endpoint(context, kind)

    return respond


def _build_routes(kind: DocumentKind) -> tuple[Route, ...]:
    def route(rest: str, endpoints: Mapping[str, _KindEndpoint], *, checks_query: bool = False) -> Route:
        bound = {method: _bind(each, kind) for method, each in endpoints.items()}
        return Route(f"{kind}{rest}", bound, None if checks_query else (), root="/Api")

    return (
        route("/List", {"GET": list_documents}, checks_query=True),
        route("/{id}", {"GET": get_document}),
    )


ROUTES = tuple(each for kind in DOCUMENT_KINDS for each in _build_routes(kind))
