"""The requests for histories, mails, templates, connections and products. Pure; see `wire.requests`.

None of them stands in minicrm.txt. `observed` is a later official manual, or a client that ran.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_mcp.crm.messages import Request
from crm_mcp.errors import InputError
from crm_mcp.minicrm.wire.checks import check_fields, check_id, check_page, check_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_API = "/Api/R3"
_FALLS_TO_DEFAULT = ("CurrencyCode", "VAT")


def build_get_project_history(project_id: str | int, page: int = 0) -> Request:
    """Get the changes of a project's status: `GET /ProjectHistory/1234?Type=StatusHistory`.

    Args:
        project_id: The project's id.
        page: From 0; whether the list comes in pages is not known, the first is asked for without a number.

    Source: observed (the official manual).
    """
    query = {"Type": "StatusHistory", **_page(page)}
    return Request("GET", f"{_API}/ProjectHistory/{check_id('project_id', project_id)}", tuple(query.items()))


def build_list_emails(project_id: str | int, page: int = 0) -> Request:
    """List the mails of a project: `GET /EmailList/1234`.

    The parameter `CreatedAt` is not used: whether it means since that day or on it is not known.

    Args:
        project_id: The project's id.
        page: As in `build_get_project_history`.

    Source: observed (two clients).
    """
    return Request("GET", f"{_API}/EmailList/{check_id('project_id', project_id)}", tuple(_page(page).items()))


def build_list_templates(module_id: str | int) -> Request:
    """List the templates of a module: `GET /TemplateList/3`.

    Source: observed (the official manual).
    """
    return Request("GET", f"{_API}/TemplateList/{check_id('module_id', module_id)}")


def build_get_template(template_id: str | int) -> Request:
    """Get a template: `GET /Template/12`.

    Source: observed (the official manual).
    """
    return Request("GET", f"{_API}/Template/{check_id('template_id', template_id)}")


def build_list_project_connections(project_id: str | int, page: int = 0) -> Request:
    """List what a project is connected to: `GET /ListProjectConnection?FromProjectId=1234`.

    Source: observed (the official manual); that it takes a `Page` is assumed.
    """
    query = {"FromProjectId": check_id("project_id", project_id), **_page(page)}
    return Request("GET", f"{_API}/ListProjectConnection", tuple(query.items()))


def build_create_project_connection(project_id: str | int, other_id: str | int) -> Request:
    """Connect two projects: `PUT /CreateProjectConnection` with `{"FromProjectId", "ToProjectId"}`.

    It may not be sent twice: whether that makes two connections is not known.

    Source: observed (the official manual).
    """
    return Request("PUT", f"{_API}/CreateProjectConnection", body=_both_ends(project_id, other_id), is_idempotent=False)


def build_update_project_connection(project_id: str | int, other_id: str | int, description: str) -> Request:
    """Describe a connection: `PUT /UpdateProjectConnection` with both ends and a `Description`, which may be empty.

    Source: observed (the official manual).
    """
    text = check_text("description", description) if description.strip() else ""
    body = {**_both_ends(project_id, other_id), "Description": text}
    return Request("PUT", f"{_API}/UpdateProjectConnection", body=body)


def build_delete_project_connection(project_id: str | int, other_id: str | int) -> Request:
    """Take a connection away: `PUT /DeleteProjectConnection` with both ends.

    Source: observed (the official manual).
    """
    return Request("PUT", f"{_API}/DeleteProjectConnection", body=_both_ends(project_id, other_id))


def build_create_product(fields: Mapping[str, object]) -> Request:
    """Create a product: `PUT /Product`; one whose `SKU` is there already is updated instead.

    Source: observed (the official manual).
    """
    body = check_fields(fields)
    if not str(body.get("Name", "")).strip():
        raise InputError("Name must be given.", hint="MiniCRM requires it of every new product.")
    return Request("PUT", f"{_API}/Product", body=body, is_idempotent=bool(body.get("SKU")))


def build_update_product(product_id: str | int, fields: Mapping[str, object]) -> Request:
    """Update a product: `PUT /Product/12`; `{"Deleted": 1}` deletes it.

    A `CurrencyCode` or `VAT` that is left out falls to the country's default, so both must be given.

    Source: observed (the official manual).
    """
    body = check_fields(fields)
    missing = [name for name in _FALLS_TO_DEFAULT if name not in body]
    if missing and not body.get("Deleted"):
        raise InputError(
            f"{' and '.join(missing)} must be given.",
            hint="MiniCRM sets what an update of a product leaves out to the country's default.",
        )
    return Request("PUT", f"{_API}/Product/{check_id('product_id', product_id)}", body=body)


def _page(page: int) -> dict[str, str]:
    return {"Page": str(page)} if check_page(page) else {}


def _both_ends(project_id: str | int, other_id: str | int) -> dict[str, object]:
    start, end = check_id("project_id", project_id), check_id("other_id", other_id)
    if start == end:
        raise InputError("A project cannot be connected to itself.", hint="Give two projects.")
    return {"FromProjectId": int(start), "ToProjectId": int(end)}
