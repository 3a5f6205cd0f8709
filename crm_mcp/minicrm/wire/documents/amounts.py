"""Amounts of documents, which come as text in two ways of writing, and as numbers from some servers. Pure.

Heads write a point and up to six decimals (`25400.0000`), items of invoices as Hungarians do (`1 000,00`, the space
often one that does not break). Source: the manual's samples of `Invoice`, `Order` and `Offer`.
"""

from __future__ import annotations

import re
from decimal import Decimal

MOST_DIGITS = 15
"""More digits before the decimals are no amount: beyond them a JSON number is no longer exact."""
_PARTS = re.compile(r"([+-]?)(\d[\d .,]*|[.,]\d+)", re.ASCII)
_SPACES = re.compile(r"\s+")
_BETWEEN = re.compile(r"[ .,]")
_DECIMALS = re.compile(r"\d*", re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .,]\d{3})+|\d*", re.ASCII)


def read_amount(value: object) -> Decimal | None:
    """Return an amount exactly; None where it is empty.

    A single comma or point stands before decimals, and so does the last of both kinds; others, and spaces, stand
    between thousands.

    Raises:
        ValueError: It is no amount.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _no_amount(value)
    text = _SPACES.sub(" ", _written(value)).strip().replace("\N{MINUS SIGN}", "-")
    if not text:
        return None
    match = _PARTS.fullmatch(text)
    if match is None:
        raise _no_amount(value)
    sign, digits = match.groups()
    whole, decimals = _split(digits)
    if not _THOUSANDS.fullmatch(whole) or not _DECIMALS.fullmatch(decimals):
        raise _no_amount(value)
    whole = _BETWEEN.sub("", whole)
    if len(whole.lstrip("0")) > MOST_DIGITS:
        raise _no_amount(value)
    return Decimal(f"{sign}{whole or 0}.{decimals or 0}")


def _no_amount(value: object) -> ValueError:
    return ValueError(f"no amount: {str(value)[:40]!r}")


def _written(value: float | str) -> str:
    """Return a value as text, a number without the exponent that Python writes."""
    return f"{Decimal(str(value)):f}" if isinstance(value, float) else str(value)


def _split(digits: str) -> tuple[str, str]:
    """Return what stands before and after the decimal mark."""
    mark = max(digits.rfind("."), digits.rfind(","))
    is_decimal = mark >= 0 and digits.count(digits[mark]) == 1
    return (digits[:mark], digits[mark + 1 :]) if is_decimal else (digits, "")


def as_number(amount: Decimal) -> int | float:
    """Return an amount as JSON shows it: a whole number, or a decimal one with no digits that nobody wrote.

    Up to 15 digits a float is written as the decimal that it came from, so sums are made of `Decimal(str(number))`.
    """
    return int(amount) if amount == amount.to_integral_value() else float(amount)
