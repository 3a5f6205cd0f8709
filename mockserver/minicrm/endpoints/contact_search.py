"""`GET /Contact`: which contacts its parameters find, page by page."""

from __future__ import annotations

import re

from mockserver.minicrm import rules
from mockserver.minicrm.endpoints.contacts import COLUMNS, FOLDED_NAME, Contact, fold, keep_digits, render_row
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
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import CONTACT_TYPES
from mockserver.minicrm.values import read_whole

# Query, Email, Type and Page are documented; MainContactId, UpdatedSince and the search by any field are observed.
PARAMETERS = ("Query", "UpdatedSince", "MainContactId", "Page")
_LEAST_DIGITS = 6  # documented
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_PHONE = re.compile(r"\+?[0-9]+", re.ASCII)  # the leading plus is observed


def search_contacts(context: RequestContext) -> object:
    """Answer `GET /Contact`: `{"Count": n, "Results": {"12345": {...}}}`, 100 a page, ids ascending.

    Without a criterion it lists all contacts (assumed).

    Source: Searching; Contact Search (full-text); Contact Search (field-based).
    """
    fields = {name for known in context.account.contact_fields.values() for name in known}
    criteria, page = read_criteria(context, context.parameters, [*PARAMETERS, *sorted(fields), *HISTORY_COLUMNS])
    conditions = Conditions()
    for name, text in criteria.items():
        _match(context, conditions, name, text)
    count, found = find_page(context, Contact, conditions, page)
    rows = {str(each.id): render_row(context, each) for each in found}
    return render_rows(context.profile, count, rows)


def _match(context: RequestContext, conditions: Conditions, name: str, text: str) -> None:
    if name == "Query":
        _match_query(context, conditions, text)
    elif name == "UpdatedSince":
        conditions.add("updated_at >= ?", read_updated_since(text))
    elif name == "Type":
        _match_type(context, conditions, text)
    elif name in HISTORY_COLUMNS:
        sql, values = match_history(context, name, text)
        conditions.add(sql, *values)
    elif name == "Phone":
        _match_phone(context, conditions, text)
    elif name == "Name":
        _match_name(context, conditions, text)
    elif name == "MainContactId":
        _match_main_contact(conditions, text)
    else:
        _match_field(context, conditions, name, text)


def _match_query(context: RequestContext, conditions: Conditions, text: str) -> None:
    sql, words = match_words("contact", text)
    digits = text.strip()
    if not _DIGITS.fullmatch(digits):
        conditions.add(sql, *words)
    elif len(digits) < _LEAST_DIGITS:
        context.hints.append("a phone number is found by at least its last 6 digits (documented)")
        conditions.add(sql, *words)
    else:
        conditions.add(f"{sql} OR phone_backwards GLOB ?", *words, f"{digits[::-1]}*")


def _match_type(context: RequestContext, conditions: Conditions, text: str) -> None:
    word = CONTACT_TYPES.get(read_whole(text) or 0, text)
    if word not in CONTACT_TYPES.values():
        raise RefusalError(rules.TYPE_BY_WORD, "Type", ["Type is Person or Business"])
    if word != text:
        context.hints.append("Type was given by its id; the document has Person and Business")
    conditions.add("type = ?", word)


def _match_name(context: RequestContext, conditions: Conditions, text: str) -> None:
    """Demand a part of the name, blind to case and accents (observed, grades A, B)."""
    column = FOLDED_NAME[context.language]
    if text:
        conditions.add(f"instr({column}, ?) > 0", fold(text))
    else:
        conditions.add(f"{column} = ''")


def _match_main_contact(conditions: Conditions, text: str) -> None:
    """Demand a business or that one's people (observed, grade B); of a person's id, that person (assumed)."""
    contact_id = read_whole(text)
    if contact_id is None:
        raise RefusalError(rules.ILLEGAL_VALUE, "MainContactId", ["it takes the id of a business"])
    conditions.add("id = ? OR business_id = ?", contact_id, contact_id)


def _match_phone(context: RequestContext, conditions: Conditions, text: str) -> None:
    if text.startswith(" "):  # the manual prints Phone=+36205550121 with a bare plus, which decodes to a space
        context.hints.append("a bare plus is a space: it was taken for the plus of the number (observed); write %2B")
        text = f"+{text.lstrip(' ')}"
    if text and (not _PHONE.fullmatch(text) or len(keep_digits(text)) < _LEAST_DIGITS):
        raise RefusalError(rules.BAD_PHONE, "Phone")
    if text:
        conditions.add("phone_backwards GLOB ?", f"{keep_digits(text)[::-1]}*")
    else:
        conditions.add("phone_backwards = ''")


def _match_field(context: RequestContext, conditions: Conditions, name: str, text: str) -> None:
    # Addresses of e-mail are compared blind to case: assumed.
    collation = "NOCASE" if name == "Email" else "BINARY"
    expression = COLUMNS.get(name) or locate_field(context.connection, "contact", name, collation)
    refusals: list[RefusalError] = []
    parts: list[str] = []
    values: list[object] = []
    for kind, known in context.account.contact_fields.items():
        if name in known:
            try:
                sql, wanted = match_field(known[name], expression, text, context.language)
            except RefusalError as refusal:
                refusals.append(refusal)
            else:
                parts.append(f"(type = ? AND ({sql}))")
                values += [kind, *wanted]
    if not parts:
        raise refusals[0]
    conditions.add(" OR ".join(parts), *values)
