"""Numbers of a document: read as callers write them, rounded as its currency is, and printed in each of the API's ways.

That forints are rounded to whole ones, and all else to two decimals, is assumed.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_WHOLE_CURRENCIES = frozenset({"HUF"})
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:[.,][0-9]{1,6})?", re.ASCII)
_SPACES = str.maketrans("", "", " \u00a0\u202f")


def read_decimal(value: object) -> Decimal | None:
    """Return a number given as one, as text with a point, or as Hungarian text such as `1 000,00`; else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = str(value).strip().translate(_SPACES)
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def round_money(value: Decimal, currency: str) -> Decimal:
    """Return an amount of money in the smallest unit that its currency is counted in."""
    smallest = Decimal(1) if currency in _WHOLE_CURRENCIES else Decimal("0.01")
    return value.quantize(smallest, ROUND_HALF_UP)


def print_fixed(value: Decimal, places: int) -> str:
    """Return `20000.0000`."""
    return f"{value:.{places}f}"


def print_short(value: Decimal) -> str:
    """Return `7500`, or `7500.50` where there are cents (assumed)."""
    return print_fixed(value, 0 if value == value.to_integral_value() else 2)


def print_hungarian(value: Decimal) -> str:
    """Return `1 000,00`."""
    return f"{value:,.2f}".replace(",", " ").replace(".", ",")


def print_quantity(value: Decimal) -> str:
    """Return `2`, or `2.5`."""
    return f"{value.normalize():f}"
