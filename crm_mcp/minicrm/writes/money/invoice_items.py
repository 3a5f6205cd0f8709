"""The items of a new invoice, read as people give them, and what they come to. Pure.

How MiniCRM rounds is not documented: the sums are those of the items, each rounded to hundredths.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crm_mcp.crm.name_matching import shown
from crm_mcp.errors import InputError
from crm_mcp.languages import Language
from crm_mcp.minicrm.wire.documents.amounts import read_amount

MOST_ITEMS = 50
"""More do not fit into a question that a person reads."""
_LONGEST_TEXT = 500
_CENT = Decimal("0.01")
_RATE = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?) ?%?")
_AMBIGUOUS = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
_CODES = frozenset(
    ["AAM", "TAM", "ATK", "EAM", "NAM", "KBAET", "KBAUK", "EUE", "EUFAD37", "EUFADE", "EU", "EUK", "MAA", "FAD", "HO"]
)
"""Grounds for no VAT, as Hungarian invoices name them; which of them MiniCRM takes is not documented."""
_NAMES = {
    "name": "Name",
    "description": "Description",
    "quantity": "Quantity",
    "unit": "Unit",
    "price": "PriceNet",
    "vat": "VAT",
}
"""Arguments of an item, to the CRM's names; either is taken."""
_ALIASES = {
    **{name.casefold(): name for name in _NAMES},
    **{api.casefold(): name for name, api in _NAMES.items()},
    "price_net": "price",
    "net_price": "price",
    "unit_price": "price",
    "vat_rate": "vat",
    "qty": "quantity",
}
_EXAMPLE = '{"name": "Service", "quantity": 2, "unit": "db", "price": 10000, "vat": "27%"}'


@dataclass(frozen=True, slots=True)
class InvoiceItem:
    """One line: `price` is net, of one; `vat` as it is sent, with its rate in hundredths."""

    name: str
    quantity: Decimal
    price: Decimal
    vat: str
    rate: Decimal
    unit: str = ""
    description: str = ""

    @property
    def net(self) -> Decimal:
        """The line's sum without VAT."""
        return (self.price * self.quantity).quantize(_CENT, ROUND_HALF_UP)

    @property
    def tax(self) -> Decimal:
        """The line's VAT."""
        return (self.net * self.rate / 100).quantize(_CENT, ROUND_HALF_UP)

    def described(self, currency: str) -> str:
        """Return the line as a person reads it, in any language: `Service: 2 db x 10 000 HUF + 27%`."""
        beside = f" ({self.description})" if self.description else ""
        count = f"{written_amount(self.quantity)} {self.unit}".strip()
        return f"{self.name}{beside}: {count} x {written_amount(self.price, currency)} + {self.vat}"

    def as_sent(self) -> dict[str, str]:
        """Return the item as the API takes it, all text as the manual writes it."""
        texts = {"Unit": self.unit, "Description": self.description}
        return {
            "Name": self.name,
            "Quantity": plain(self.quantity),
            "PriceNet": plain(self.price),
            "VAT": self.vat,
            **{name: text for name, text in texts.items() if text},
        }


@dataclass(frozen=True, slots=True)
class Totals:
    """What items come to."""

    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        """What is to be paid."""
        return self.net + self.vat


def totals_of(items: Sequence[InvoiceItem]) -> Totals:
    """Return what items come to."""
    return Totals(sum((one.net for one in items), Decimal()), sum((one.tax for one in items), Decimal()))


def plain(amount: Decimal) -> str:
    """Return an amount without exponent and needless zeros."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def written_amount(amount: Decimal, currency: str = "", language: Language = "en") -> str:
    """Return an amount with spaces between thousands and at least two decimals where it has any; and its currency."""
    point = "." if language == "en" else ","
    whole, _, decimals = f"{amount:,f}".replace(",", " ").partition(".")
    decimals = decimals.rstrip("0")
    text = f"{whole}{point}{decimals:0<2}" if decimals else whole
    return f"{text} {currency}".rstrip()


def read_items(given: Sequence[Mapping[str, Any]]) -> list[InvoiceItem]:
    """Return the items of an invoice.

    Raises:
        InputError: There is none, or one lacks something or cannot be read; the message names it by its place.
    """
    if not given:
        raise InputError("An invoice needs items.", hint=f"Such as items: [{_EXAMPLE}].")
    if len(given) > MOST_ITEMS:
        raise InputError(f"{len(given)} items are too many to be confirmed.", hint=f"At most {MOST_ITEMS} an invoice.")
    return [_read_item(one, f"items[{place}]") for place, one in enumerate(given)]


def _read_item(given: Mapping[str, Any], where: str) -> InvoiceItem:
    values: dict[str, Any] = {}
    for name, value in given.items():
        known = _ALIASES.get(name.strip().casefold())
        if known is None:
            raise InputError(f"{where} has an unknown {shown(name)}.", hint=f"An item is {_EXAMPLE}.")
        if known in values:
            raise InputError(f"{where} gives {known} twice.")
        values[known] = value
    if lacking := [name for name in ("name", "quantity", "price", "vat") if _is_absent(values.get(name))]:
        raise InputError(f"{where} lacks {' and '.join(lacking)}.", hint=f"An item is {_EXAMPLE}.")
    quantity, price = (_read_number(values[name], f"{name} of {where}") for name in ("quantity", "price"))
    if quantity == 0:
        raise InputError(f"quantity of {where} is 0.", hint="Leave out what is not sold.")
    vat, rate = _read_vat(values["vat"], where)
    texts = {name: _read_text(values.get(name), f"{name} of {where}") for name in ("name", "unit", "description")}
    return InvoiceItem(quantity=quantity, price=price, vat=vat, rate=rate, **texts)


def _is_absent(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _read_number(value: object, what: str) -> Decimal:
    if isinstance(value, str) and _AMBIGUOUS.fullmatch(value.strip()):
        raise InputError(
            f"{what} is {value.strip()!r}: thousands, or three decimals?", hint="Give a number, such as 10000 or 0.5."
        )
    try:
        number = read_amount(value)
    except ValueError:
        number = None
    if number is None:
        raise InputError(f"{what} must be a number, not {shown(value)}.", hint="Write it without a currency.")
    return number


def _read_vat(value: object, where: str) -> tuple[str, Decimal]:
    """Return a VAT rate as it is sent, and in hundredths; a code such as AAM, for no VAT, is taken as it is."""
    if isinstance(value, float) and 0 < value < 1:
        raise InputError(f"vat of {where} must be a percentage, not {value}.", hint=f'Such as "{value * 100:g}%".')
    text = str(value).strip()
    if match := _RATE.fullmatch(text):
        rate = Decimal(match[1].replace(",", "."))
        return f"{plain(rate)}%", rate
    if text.upper() in _CODES:
        return text.upper(), Decimal()
    raise InputError(
        f"vat of {where} must be a percentage or a code, not {shown(value)}.",
        hint='Such as "27%", "5%", "0%" or "AAM".',
    )


def _read_text(value: object, what: str) -> str:
    text = " ".join(str(value or "").split())
    if len(text) > _LONGEST_TEXT:
        raise InputError(f"{what} is too long to be confirmed ({len(text)} characters, at most {_LONGEST_TEXT}).")
    return text
