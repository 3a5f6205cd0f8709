"""The Contact endpoints: search, detail, create and update of persons and businesses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, cast

from mockserver.crm.profiles import Language
from mockserver.minicrm import rules
from mockserver.minicrm.deviations import (
    DETAIL_SHOWS_EVERY_FIELD,
    HUNGARIAN_TYPES,
    SEARCH_IDS_ARE_INTS,
    TYPE_IS_A_LABEL,
)
from mockserver.minicrm.endpoints.request_context import RequestContext, render_history
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.schema import (
    CONTACT_TYPES,
    DOCUMENTED_CONTACT_FIELDS,
    UNSHOWN_CONTACT_FIELDS,
    ContactType,
    Field,
    find_label,
)
from mockserver.minicrm.store import NamedRow, Table, read_row, save_words, take_next_id
from mockserver.minicrm.values import read_whole

# Where these fields are kept; all others lie in `Contact.fields`.
COLUMNS = {
    "Id": "id",
    "Type": "type",
    "BusinessId": "business_id",
    "ReferenceId": "reference_id",
    "Deleted": "deleted",
}
_NOT_DIGITS = re.compile(r"[^0-9]", re.ASCII)
# In Hungarian the family name stands first: observed, grade A.
_NAMES_OF_PERSON: Mapping[Language, tuple[str, str]] = {
    "en": ("FirstName", "LastName"),
    "hu": ("LastName", "FirstName"),
}
FOLDED_NAME: Mapping[Language, str] = {"en": "folded_name", "hu": "folded_name_hu"}
"""The columns that a search by part of a name looks at."""


@dataclass(slots=True, kw_only=True)
class Contact(NamedRow):
    """One person or business; `fields` holds what has no column."""

    TABLE: ClassVar[Table] = Table(
        "contact",
        "contacts",
        {
            "by_type": "(type)",
            "by_business": "(business_id)",
            "by_phone": "(phone_backwards)",
            "by_reference": "(reference_id)",
            "by_update": "(updated_at)",
        },
        has_words=True,
    )
    type: ContactType
    business_id: int | None = None
    deleted: int = 0
    phone_backwards: str = ""
    folded_name: str = ""
    folded_name_hu: str = ""


def get_contact(context: RequestContext) -> object:
    """Answer `GET /Contact/{id}`: the documented keys of its type, empty ones too, then others that it holds.

    Live servers print every field, but EmailType and PhoneType.

    Source: Contact (GET).
    """
    contact = context.read_target(Contact)
    every = context.observes(DETAIL_SHOWS_EVERY_FIELD)
    known = context.account.contact_fields[contact.type]
    shown = context.account.contact_schemas[contact.type] if every else DOCUMENTED_CONTACT_FIELDS[contact.type]
    hidden = UNSHOWN_CONTACT_FIELDS if every else ()
    as_label = context.observes(TYPE_IS_A_LABEL)
    detail: dict[str, object] = {name: context.print_field(known[name], None) for name in shown if name not in hidden}
    detail |= {
        "Id": contact.id,
        "Type": find_label(context.language, contact.type) if as_label else contact.type,
    }
    if contact.type == "Person":
        detail["BusinessId"] = contact.business_id or 0
    held = {name: value for name, value in contact.fields.items() if name not in hidden}
    detail |= {name: context.print_field(known[name], value) for name, value in held.items()}
    if not every:
        return detail
    return {**detail, "Deleted": contact.deleted, **render_history(context.account, contact), "Tags": []}


def create_contact(context: RequestContext) -> object:
    """Answer `PUT /Contact`: a new person or business.

    Source: Contact (PUT).
    """
    body = context.read_body()
    contact = Contact(id=0, type=_read_type(context, body), created_at=context.now)
    write_contact(context, contact, body)
    contact.id = take_next_id(context.connection, Contact)
    save_contact(context, contact)
    return {"Id": contact.id}


def update_contact(context: RequestContext) -> object:
    """Answer `PUT /Contact/{id}`: only the fields in the body change.

    Source: Contact (PUT).
    """
    contact = context.read_target(Contact)
    body = context.read_body()
    if "Type" in body and _read_type(context, body) != contact.type:
        raise RefusalError(rules.CONTACT_STAYS, "Type")
    write_contact(context, contact, body)
    save_contact(context, contact)
    return {"Id": contact.id}


def render_row(context: RequestContext, contact: Contact) -> dict[str, object]:
    """Return a contact as a search result.

    Source: Contact Search (full-text).
    """
    row = {
        "Id": contact.id if context.observes(SEARCH_IDS_ARE_INTS) else str(contact.id),
        "Name": print_name(contact, context.language),
        "Url": context.build_url("Contact", contact.id),
        "Type": contact.type,
        "Email": contact.fields.get("Email") or "",
        "Phone": contact.fields.get("Phone") or "",
    }
    if context.observes(SEARCH_IDS_ARE_INTS) and contact.business_id is not None:
        row["BusinessId"] = contact.business_id  # the only key that may be absent: observed, grade A
    return row


def complete_contact(contact: Contact) -> None:
    """Derive anew a contact's names, and the digits that its phone is found by."""
    contact.name = print_name(contact, "en")
    contact.folded_name = fold(contact.name)
    contact.folded_name_hu = fold(print_name(contact, "hu"))
    contact.phone_backwards = keep_digits(str(contact.fields.get("Phone") or ""))[::-1]


def print_name(contact: Contact, language: Language) -> str:
    """Return the name of a contact as rows of a search print it in an account of a language."""
    names = ("Name",) if contact.type == "Business" else _NAMES_OF_PERSON[language]
    return " ".join(str(contact.fields[name]) for name in names if contact.fields.get(name))


def fold(text: str) -> str:
    """Return a text without capitals and accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def list_texts(known: Mapping[str, Field], contact: Contact) -> list[str]:
    """Return the texts by which the full-text search finds a contact: any of its text fields (observed)."""
    return [
        value
        for name, value in contact.fields.items()
        if isinstance(value, str) and known[name].kind in {"Text", "Any"}
    ]


def keep_digits(phone: str) -> str:
    """Return the digits of a phone number."""
    return _NOT_DIGITS.sub("", phone)


def _read_type(context: RequestContext, body: dict[str, object]) -> ContactType:
    value = body.pop("Type", None)
    if value in (None, ""):
        raise RefusalError(rules.CONTACT_NEEDS_TYPE, "Type", ["Type is Person or Business"])
    if context.observes(HUNGARIAN_TYPES):
        value = next((word for word in CONTACT_TYPES.values() if find_label("hu", word) == value), value)
    if value in CONTACT_TYPES.values():
        return cast("ContactType", value)
    by_id = CONTACT_TYPES.get(read_whole(value) or 0)
    if by_id is None or context.observes(TYPE_IS_A_LABEL):
        label = find_label(context.language, "Type")
        raise RefusalError(rules.TYPE_BY_WORD, label, ["Type is written as Person or Business"])
    return by_id


def write_contact(context: RequestContext, contact: Contact, body: dict[str, object]) -> None:
    """Give a contact the values of a body, which the API did now.

    Raises:
        RefusalError: A value does not fit, or the contact would be without a name.
    """
    known = {
        name: each for name, each in context.account.contact_fields[contact.type].items() if name not in {"Id", "Type"}
    }
    for name, value in context.parse_fields(known, body).items():
        if known[name].is_required and value in (None, ""):
            raise RefusalError(rules.MODULE_NEEDS, name)
        if name == "BusinessId":
            contact.business_id = _read_business(context, value)
        elif name == "Deleted":
            contact.deleted = 1 if value else 0
        elif name in COLUMNS:
            setattr(contact, COLUMNS[name], value)
        else:
            contact.fields[name] = value
    complete_contact(contact)
    if not contact.name:
        names = "Name" if contact.type == "Business" else "FirstName, LastName"
        raise RefusalError(rules.CONTACT_NEEDS_NAME, names)
    contact.updated_at = context.now
    contact.updated_by = None


def _read_business(context: RequestContext, value: object) -> int | None:
    if not isinstance(value, int) or value == 0:
        return None
    business = read_row(context.connection, Contact, value)
    if business is None or business.type != "Business":
        raise RefusalError(rules.NO_SUCH_CONTACT, "BusinessId", ["it takes the id of a contact of Type Business"])
    return value


def save_contact(context: RequestContext, contact: Contact) -> None:
    """Store a contact, and the texts by which a search finds it."""
    context.save(contact)
    texts = list_texts(context.account.contact_fields[contact.type], contact)
    save_words(context.connection, Contact, contact.id, texts)
