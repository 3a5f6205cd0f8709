"""The limits of one user, as the settings give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm_mcp.settings import ServerSettings


@dataclass(frozen=True, slots=True)
class Limits:
    """How many calls of one user work at once, and how many sessions of older clients are held; 0 is no limit."""

    calls: int = 20
    sessions: int = 100


def limits_of(settings: ServerSettings) -> Limits:
    """Return the limits that the settings give."""
    return Limits(settings.calls_per_user, settings.sessions_per_user)
