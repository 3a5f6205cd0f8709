"""Who a document is for: the contact that a request names, who of it is billed, and the Customer block."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.documents.strict_json import as_object
from mockserver.minicrm.documents import rules
from mockserver.minicrm.documents.document import Document
from mockserver.minicrm.documents.values.countries import find_country_name, find_dialling_code
from mockserver.minicrm.documents.values.texts import read_text
from mockserver.minicrm.endpoints.addresses import Address
from mockserver.minicrm.endpoints.contacts import Contact, print_name, save_contact
from mockserver.minicrm.endpoints.projects import Project
from mockserver.minicrm.endpoints.request_context import RequestContext
from mockserver.minicrm.rules import RefusalError
from mockserver.minicrm.store import list_rows, read_row, take_next_id
from mockserver.minicrm.values import read_whole

CUSTOMER_KEYS = (
    *("Name", "CountryId", "County", "PostalCode", "City", "Address", "AccountNumber", "VatNumber"),
    *("EUVatNumber", "RegistrationNumber", "GroupIdentificationNumber"),
)
_BILLING = "Invoice"  # the Type of a billing address
_PLACE = ("PostalCode", "City", "Address")
_OVERWRITTEN = {"VatNumber": "VatNumber", "AccountNumber": "BankAccount"}


def find_customer(context: RequestContext, body: Mapping[str, object]) -> Contact:
    """Return the contact whose id or outer id a body names; the outer id of a card means its contact (assumed).

    Raises:
        RefusalError: It names none, or one that does not exist.
    """
    if body.get("CustomerId") not in (None, "", 0, "0"):
        contact = read_row(context.connection, Contact, read_whole(body["CustomerId"]) or 0)
        if contact is None:
            raise RefusalError(rules.NO_SUCH_CUSTOMER, "CustomerId")
        return contact
    reference = body.get("ReferenceId")
    if reference in (None, ""):
        raise RefusalError(rules.DOCUMENT_NEEDS_CUSTOMER, "CustomerId")
    found = list_rows(context.connection, Contact, "reference_id = ?", (str(reference),), limit=1)
    card = next(iter(list_rows(context.connection, Project, "reference_id = ?", (str(reference),), limit=1)), None)
    contact = found[0] if found else read_row(context.connection, Contact, (card and card.contact_id) or 0)
    if contact is None:
        raise RefusalError(rules.NO_SUCH_CUSTOMER, "ReferenceId")
    return contact


def find_billed(context: RequestContext, contact: Contact, *, is_forced: bool = False) -> Contact:
    """Return who is billed: the business of a person, unless the person is to be billed."""
    business = read_row(context.connection, Contact, contact.business_id or 0)
    return contact if is_forced or business is None else business


def build_block(context: RequestContext, contact: Contact) -> dict[str, object]:
    """Return the Customer block of a contact: its billing address, else its default one, else any (assumed)."""
    addresses = list_rows(context.connection, Address, "contact_id = ?", (contact.id,))
    ranked = sorted(addresses, key=lambda each: (each.fields.get("Type") != _BILLING, not each.fields.get("Default")))
    place = ranked[0].fields if ranked else {}
    known = {
        "Name": print_name(contact, context.language),
        "CountryId": find_dialling_code(str(place.get("CountryId") or "")),
        **{name: place.get(name) for name in (*_PLACE, "County")},
        "AccountNumber": contact.fields.get("BankAccount"),
        **{name: contact.fields.get(name) for name in CUSTOMER_KEYS[-4:]},
    }
    return {name: str(known.get(name) or "") for name in CUSTOMER_KEYS}


def take_block(context: RequestContext, contact: Contact, given: object) -> dict[str, object]:
    """Return the Customer block that a body gives, and keep what it says of the contact.

    A known address is used again, a new one becomes the default billing address; the contact's VAT number and account
    number are overwritten (observed, grade B).

    Raises:
        RefusalError: It is no object.
    """
    found = as_object(given)
    if found is None:
        raise RefusalError(rules.BAD_DOCUMENT_VALUE, "Customer", ["Customer is an object"])
    if not found:
        return build_block(context, contact)
    country = read_text("Customer.CountryId", found.get("CountryId")) or read_text("Country", found.get("Country"))
    block: dict[str, object] = {name: read_text(f"Customer.{name}", found.get(name)) for name in CUSTOMER_KEYS}
    block["CountryId"] = find_dialling_code(country)
    block["Name"] = block["Name"] or print_name(contact, context.language)
    if any(block[name] for name in _PLACE):
        _keep_address(context, contact, block)
    kept = {field: block[key] for key, field in _OVERWRITTEN.items() if key in found}
    if kept:
        contact.fields |= {field: value or None for field, value in kept.items()}
        contact.updated_at, contact.updated_by = context.now, None
        save_contact(context, contact)
        context.hints.append(f"the contact's {' and '.join(kept)} were overwritten (observed)")
    return block


def _keep_address(context: RequestContext, contact: Contact, block: Mapping[str, object]) -> None:
    addresses = list_rows(context.connection, Address, "contact_id = ?", (contact.id,))
    if any(_fold(each.fields) == _fold(block) for each in addresses):
        return
    for each in addresses:
        if each.fields.get("Default"):
            each.fields["Default"] = 0
            context.save(each)
    country = find_country_name(str(block["CountryId"]))
    fields = {"Type": _BILLING, "Name": block["Name"], "CountryId": country, **{name: block[name] for name in _PLACE}}
    address = Address(id=take_next_id(context.connection, Address), contact_id=contact.id)
    address.fields = {**fields, "County": block["County"], "Default": 1}
    address.created_at = address.updated_at = context.now
    context.save(address)


def _fold(place: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(place.get(name) or "").strip().casefold() for name in _PLACE)


def find_block(context: RequestContext, document: Document) -> Mapping[str, object]:
    """Return the Customer block of a document; one of a seed that has none gets its contact's."""
    if document.customer:
        return document.customer
    contact = find_contact(context, document)
    return build_block(context, find_billed(context, contact)) if contact else dict.fromkeys(CUSTOMER_KEYS, "")


def find_contact(context: RequestContext, document: Document) -> Contact | None:
    """Return the contact of a document, which is its card's where the document names none."""
    card = read_row(context.connection, Project, document.project_id or 0)
    return read_row(context.connection, Contact, document.customer_id or (card and card.contact_id) or 0)
