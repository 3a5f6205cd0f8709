"""`GET /Api/SharedFilter?Hash=&Type=Project`: a list of cards as CSV, for whoever has its hash."""

from __future__ import annotations

import csv
import io

from mockserver.crm.api import ApiResponse
from mockserver.minicrm import rules
from mockserver.minicrm.endpoints.projects import COLUMNS, Project, make_hash
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.feed.rows import SharedFilter
from mockserver.minicrm.routing.suggestions import suggest_word
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import find_label
from mockserver.minicrm.store import list_rows

_CSV = "text/csv; charset=utf-8"


def download_filter(context: RequestContext) -> ApiResponse:
    """Answer with a header of labels and a line a card; the first column is its ProjectHash (observed, grade B).

    The comma between cells, and that contacts and tasks have no such list, are assumed.
    """
    kind = context.parameters.get("Type", "Project")
    if kind != "Project":
        raise RefusalError(rules.BAD_FILTER_TYPE, "Type", suggest_word(kind, ("Project",)))
    shared = _find_filter(context)
    fields = context.account.modules[shared.category_id].fields
    columns = [fields[str(name)] for name in shared.columns]
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(["ProjectHash", *(find_label(context.language, each.name, each.label) for each in columns)])
    for project in _list_cards(context, shared):
        cells = [_read_cell(project, each.name) for each in columns]
        printed = [context.print_field(each, cell) for each, cell in zip(columns, cells, strict=True)]
        writer.writerow([make_hash(f"{project.id}"), *printed])
    return ApiResponse(200, made.getvalue().encode(), _CSV, hints=context.hints)


def _find_filter(context: RequestContext) -> SharedFilter:
    system_id, _, token = context.parameters.get("Hash", "").partition("-")
    found = list_rows(context.connection, SharedFilter, "token = ?", (token,), limit=1)
    if not found or system_id != context.system_id:
        raise RefusalError(rules.WRONG_ID, hints=["no shared filter has this hash"])
    return found[0]


def _list_cards(context: RequestContext, shared: SharedFilter) -> list[Project]:
    statuses = context.account.modules[shared.category_id].statuses
    cards = list_rows(context.connection, Project, "category_id = ? AND deleted = 0", (shared.category_id,))
    if not shared.status_group:
        return cards
    return [card for card in cards if card.status_id and statuses[card.status_id].group == shared.status_group]


def _read_cell(project: Project, name: str) -> object:
    return getattr(project, COLUMNS[name]) if name in COLUMNS else project.fields.get(name)
