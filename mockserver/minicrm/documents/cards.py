"""The card of a document: which module it is in, what its status says, and which of its fields repeat the document.

How statuses stand for what becomes of a document is assumed: by their group and order in the module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from mockserver.crm.profiles import Language
from mockserver.minicrm.account import dump_account, load_account
from mockserver.minicrm.documents.customers import find_block
from mockserver.minicrm.documents.document import DOCUMENT_KINDS, Document, DocumentKind, Stage
from mockserver.minicrm.endpoints.project_write import save_project
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.schema import Module, StatusGroup
from mockserver.minicrm.store import read_account_document, read_row, save_account, take_next_id
from mockserver.minicrm.values import parse_value

_STAGES: tuple[Stage, ...] = ("Draft", "In progress", "Completed", "Paid", "Failed")
_UNDER_WAY: tuple[StatusGroup, ...] = ("Lead", "Open")
_NEW_MODULES: Mapping[DocumentKind, Mapping[Language, tuple[str, tuple[tuple[str, StatusGroup], ...]]]] = {
    "Invoice": {
        "en": ("Invoices", (("Issued", "Open"), ("Paid", "Success"), ("Cancelled", "Failed"))),
        "hu": ("Számlák", (("Kiállítva", "Open"), ("Fizetve", "Success"), ("Sztornózva", "Failed"))),
    },
    "Order": {
        "en": (
            "Orders",
            (
                ("Draft", "Open"),
                ("In progress", "Open"),
                ("Completed", "Open"),
                ("Successful", "Success"),
                ("Failed", "Failed"),
            ),
        ),
        "hu": (
            "Megrendelések",
            (
                ("Piszkozat", "Open"),
                ("Folyamatban", "Open"),
                ("Teljesítve", "Open"),
                ("Sikeres", "Success"),
                ("Sikertelen", "Failed"),
            ),
        ),
    },
    "Offer": {
        "en": (
            "Offers",
            (
                ("Preparing offer", "Open"),
                ("Waiting for acceptance", "Open"),
                ("Accepted", "Success"),
                ("Rejected", "Failed"),
            ),
        ),
        "hu": (
            "Ajánlatok",
            (
                ("Vázlat", "Open"),
                ("Elfogadásra vár", "Open"),
                ("Elfogadott ajánlat", "Success"),
                ("Elutasítva", "Failed"),
                ("Sztornózva", "Failed"),
                ("Sikeres megrendelés", "Success"),
            ),
        ),
    },
}
_REPEATED = {
    "Number": "Text(64)",
    "Issued": "DateTime",
    "Performance": "DateTime",
    "Prompt": "DateTime",
    "Paid": "DateTime",
    "Amount": "Int",
    "InvoiceType": "Text(64)",
}
"""Fields of a card that repeat its document, where its module has them (observed, grade C: names alone)."""


def find_card(context: RequestContext, document: Document) -> Project | None:
    """Return the card of a document; None where it was purged or there never was one."""
    return read_row(context.connection, Project, document.project_id) if document.project_id else None


def find_status_id(module: Module, stage: Stage) -> int | None:
    """Return the status that stands for a stage, None where the module has none."""
    groups = {status_id: status.group for status_id, status in module.statuses.items()}
    under_way = [status_id for status_id, group in groups.items() if group in _UNDER_WAY]
    wanted = {
        "Draft": under_way[:1],
        "Issued": [status_id for status_id, group in groups.items() if group == "Open"] or under_way,
        "In progress": under_way[1:] or under_way,
        "Completed": under_way[2:] or under_way[-1:],
        "Paid": [status_id for status_id, group in groups.items() if group == "Success"],
        "Failed": [status_id for status_id, group in groups.items() if group == "Failed"],
    }[stage]
    return wanted[0] if wanted else None


def find_stage(context: RequestContext, document: Document) -> Stage:
    """Return how far an order is: as its actions left it, or by its card's status where that says something else."""
    card = find_card(context, document)
    if card is None:
        return document.stage or "Draft"
    module = context.account.modules[card.category_id]
    if document.stage and find_status_id(module, document.stage) in {card.status_id, None}:
        return document.stage
    for stage in _STAGES:
        if find_status_id(module, stage) == card.status_id:
            return stage
    return "Draft"


def create_card(context: RequestContext, document: Document, contact_id: int | None, stage: Stage) -> RequestContext:
    """Give a new document a card of its own, and return the context of the account that has a module for it."""
    context, module = _find_module(context, document.kind)
    card = Project(
        id=take_next_id(context.connection, Project),
        category_id=module.module_id,
        contact_id=contact_id,
        user_id=next(iter(module.listed_users), None),
        created_at=context.now,
    )
    document.project_id = card.id
    _write_card(context, document, card, stage)
    return context


def move_card(context: RequestContext, document: Document, stage: Stage) -> None:
    """Show on the card of a document what became of it."""
    card = find_card(context, document)
    if card is not None:
        _write_card(context, document, card, stage)


def _write_card(context: RequestContext, document: Document, card: Project, stage: Stage) -> None:
    module = context.account.modules[card.category_id]
    status_id = find_status_id(module, stage) or card.status_id or next(iter(module.statuses), None)
    if status_id != card.status_id:
        card.status_id, card.status_updated_at = status_id, context.now
    card.name = document.number or f"To be issued ({find_block(context, document)['Name']})"
    for name, value in _repeat(document).items():
        if name in module.schema:
            card.fields[name] = parse_value(module.schema[name], value)
    card.updated_at, card.updated_by = context.now, None
    save_project(context, card)


def _repeat(document: Document) -> dict[str, object]:
    return {
        "Number": document.number,
        "Issued": document.issued,
        "Performance": document.performance,
        "Prompt": document.prompt,
        "Paid": document.paid,
        "Amount": int(Decimal(document.amount)),
        "InvoiceType": document.type,
    }


def _find_module(context: RequestContext, kind: DocumentKind) -> tuple[RequestContext, Module]:
    """Return the module that cards of a kind are in, and the context of the account that has it.

    Where the account has none, those of another kind will do; where it has none of any, it gets one (assumed).
    """
    modules = context.account.modules.values()
    by_type = {str(module.details["Type"]): module for module in reversed(list(modules))}
    found = next((by_type[each] for each in (kind, *DOCUMENT_KINDS) if each in by_type), None)
    if found is not None:
        return context, found
    context.hints.append(f"the account had no module of type {kind}: it has one now (assumed)")
    module_id = max((module.module_id for module in modules), default=0) + 1
    kept = json.loads(read_account_document(context.connection))
    account = {
        **kept["account"],
        "modules": {**kept["account"].get("modules", {}), str(module_id): _describe(context, kind)},
    }
    document = dump_account(account, kept["unlisted"])
    save_account(context.connection, document)
    context = replace(context, account=load_account(document))
    return context, context.account.modules[module_id]


def _describe(context: RequestContext, kind: DocumentKind) -> dict[str, object]:
    """Return a new module as seeds describe one."""
    name, statuses = _NEW_MODULES[kind][context.language]
    taken = [status_id for module in context.account.modules.values() for status_id in module.statuses]
    first = max(taken, default=0) + 1
    return {
        "name": name,
        "type": kind,
        "statuses": {
            str(status_id): {"label": label, "group": group}
            for status_id, (label, group) in enumerate(statuses, start=first)
        },
        "fields": {field: {"type": type_text} for field, type_text in _REPEATED.items()},
    }
