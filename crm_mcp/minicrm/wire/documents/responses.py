"""The responses that hold documents, each parsed into a model. Pure.

The kind is that of the request. A parser raises a `RefusedError` for a refusal, a `NotInPlanError` where the account's
plan has no such documents, and an `UnexpectedAnswerError` for what cannot be read, an amount or a date among it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_mcp.crm.paging import Page
from crm_mcp.errors import NotInPlanError
from crm_mcp.minicrm.wire.bodies import identify, read_list, read_own, unexpected
from crm_mcp.minicrm.wire.documents.entities import UnreadableValueError, document_of
from crm_mcp.minicrm.wire.documents.models import KINDS, Document, DocumentKind
from crm_mcp.minicrm.wire.refusals import quote_refusal

if TYPE_CHECKING:
    from crm_mcp.crm.messages import Response


NO_INVOICING = "most likely this account's plan does not include invoicing"


def parse_list_documents(response: Response) -> Page[Document]:
    """Parse a page of documents: `{"Count": 1, "Results": {"41": {...}}}`.

    `Results` may be a list, and a key may differ from its row's `Id`, which counts.

    Source: the manual's chapters "Invoice", "Order" and "Offer"; fixtures of documents.
    """
    raise_for_plan(response)
    found = read_list(response)
    return Page([_document(response, *identify(response, row)) for row in found.rows], found.total)


def parse_get_document(response: Response) -> Document:
    """Parse one document: `{"Id": "41", "Number": "2026-T/00007", "Customer": {...}, "Items": [...]}`.

    Source: the manual's chapters "Invoice", "Order" and "Offer"; fixtures of documents.
    """
    raise_for_plan(response)
    return _document(response, *read_own(response))


def _document(response: Response, document_id: str, row: dict[str, object]) -> Document:
    try:
        return document_of(kind_of(response), document_id, row)
    except UnreadableValueError as error:
        raise unexpected(response, f"sent {error}") from None


def kind_of(response: Response) -> DocumentKind:
    """Return the kind of documents that a request was about."""
    word = "".join(response.request.path.split("/")[2:3])
    kinds: dict[str, DocumentKind] = {name: kind for kind, name in KINDS.items()}
    return kinds.get(word, "invoice")


def raise_for_plan(response: Response) -> None:
    """Raise where an account has no documents of a kind, as far as its refusal tells.

    Nothing public prints that refusal. A 403 says that this login may not, and a 404 of a list, which has no id that
    could be wrong, that there is no such endpoint (assumed).
    """
    is_missing = response.status == 404 and response.request.path.endswith("/List")
    if response.status != 403 and not is_missing:
        return
    noun = f"{kind_of(response)}s"
    raise NotInPlanError(
        f"MiniCRM refused {noun} ({response.status}): {NO_INVOICING}.{quote_refusal(response)}",
        status=response.status,
        hint=f"Go on without {noun}; whoever runs the account can look up its plan and the rights of its API key.",
    )
