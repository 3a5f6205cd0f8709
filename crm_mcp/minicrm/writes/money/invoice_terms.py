"""What a new invoice says beside its customer and items, read as people give it, and the body that is sent. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crm_mcp.crm.dates import read_moment
from crm_mcp.crm.name_matching import folded, shown
from crm_mcp.errors import InputError
from crm_mcp.minicrm.writes.money.invoice_items import InvoiceItem

INVOICE = "Invoice"
PROFORMA = "Proforma"
CASH = "Cash"
TRANSFER = "WiredTransfer"
_TYPES = {INVOICE: ("számla",), PROFORMA: ("pro forma", "díjbekérő")}
_METHODS = {TRANSFER: ("transfer", "bank transfer", "wire transfer", "átutalás"), CASH: ("készpénz",)}
"""The API's words, each with others for it. The manual's samples show these two methods, and no list."""
OVERWRITTEN = ("VatNumber", "BankAccount")
"""Fields of the contact that a customer block overwrites."""
_DAYS_TO_PAY = 8
_LONGEST_SUBJECT = 500
_LONGEST_VALUE = 200
_BLOCK = {
    "name": "Name",
    "country": "Country",
    "country_id": "CountryId",
    "postal_code": "PostalCode",
    "city": "City",
    "county": "County",
    "address": "Address",
    "account_number": "AccountNumber",
    "vat_number": "VatNumber",
    "eu_vat_number": "EUVatNumber",
    "registration_number": "RegistrationNumber",
    "group_identification_number": "GroupIdentificationNumber",
}
"""Arguments of the customer block, to the CRM's names; either is taken."""
_BLOCK_NAMES = {**{api.casefold(): api for api in _BLOCK.values()}, **_BLOCK}


@dataclass(frozen=True, slots=True)
class InvoiceTerms:
    """What an invoice says beside its customer and items; dates are ISO."""

    type: str
    currency: str
    payment_method: str
    issued: str
    delivery: str
    due: str
    subject: str = ""

    def as_sent(self) -> dict[str, str]:
        """Return the terms by the API's names."""
        sent = {
            "Type": self.type,
            "CurrencyCode": self.currency,
            "PaymentMethod": self.payment_method,
            "Issued": self.issued,
            "Performance": self.delivery,
            "Prompt": self.due,
        }
        return {**sent, "Subject": self.subject} if self.subject else sent


def read_terms(
    *, document_type: str, currency: str, payment_method: str, delivery: str, due: str, subject: str, today: date
) -> InvoiceTerms:
    """Return the terms of an invoice that is issued today; without a `due` date, cash is due at once, else in 8 days.

    Raises:
        InputError: One of them cannot be read.
    """
    method = _read_word("payment_method", payment_method or TRANSFER, _METHODS)
    days = 0 if method == CASH else _DAYS_TO_PAY
    text = " ".join(subject.split())
    if len(text) > _LONGEST_SUBJECT:
        raise InputError(f"subject is too long to be confirmed ({len(text)} characters, at most {_LONGEST_SUBJECT}).")
    return InvoiceTerms(
        type=_read_word("type", document_type or INVOICE, _TYPES),
        currency=_read_currency(currency),
        payment_method=method,
        issued=today.isoformat(),
        delivery=_read_day("delivery", delivery) or today.isoformat(),
        due=_read_day("due", due) or (today + timedelta(days=days)).isoformat(),
        subject=text,
    )


def _read_word(name: str, text: str, words: Mapping[str, Sequence[str]]) -> str:
    known = {folded(one): word for word, others in words.items() for one in (word, *others)}
    if (word := known.get(folded(text))) is None:
        raise InputError(f"{name} must be {' or '.join(words)}, not {shown(text)}.")
    return word


def _read_currency(text: str) -> str:
    code = text.strip().upper() or "HUF"
    code = "HUF" if code == "FT" else code
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise InputError(f"currency must be a code of three letters, not {shown(text)}.", hint="Such as HUF or EUR.")
    return code


def _read_day(name: str, text: str) -> str:
    if not text.strip():
        return ""
    try:
        return read_moment(text).time.date().isoformat()
    except InputError as error:
        raise InputError(f"{name}: {error.args[0]}", hint=error.hint) from None


def read_customer_block(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the customer as it is to be printed, by the API's names.

    Raises:
        InputError: It holds an unknown name, or a value that is no text.
    """
    block: dict[str, str] = {}
    for name, value in given.items():
        known = _BLOCK_NAMES.get(name.strip().casefold())
        if known is None:
            raise InputError(f"customer has an unknown {shown(name)}.", hint=f"It takes {', '.join(_BLOCK)}.")
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise InputError(f"{name} of customer must be text, not {shown(value)}.")
        text = " ".join(str(value).split())
        if len(text) > _LONGEST_VALUE:
            raise InputError(f"{name} of customer is too long ({len(text)} characters, at most {_LONGEST_VALUE}).")
        if text:
            block[known] = text
    if block and "Name" not in block:
        raise InputError("customer lacks a name.", hint="Leave customer out to bill the contact by its own address.")
    return block


def build_body(
    customer_id: str,
    items: Sequence[InvoiceItem],
    terms: InvoiceTerms,
    customer: Mapping[str, str],
    *,
    bills_person: bool,
) -> dict[str, object]:
    """Return the body of the request that issues an invoice.

    Source: the manual's chapter "Invoice".
    """
    body: dict[str, object] = {"CustomerId": customer_id, **terms.as_sent()}
    if customer:
        body["Customer"] = dict(customer)
    if bills_person:
        body["ForcesInvoiceOnPerson"] = "1"
    return {**body, "Items": [one.as_sent() for one in items]}
