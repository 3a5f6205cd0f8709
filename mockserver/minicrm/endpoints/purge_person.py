"""`/PurgePerson/{id}`: deleting a person for good, by PUT and by GET alike (observed, grades B, C)."""

from __future__ import annotations

from mockserver.crm.api import ApiResponse
from mockserver.minicrm import rules
from mockserver.minicrm.deviations import PURGE_REFUSALS_ARE_TEXT
from mockserver.minicrm.edits.purge import purge
from mockserver.minicrm.endpoints.contacts import Contact
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.rules import RefusalError, Rule
from mockserver.minicrm.store import count_rows, read_row
from mockserver.minicrm.values import read_whole


def purge_person(context: RequestContext) -> object:
    """Answer with a message, and delete the person with addresses (what goes along is assumed).

    A company, the contact of a card and an id that is nobody's are refused (observed, grades B and C), as JSON with
    400 (assumed).
    """
    person_id = read_whole(context.target)
    person = None if person_id is None else read_row(context.connection, Contact, person_id)
    if person is None:
        return _refuse(context, rules.NOBODY_TO_PURGE)
    if person.type == "Business":
        return _refuse(context, rules.BUSINESS_TO_PURGE)
    if count_rows(context.connection, Project, "contact_id = ?", (person.id,)):
        return _refuse(context, rules.CONTACT_OF_A_CARD)
    purge(context, person)
    return {"Message": f"Person {person.id} was deleted permanently."}


def _refuse(context: RequestContext, rule: Rule) -> ApiResponse:
    if context.observes(PURGE_REFUSALS_ARE_TEXT):
        raise RefusalError(rule)
    message = f"{rule.says[0].upper()}{rule.says[1:]}."
    return ApiResponse.of_json({"Message": message}, status=rule.status, reason=rule.reason, hints=context.hints)
