"""`GET /Project`: which projects its parameters find, page by page."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.minicrm import rules
from mockserver.minicrm.deviations import SEARCH_NEEDS_A_CRITERION, TRASH_IS_HIDDEN, TRASH_NEEDS_A_MODULE
from mockserver.minicrm.endpoints.projects import (
    COLUMNS,
    LIVE_COLUMNS,
    LIVE_FIELDS,
    Project,
    find_businesses,
    get_project_by_reference,
    render_row,
)
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.endpoints.search import (
    HISTORY_COLUMNS,
    Conditions,
    find_page,
    locate_field,
    match_field,
    match_history,
    match_words,
    read_criteria,
    read_updated_since,
)
from mockserver.minicrm.responses import render_rows
from mockserver.minicrm.routing.suggestions import suggest_word
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import STATUS_GROUPS, Field, build_project_schema
from mockserver.minicrm.values import read_whole

# Query, StatusGroup, UpdatedSince and Page are documented; MainContactId and any field are observed (grade B).
PARAMETERS = ("Query", "StatusGroup", "UpdatedSince", "MainContactId", "Page")


def search_projects(context: RequestContext) -> object:
    """Answer `GET /Project`: `{"Count": n, "Results": {"1234": {...}}}`, 100 a page, ids ascending.

    Source: Searching; Project search (full-text); Project search (field-based).
    """
    parameters = context.parameters
    if "ReferenceId" in parameters:
        if len(parameters) > 1:
            context.hints.append("ReferenceId names one project; the other parameters were not looked at (assumed)")
        return get_project_by_reference(context, parameters["ReferenceId"])
    by_module = _list_fields(context)
    fields = {name for known in by_module.values() for name in known}
    known = [*PARAMETERS, "BusinessId", *sorted(fields), *HISTORY_COLUMNS, *LIVE_FIELDS]
    criteria, page = read_criteria(context, parameters, known)
    if not criteria and context.observes(SEARCH_NEEDS_A_CRITERION):
        raise RefusalError(rules.NO_CRITERION, hints=[f"name one of {', '.join(PARAMETERS[:-1])} or any field"])
    if criteria.get("Deleted") == "1" and "CategoryId" not in criteria and context.observes(TRASH_NEEDS_A_MODULE):
        raise RefusalError(rules.TRASH_NEEDS_MODULE, "CategoryId")
    count, found = find_page(context, Project, _build_conditions(context, criteria, by_module), page)
    businesses = find_businesses(context.connection, found)
    rows = {str(each.id): render_row(context, each, businesses.get(each.id)) for each in found}
    return render_rows(context.profile, count, rows)


def _list_fields(context: RequestContext) -> Mapping[int, Mapping[str, Field]]:
    """Return the fields that can be searched by, by module."""
    modules = {module_id: module.fields for module_id, module in context.account.modules.items()}
    return modules or {0: build_project_schema({}, {}, {}, {})}


def _build_conditions(
    context: RequestContext, parameters: Mapping[str, str], by_module: Mapping[int, Mapping[str, Field]]
) -> Conditions:
    conditions = Conditions()
    if "Deleted" not in parameters and context.observes(TRASH_IS_HIDDEN):
        conditions.add("deleted = 0")
    for name, text in parameters.items():
        if name == "Query":
            sql, words = match_words("project", text)
            conditions.add(sql, *words)
        elif name == "StatusGroup":
            _match_status_group(context, conditions, text)
        elif name == "UpdatedSince":
            conditions.add("updated_at >= ?", read_updated_since(text))  # that the moment itself is in is assumed
        elif name == "MainContactId":
            _match_main_contact(conditions, text)
        elif name == "BusinessId":
            _match_business(conditions, text)
        elif name in HISTORY_COLUMNS:
            sql, values = match_history(context, name, text)
            conditions.add(sql, *values)
        elif name in LIVE_FIELDS:
            sql, values = match_field(LIVE_FIELDS[name], LIVE_COLUMNS[name], text, context.language)
            conditions.add(sql, *values)
        else:
            _match_field(context, conditions, by_module, name, text)
    return conditions


def _match_status_group(context: RequestContext, conditions: Conditions, text: str) -> None:
    if text not in STATUS_GROUPS:
        raise RefusalError(rules.BAD_STATUS_GROUP, "StatusGroup", suggest_word(text, STATUS_GROUPS))
    statuses = [
        status_id
        for module in context.account.modules.values()
        for status_id, status in module.statuses.items()
        if status.group == text
    ]
    conditions.add(f"status_id IN ({', '.join('?' for _ in statuses)})", *statuses)


def _match_main_contact(conditions: Conditions, text: str) -> None:
    contact_id = read_whole(text)
    if contact_id is None:
        raise RefusalError(rules.ILLEGAL_VALUE, "MainContactId", ["it takes the id of a contact"])
    conditions.add(
        "contact_id IN (SELECT ? UNION SELECT id FROM minicrm_contact WHERE business_id = ?)", contact_id, contact_id
    )


def _match_business(conditions: Conditions, text: str) -> None:
    """Demand the business behind the contact; an empty one finds projects without a business (assumed)."""
    business_id = read_whole(text) if text else 0
    if business_id is None:
        raise RefusalError(rules.ILLEGAL_VALUE, "BusinessId", ["it takes the id of a business"])
    if business_id:
        of_business = "SELECT id FROM minicrm_contact WHERE business_id = ? OR (id = ? AND type = 'Business')"
        conditions.add(f"contact_id IN ({of_business})", business_id, business_id)
    else:
        in_business = "SELECT id FROM minicrm_contact WHERE type = 'Business' OR business_id > 0"
        conditions.add(f"contact_id IS NULL OR contact_id NOT IN ({in_business})")


def _match_field(
    context: RequestContext, conditions: Conditions, by_module: Mapping[int, Mapping[str, Field]], name: str, text: str
) -> None:
    """Demand a value of a field, whose type and choices may differ from module to module."""
    expression = COLUMNS.get(name) or locate_field(context.connection, "project", name)
    found: dict[tuple[str, tuple[object, ...]], list[int]] = {}
    refusals: list[RefusalError] = []
    for module_id, fields in by_module.items():
        if name in fields:
            try:
                sql, values = match_field(fields[name], expression, text, context.language)
            except RefusalError as refusal:
                refusals.append(refusal)
            else:
                found.setdefault((sql, tuple(values)), []).append(module_id)
    if not found:
        raise refusals[0]
    if len(found) == 1 and not refusals:
        [(sql, values)] = found
        conditions.add(sql, *values)
        return
    parts: list[str] = []
    parameters: list[object] = []
    for (sql, values), module_ids in found.items():
        parts.append(f"category_id IN ({', '.join('?' for _ in module_ids)}) AND ({sql})")
        parameters += [*module_ids, *values]
    conditions.add(" OR ".join(f"({part})" for part in parts), *parameters)
