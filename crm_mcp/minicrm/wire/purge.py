"""The request that deletes a person for good, and its response. Pure.

It is a GET that deletes, as programs send it, so it is marked as one that is never sent twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_mcp.crm.messages import Request
from crm_mcp.minicrm.wire.bodies import read_json
from crm_mcp.minicrm.wire.checks import check_id

if TYPE_CHECKING:
    from crm_mcp.crm.messages import Response


def build_purge_person(person_id: str | int) -> Request:
    """Delete a person for good: `GET /PurgePerson/5001`, answered by `{"Message": "..."}`.

    Source: the manual's chapter on contacts; fixtures of PurgePerson.
    """
    path = f"/Api/R3/PurgePerson/{check_id('person_id', person_id)}"
    return Request("GET", path, is_idempotent=False, changes_by_get=True, is_repeatable=False)


def parse_purge_person(response: Response) -> None:
    """Read that the person was deleted; the words of the response are no matter.

    Raises:
        RefusedError: It is a company, a primary contact, or nobody.
    """
    read_json(response)
