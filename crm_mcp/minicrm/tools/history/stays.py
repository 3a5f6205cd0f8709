"""How long a card stayed in each status, from the changes of its status. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crm_mcp.minicrm.wire.history.models import StatusChange

_DAY_S = 86_400.0


def newest_first(changes: Sequence[StatusChange]) -> list[StatusChange]:
    """Return changes with the latest first, whatever order they came in; those without a date last."""
    return sorted(changes, key=lambda one: (one.get("at", ""), int(one["id"])), reverse=True)


def add_stays(changes: Sequence[StatusChange], now: datetime) -> Iterator[dict[str, Any]]:
    """Yield each change, the newest first, with `days`, how long the card then stayed in the new status.

    Args:
        changes: The newest first.
        now: The account's time, in whose zone the changes are.
    """
    until: datetime | None = now
    for at, change in enumerate(changes):
        begun = _moment(change.get("at", ""), now.tzinfo if isinstance(now.tzinfo, ZoneInfo) else None)
        stay: dict[str, Any] = {}
        if begun is not None and until is not None:
            stay["days"] = max(0.0, round((until - begun).total_seconds() / _DAY_S, 2))
        if not at:
            stay["is_current"] = True
        yield {**change, **stay}
        until = begun


def days_by_status(stays: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return for each status how many days in all, and how many times the card was in it; the longest first."""
    found: dict[str, dict[str, Any]] = {}
    for one in stays:
        status = str(one.get("status") or one.get("status_id", ""))
        entry = found.setdefault(status, {"status": status, "days": 0.0, "stays": 0})
        entry["days"] = round(entry["days"] + one.get("days", 0.0), 2)
        entry["stays"] += 1
    return sorted(found.values(), key=lambda entry: -entry["days"])


def _moment(text: str, zone: ZoneInfo | None) -> datetime | None:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
