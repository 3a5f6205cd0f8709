"""What MiniCRM's refusals mean: hints of its own, and which project, contact, task or address a 404 is about. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_mcp.crm import http_refusals as refusals
from crm_mcp.errors import NotFoundError

if TYPE_CHECKING:
    from crm_mcp.crm.messages import Request, Response

ACCOUNT = refusals.Account(
    "MiniCRM",
    "MINICRM_SYSTEM_ID and MINICRM_API_KEY",
    "MINICRM_URL",
    bad_request_hints=(
        (
            "/Api/R3/PurgePerson/",
            "MiniCRM purges no company, and nobody who is the contact of a project: give these another contact first.",
        ),
        ("/Api/R3/ToDo/", "Only an open task can be changed, and only for a user there is; get_task shows the task."),
        ("/Api/R3/ToDo", "Compare the values with those of other tasks: get_project_tasks lists a project's."),
        ("/Api/R3/Address", "Compare the fields with those of get_address."),
    ),
)

_NOUNS = {
    "Project": ("project", "search_projects finds projects and their ids."),
    "Contact": ("contact", "search_contacts finds contacts and their ids."),
    "ToDo": ("task", "get_project_tasks lists a project's tasks and their ids."),
    "ToDoList": ("project", "search_projects finds projects and their ids."),
    "Address": ("address", "list_addresses lists a contact's addresses and their ids."),
    "AddressList": ("contact", "search_contacts finds contacts and their ids."),
    "ProjectHistory": ("history of project", "search_projects finds projects and their ids."),
    "EmailList": ("mails of project", "search_projects finds projects and their ids."),
    "TemplateList": ("templates of module", "list_modules lists the modules and their ids."),
    "Template": ("template", "The list of a module's templates has their ids."),
    "Product": ("product", "MiniCRM's API lists no products: their ids are those that it gave when they were made."),
    "Schema": ("module", "list_modules lists the modules and their ids."),
    "Invoice": ("invoice", "list_documents finds invoices and their ids."),
    "Offer": ("offer", 'list_documents(kind="offer") finds offers and their ids.'),
    "Order": ("order", 'list_documents(kind="order") finds orders and their ids.'),
}
"""First part of a path below the API's root, to what its id names and where to find the right one."""


def raise_for_refusal(response: Response) -> None:
    """Raise the error of a status that is no 2xx, see `crm.http_refusals`; a 404 names what was not found.

    Source: minicrm.txt, "Error handling"; fixtures minicrm/29 to 29f.
    """
    try:
        refusals.raise_for_refusal(response, ACCOUNT)
    except NotFoundError:
        raise not_found(response) from None


def not_found(response: Response) -> NotFoundError:
    """Return the error for an id, or a ReferenceId, that MiniCRM does not have."""
    what, hint = _subject(response.request)
    said = refusals.quote(response) if response.status == 404 else ""
    words = quote_refusal(response) if said else ""
    if said.startswith("(a page of HTML)"):
        hint = f"{hint} A page of HTML also means that {ACCOUNT.url_variable} is not the CRM's own address."
    return NotFoundError(f"MiniCRM has no {what}.{words}", status=response.status, hint=hint)


def quote_refusal(response: Response) -> str:
    """Return what MiniCRM said in a refusal, as a sentence after a space; empty where it said nothing."""
    said = refusals.quote(response)
    return f' It said: "{said}".' if said else ""


def _subject(request: Request) -> tuple[str, str]:
    """Return what a request was about, and a hint where to find the right id."""
    parts = request.path.removeprefix("/Api/").removeprefix("R3/").split("/")
    noun, hint = _NOUNS.get(parts[0], ("", ""))
    number = next((part for part in parts[1:] if part.isdigit()), "")
    if noun and number:
        return f"{noun} {number}", hint
    reference = dict(request.query).get("ReferenceId")
    if noun and reference:
        return f"{noun} with ReferenceId {reference!r}", hint
    return (
        f"record for {request.method} {request.path}",
        "Check the ids among the values, or search for the right ones.",
    )
