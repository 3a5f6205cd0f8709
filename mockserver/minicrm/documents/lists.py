"""`GET /Api/Invoice/List` and its like: which documents, by the newest change first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mockserver.minicrm import rules as r3_rules
from mockserver.minicrm.documents import rules
from mockserver.minicrm.documents.details import build_file_url
from mockserver.minicrm.documents.deviations import (
    DOCUMENTS_ARE_A_LIST,
    LIST_PARAMETERS_ARE_CHECKED,
    ONLY_ISSUED_ARE_LISTED,
    STORNED_NAMES_THE_NEW,
    STORNO_IS_A_TYPE,
    UNKNOWN_GROUPS_ARE_IDLE,
)
from mockserver.minicrm.documents.document import Document, DocumentKind
from mockserver.minicrm.documents.values.amounts import print_fixed
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.endpoints.search import PAGE_SIZE, Conditions, read_page
from mockserver.minicrm.responses import render_list, render_rows
from mockserver.minicrm.routing.suggestions import suggest_name, suggest_word
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import STATUS_GROUPS, Status
from mockserver.minicrm.store import AnyRow, count_rows, list_rows
from mockserver.minicrm.values import read_since

PARAMETERS = ("Page", "UpdatedSince", "StatusGroup")
_WITHOUT_SECONDS = re.compile(r"[0-9-]{10} [0-9]{2}:[0-9]{2}", re.ASCII)
_NEWEST_CHANGE_FIRST = "updated_at DESC, id DESC"


def list_documents(context: RequestContext, kind: DocumentKind) -> object:
    """Return `{"Count": n, "Results": {"41": {...}}}`, 100 a page."""
    _check_parameters(context)
    conditions = Conditions()
    conditions.add("kind = ?", kind)
    _match_group(context, conditions)
    since = context.parameters.get("UpdatedSince")
    if since is not None:
        conditions.add("updated_at >= ?", _read_moment(since))
    if context.observes(ONLY_ISSUED_ARE_LISTED):
        _leave_out_drafts(context, conditions, kind)
    where, values = conditions.sql, conditions.parameters
    start = read_page(context.parameters.get("Page", "0")) * PAGE_SIZE
    found = list_rows(context.connection, Document, where, values, PAGE_SIZE, start, _NEWEST_CHANGE_FIRST)
    rows = _render_rows(context, found)
    count = count_rows(context.connection, Document, where, values)
    if context.observes(DOCUMENTS_ARE_A_LIST):
        return render_list(context.profile, count, list(rows.values()))
    return render_rows(context.profile, count, rows)


def _check_parameters(context: RequestContext) -> None:
    for name in context.parameters:
        if name in PARAMETERS:
            continue
        if context.observes(LIST_PARAMETERS_ARE_CHECKED):
            raise RefusalError(rules.BAD_LIST_PARAMETER, name, suggest_name(name, PARAMETERS))
        context.hints.append(f"the parameter {name} means nothing here and was not looked at (assumed)")


def _match_group(context: RequestContext, conditions: Conditions) -> None:
    """Demand the group of the card's status."""
    group = context.parameters.get("StatusGroup")
    if group is None:
        return
    if group not in STATUS_GROUPS:
        if context.observes(UNKNOWN_GROUPS_ARE_IDLE):
            context.hints.append(f"there is no StatusGroup {group}; it was not looked at (assumed)")
            return
        raise RefusalError(r3_rules.BAD_STATUS_GROUP, "StatusGroup", suggest_word(group, STATUS_GROUPS))
    wanted = [status_id for status_id, status in _list_statuses(context).items() if status.group == group]
    _match_cards(conditions, "", wanted)


def _leave_out_drafts(context: RequestContext, conditions: Conditions, kind: DocumentKind) -> None:
    if kind == "Order":
        conditions.add("number != ''")
    elif kind == "Offer":
        first = [next(iter(module.statuses)) for module in context.account.modules.values() if module.statuses]
        _match_cards(conditions, "NOT", first)


def _match_cards(conditions: Conditions, negation: str, status_ids: list[int]) -> None:
    places = ", ".join("?" for _ in status_ids)
    cards = f"SELECT id FROM {Project.TABLE.name} WHERE status_id IN ({places})"  # noqa: S608 - placeholders alone
    conditions.add(f"project_id {negation} IN ({cards})", *status_ids)


def _read_moment(text: str) -> str:
    """Return the moment of `YYYY-MM-DD HH:MM`, with seconds (observed, grade C) or without a time (assumed)."""
    moment = read_since(f"{text}:00" if _WITHOUT_SECONDS.fullmatch(text) else text)
    if moment is None:
        raise RefusalError(r3_rules.BAD_SINCE, "UpdatedSince", ["UpdatedSince is YYYY-MM-DD HH:MM"])
    return moment


def _list_statuses(context: RequestContext) -> Mapping[int, Status]:
    return {
        status_id: status
        for module in context.account.modules.values()
        for status_id, status in module.statuses.items()
    }


def _render_rows(context: RequestContext, documents: list[Document]) -> dict[str, object]:
    ids = [each.id for each in documents]
    statuses = _list_statuses(context)
    cards = _find_rows(context, Project, "id", [each.project_id for each in documents])
    status_of = {card.id: statuses.get(card.status_id or 0) for card in cards}
    cancelled_by = {each.storned_id: each.id for each in _find_rows(context, Document, "storned_id", ids)}
    return {
        str(each.id): {
            "Id": str(each.id),
            "ProjectId": str(each.project_id or ""),
            "StornedId": _print_storned(context, each, cancelled_by.get(each.id)),
            **_render_head(context, each),
            **_render_status(status_of.get(each.project_id or 0)),
            "DocumentUrl": build_file_url(context, each),
        }
        for each in documents
    }


def _find_rows(
    context: RequestContext, kind: type[AnyRow], column: str, values: Sequence[int | None]
) -> Sequence[AnyRow]:
    return list_rows(context.connection, kind, f"{column} IN ({', '.join('?' for _ in values)})", values)


def _print_storned(context: RequestContext, document: Document, cancelled_by: int | None) -> str:
    found = cancelled_by if context.observes(STORNED_NAMES_THE_NEW) else document.storned_id
    return str(found or "")


def _render_head(context: RequestContext, document: Document) -> dict[str, object]:
    is_storno = document.storned_id is not None and context.observes(STORNO_IS_A_TYPE)
    net, vat, gross = document.sums
    return {
        "Number": document.number,
        "Type": "Storno" if is_storno else document.type,
        "Issued": document.issued,
        "Performance": document.performance,
        "Prompt": document.prompt,
        "Paid": document.paid,
        "CurrencyCode": document.currency_code,
        "AmountNet": print_fixed(net, 4),
        "AmountVat": print_fixed(vat, 4),
        "Amount": print_fixed(gross, 4),
    }


def _render_status(status: Status | None) -> dict[str, object]:
    return {"Status": status.label if status else "", "StatusGroup": status.group if status else ""}
