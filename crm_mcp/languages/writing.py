"""Numbers and dates as people of a language write them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from crm_mcp.languages.choice import Language

QUOTES: Mapping[Language, str] = {"en": '""', "hu": "\N{DOUBLE LOW-9 QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"}
"""The quotation marks of each language, the opening one first."""
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?", re.ASCII)
_LONGEST_UNGROUPED = 4
"""Hungarians group the digits of a whole number from the fifth on."""


def write_number(number: float | Decimal, language: Language) -> str:
    """Return `1,234,567.5`, or `1 234 567,5`."""
    text = f"{Decimal(str(number)):,f}"
    if language == "en":
        return text
    whole, point, decimals = text.partition(".")
    digits = whole.replace(",", "")
    grouped = digits if len(digits.lstrip("-")) <= _LONGEST_UNGROUPED else whole.replace(",", "\N{NO-BREAK SPACE}")
    return f"{grouped}{',' if point else ''}{decimals}"


def write_day(day: date | str, language: Language) -> str:
    """Return a date or date-time as people read it: `2026-11-30 14:05`, or `2026. 11. 30. 14:05`.

    Text that is no ISO date is returned as it is.
    """
    text = (
        day.isoformat(" ", "minutes")
        if isinstance(day, datetime)
        else day.isoformat()
        if isinstance(day, date)
        else day
    )
    match = _DAY.fullmatch(text)
    if match is None or language == "en":
        return text
    year, month, of_month, time = match.groups()
    return f"{year}. {month}. {of_month}.{f' {time}' if time else ''}"
